#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/journal.h"
#include "slad/store/retention.h"
#include "slad/store/warnings.h"

static struct warning_record of_contact(const char *subject, const char *warning) {
    return (struct warning_record){
        .standard = SPAN("answered"),
        .version = 1,
        .group = SPAN("{\"queue\":\"q1\"}"),
        .warning = span_of(warning),
        .contact = SPAN("call-1"),
        .subject = span_of(subject),
        .started_ms = 1000,
        .due_ms = 11000,
        .reached_ms = 9000,
        .updated_ms = 9100,
    };
}

static bool put(struct fixture *f, const struct warning_record *record) {
    bool is_new = false;
    begin(f);
    OK(f, warning_put(f->store, record, &is_new, &f->err));
    commit(f);
    return is_new;
}

static void change(struct fixture *f, const struct warning_record *record) {
    begin(f);
    OK(f, warning_change(f->store, record, &f->err));
    commit(f);
}

#define ROW "SELECT warning || ' ' || state || ' ' || reached || ' ' || coalesce(closed, '-') || ' ' || coalesce(outcome, '-')" \
            " || ' ' || coalesce(reason, '-') || ' ' || recorded || ' ' || updated FROM warnings"

static void one_is_written_once(void **state) {
    struct fixture *f = *state;
    struct warning_record w = of_contact("\"call-1\"", "80%");
    assert_true(put(f, &w));
    w.reached_ms = 9500;
    w.updated_ms = 9999;
    assert_false(put(f, &w)); /* it is open already */
    assert_string_equal(ask(f, ROW), "80% open 9000 - - - 9100 9100");
    w.warning = SPAN("50%");
    assert_true(put(f, &w));
    assert_string_equal(ask(f, "SELECT count(*) FROM warnings"), "2");
}

static void it_ends_and_lives_again(void **state) {
    struct fixture *f = *state;
    struct warning_record w = of_contact("\"call-1\"", "80%"), end = w;
    put(f, &w);
    end.state = BREACH_CLOSED;
    end.closed_ms = 10000;
    end.outcome = SPAN("met");
    end.updated_ms = 10100;
    change(f, &end);
    assert_string_equal(ask(f, ROW), "80% closed 9000 10000 met - 9100 10100");
    end.updated_ms = 10200;
    change(f, &end); /* it is so already */
    assert_string_equal(ask(f, ROW), "80% closed 9000 10000 met - 9100 10100");
    end = w;
    end.state = BREACH_OPEN;
    end.closed_ms = INSTANT_NEVER;
    end.updated_ms = 10300;
    change(f, &end);
    assert_string_equal(ask(f, ROW), "80% open 9000 - - - 9100 10300");
    end.state = BREACH_WITHDRAWN;
    end.closed_ms = 12000;
    end.warning.p = NULL; /* all of the cycle */
    end.reason = SPAN("standard changed");
    change(f, &end);
    assert_string_equal(ask(f, ROW), "80% withdrawn 9000 12000 - standard changed 9100 10300");
    w.reached_ms = 20000;
    w.updated_ms = 20100;
    assert_false(put(f, &w)); /* the same one, reached anew */
    assert_string_equal(ask(f, ROW), "80% open 20000 - - - 9100 20100");
}

static void a_level_is_open_once(void **state) {
    struct fixture *f = *state;
    struct warning_record w = {.standard = SPAN("answered"), .version = 1, .group = SPAN("{}"), .warning = SPAN("93%"),
        .target = SPAN("attainment >= 90%"), .reached_ms = 100, .updated_ms = 110};
    struct level_key key = {w.standard, w.group, w.target};
    struct breach_end end = {210, 200, "above again"};
    bool is_new = false;
    begin(f);
    OK(f, warning_level_open(f->store, &w, &is_new, &f->err));
    assert_true(is_new);
    OK(f, warning_level_open(f->store, &w, &is_new, &f->err));
    assert_false(is_new);
    OK(f, warning_level_close(f->store, &key, &end, &f->err));
    OK(f, warning_level_close(f->store, &key, &end, &f->err)); /* nothing is open */
    w.reached_ms = 300;
    OK(f, warning_level_open(f->store, &w, &is_new, &f->err));
    assert_true(is_new);
    commit(f);
    assert_string_equal(ask(f, "SELECT group_concat(state || reached || coalesce(reason, ''), ' ') FROM warnings"),
        "closed100above again open300");
}

static void what_a_removed_standard_leaves_is_closed(void **state) {
    struct fixture *f = *state;
    struct warning_record w = of_contact("\"a\"", "80%");
    put(f, &w);
    w.standard = SPAN("other");
    put(f, &w);
    begin(f);
    OK(f, warning_close(f->store, 1, &(struct breach_end){50, 40, "standard removed"}, &f->err));
    commit(f);
    assert_string_equal(ask(f, "SELECT group_concat(standard || ' ' || state, ', ') FROM warnings"),
        "answered withdrawn, other open");
}

static void note(void *arg, const struct warning_record *record) {
    buf_printf(arg, "%lld %.*s %.*s %lld\n", (long long)record->id, SPAN_ARGS(record->subject), SPAN_ARGS(record->warning),
        (long long)record->reached_ms);
}

static void pages_and_filters_are_those_of_breaches(void **state) {
    struct fixture *f = *state;
    struct buf out = {0};
    struct breach_page page;
    for (int64_t i = 1; i <= 5; i++) {
        char subject[8];
        snprintf(subject, sizeof subject, "\"%lld\"", (long long)i);
        struct warning_record w = of_contact(subject, "80%");
        w.reached_ms = 100 * i;
        put(f, &w);
    }
    struct breach_filter filter = {.since_ms = 200, .until_ms = 500, .limit = 2};
    OK(f, warnings_query(f->store, &filter, note, &out, &page, &f->err));
    assert_string_equal(buf_text(&out), "4 \"4\" 80% 400\n3 \"3\" 80% 300\n");
    assert_true(page.more);
    filter.after = page.next;
    buf_clear(&out);
    OK(f, warnings_query(f->store, &filter, note, &out, &page, &f->err));
    assert_string_equal(buf_text(&out), "2 \"2\" 80% 200\n");
    assert_false(page.more);
    buf_clear(&out);
    filter = (struct breach_filter){.state = BREACH_CLOSED};
    OK(f, warnings_query(f->store, &filter, note, &out, &page, &f->err));
    OK(f, warning_get(f->store, 5, note, &out, &f->err));
    assert_string_equal(buf_text(&out), "5 \"5\" 80% 500\n");
    assert_int_equal(warning_get(f->store, 6, note, &out, &f->err), 1);
    buf_clear(&out);
    int64_t after = 0;
    assert_int_equal(warnings_each_open(f->store, &after, 3, note, &out, &f->err), 1);
    assert_int_equal(after, 3);
    assert_int_equal(warnings_each_open(f->store, &after, 3, note, &out, &f->err), 0);
    assert_int_equal(out.size, 5 * strlen("1 \"1\" 80% 100\n"));
    buf_clear(&out);
    OK(f, warnings_each_open_level(f->store, note, &out, &f->err));
    assert_int_equal(out.size, 0);
    filter.limit = BREACHES_LIMIT_MAX + 1;
    assert_int_equal(warnings_query(f->store, &filter, note, &out, &page, &f->err), ERR_LIMIT);
    buf_fini(&out);
}

static size_t let_go(struct fixture *f, int64_t before, size_t rows) {
    struct retention retention = {0, before, rows};
    size_t all = 0, deleted = 0;
    for (int code = 1, slices = 0; code == 1 && slices < 100; slices++) {
        begin(f);
        code = retention_slice(f->store, &retention, &deleted, &f->err);
        commit(f);
        all += deleted;
    }
    return all;
}

static void old_ones_go_as_breaches_do(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++) {
        char subject[8];
        snprintf(subject, sizeof subject, "\"%d\"", i);
        struct warning_record w = of_contact(subject, "80%");
        w.updated_ms = 100 + i;
        w.contact = i == 3 ? SPAN("known") : SPAN("gone");
        put(f, &w);
    }
    struct journal_row entry = {.received_ms = 1, .at_ms = 1, .contact = SPAN("known"), .event = SPAN("e"), .line = SPAN("{}")};
    uint64_t seq;
    begin(f);
    assert_true(journal_append(f->store, &entry, &seq, &f->err) >= 0);
    commit(f);
    assert_int_equal(let_go(f, 105, 2), 4); /* 0 to 4, but for the open one whose contact is known */
    assert_string_equal(ask(f, "SELECT group_concat(recorded, ' ') FROM (SELECT recorded FROM warnings ORDER BY id)"),
        "103 105 106 107 108 109");
    assert_int_equal(let_go(f, 105, 2), 0);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {T(one_is_written_once), T(it_ends_and_lives_again), T(a_level_is_open_once),
        T(what_a_removed_standard_leaves_is_closed), T(pages_and_filters_are_those_of_breaches),
        T(old_ones_go_as_breaches_do)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
