#include "running.h"

#include "service/view_params.h"

#define NOW INT64_C(1772442000000) /* 2026-03-02T09:00:00Z */

static int64_t instant(const char *text) {
    int64_t at = -1;
    struct err err;
    return param_instant("since", text, NOW, &at, &err) ? -1 : at;
}

static void instants_are_written_as_in_events_or_counted_back(void **state) {
    (void)state;
    assert_int_equal(instant("2026-03-02T09:00:00Z"), NOW);
    assert_int_equal(instant("2026-03-02T11:00:00+02:00"), NOW);
    assert_int_equal(instant("2026-03-02T11:00:00 02:00"), NOW); /* a "+" that a query turned into a space */
    assert_int_equal(instant("2026-03-02 11:00:00 02:00"), NOW);
    assert_int_equal(instant("1772442000"), NOW);
    assert_int_equal(instant("1772442000.25"), NOW + 250);
    assert_int_equal(instant("1772442000000"), NOW);
    assert_int_equal(instant("24h"), NOW - 86400000);
    assert_int_equal(instant("1h30m"), NOW - 5400000);
    assert_int_equal(instant("0s"), NOW);
    assert_int_equal(instant("60000d"), 0); /* before all instants */
    const char *const wrong[] = {"", "24", "yesterday", "2026-03-02", "2026-03-02T09:00:00", "-1h",
        "2026-02-30T00:00:00Z", "1772442000x", "1e12", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_int_equal(instant(wrong[i]), -1);
}

static void an_error_names_the_parameter_and_what_was_expected(void **state) {
    (void)state;
    struct err err;
    int64_t at = 5;
    assert_int_equal(param_instant("since", "24", NOW, &at, &err), ERR_INVALID);
    assert_string_equal(err.text,
        "since: an instant (2026-03-02T09:00:00Z, or seconds since 1970) or a duration back from "
        "now (24h) was expected, not \"24\"");
    assert_int_equal(at, 5);
    assert_int_equal(param_instant("since", NULL, NOW, &at, &err), 0);
    assert_int_equal(at, 5);
    size_t limit = 7, word = 9;
    assert_int_equal(param_limit("0", 1000, &limit, &err), ERR_INVALID);
    assert_int_equal(param_limit("1001", 1000, &limit, &err), ERR_INVALID);
    assert_string_equal(err.text, "limit: a whole number from 1 to 1000 was expected, not \"1001\"");
    assert_int_equal(param_limit("-1", 1000, &limit, &err), ERR_INVALID);
    assert_int_equal(param_limit("99999999999999999999", 1000, &limit, &err), ERR_INVALID);
    assert_int_equal(limit, 7);
    assert_int_equal(param_limit("1000", 1000, &limit, &err), 0);
    assert_int_equal(limit, 1000);
    static const char *const words[] = {"open", "closed", "withdrawn"};
    assert_int_equal(param_word("state", "opn\x01", words, 3, &word, &err), ERR_INVALID);
    assert_string_equal(
        err.text, "state: \"open\", \"closed\" or \"withdrawn\" was expected, not \"opn\\x01\"");
    assert_int_equal(param_word("state", "closed", words, 3, &word, &err), 0);
    assert_int_equal(word, 2);
    double q = 0;
    assert_int_equal(param_quantile("q", "101", &q, &err), ERR_INVALID);
    assert_int_equal(param_quantile("q", "p90", &q, &err), ERR_INVALID);
    assert_int_equal(param_quantile("q", "99.9", &q, &err), 0);
    assert_true(q == 99.9);
    assert_int_equal(param_duration("at_risk", "10", &at, &err), ERR_INVALID);
    assert_int_equal(param_duration("at_risk", "10m", &at, &err), 0);
    assert_int_equal(at, 600000);
    assert_int_equal(param_number("after", "x", &at, &err), ERR_INVALID);
    assert_int_equal(param_number("after", "12", &at, &err), 0);
    assert_int_equal(at, 12);
}

static void terms_hold_for_groups_by_text(void **state) {
    (void)state;
    const char *attrs[] = {"queue", "team"}, *values[] = {"q1", ""}, *by[] = {"queue", "team"};
    struct view_query query = {.group_attrs = attrs, .group_values = values, .group_count = 2};
    struct standard standard = {.by = by, .by_count = 2}, whole = {.by_count = 0};
    struct span full[] = {SPAN("q1"), SPAN("a")}, absent[] = {SPAN("q1"), {NULL, 0}},
                other[] = {SPAN("q2"), {NULL, 0}};
    struct view_terms terms;
    struct err err;
    assert_int_equal(param_terms(&query, &terms, &err), 0);
    assert_true(terms_hold(&terms, &standard, &(struct group){absent, 2}));
    assert_false(terms_hold(&terms, &standard, &(struct group){full, 2}));
    assert_false(terms_hold(&terms, &standard, &(struct group){other, 2}));
    assert_false(terms_hold(&terms, &whole, &(struct group){NULL, 0}));
    struct standard *list[] = {&standard};
    struct ruleset rules = {.standards = list, .standard_count = 1};
    assert_int_equal(terms_known(&terms, &rules, &err), 0);
    attrs[0] = "queeu";
    assert_int_equal(param_terms(&query, &terms, &err), 0);
    assert_int_equal(terms_known(&terms, &rules, &err), ERR_INVALID);
    assert_string_equal(err.text, "no standard is split by \"queeu\": did you mean \"group.queue\"?");
    query.group_count = GROUP_TERMS_MAX + 1;
    assert_int_equal(param_terms(&query, &terms, &err), ERR_LIMIT);
}

static void a_mistyped_standard_is_told_the_nearest(void **state) {
    (void)state;
    struct standard calls = {.name = "calls"}, mail = {.name = "mail"}, *list[] = {&calls, &mail};
    struct ruleset rules = {.standards = list, .standard_count = 2};
    struct err err;
    size_t index;
    assert_int_equal(param_standard(&rules, "mail", &index, &err), 0);
    assert_int_equal(index, 1);
    assert_int_equal(param_standard(&rules, NULL, &index, &err), 0);
    assert_true(index == SIZE_MAX);
    assert_int_equal(param_standard(&rules, "cals", &index, &err), ERR_NOT_FOUND);
    assert_string_equal(err.text, "no standard is named \"cals\": did you mean \"calls\"?");
    assert_int_equal(param_standard(&rules, "parcels", &index, &err), ERR_NOT_FOUND);
    assert_string_equal(err.text, "no standard is named \"parcels\": there are calls, mail");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_written_as_in_events_or_counted_back),
        cmocka_unit_test(an_error_names_the_parameter_and_what_was_expected),
        cmocka_unit_test(terms_hold_for_groups_by_text),
        cmocka_unit_test(a_mistyped_standard_is_told_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
