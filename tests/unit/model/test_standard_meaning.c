#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "slad/model/standard.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const contact[] = {"contact"};

static struct standard plain(void) {
    return (struct standard){
        .name = "answered", .describe = "", .per = contact, .per_count = 1, .short_ms = -1, .min_count = 1};
}

static void means(struct standard *standard, const char *text) {
    struct arena arena = {0};
    standard_set_meaning(&arena, standard);
    assert_string_equal(standard->meaning, text);
    arena_fini(&arena);
}

static struct pattern text(const char *text) {
    return (struct pattern){.kind = PATTERN_EQUALS, .value = value_text(span_of(text))};
}

static struct pattern number(enum pattern_kind kind, double number) {
    return (struct pattern){.kind = kind, .value = value_number(number)};
}

static void a_whole_clock_standard(void **state) {
    (void)state;
    struct zone *zone = NULL;
    assert_int_equal(zone_load("UTC", &zone, NULL), 0);
    const struct day_span nine_to_six = {540, 1080};
    struct calendar_spec spec = {.zone = zone, .week[0] = {&nine_to_six, 1}};
    struct calendar *office = calendar_new("office", &spec), *same = calendar_new("bureau", &spec);

    const struct condition phone[] = {{"channel", text("phone")}}, own[] = {{"author", text("agent")}};
    const struct match_all by_phone[] = {{phone, 1}}, any_map[] = {{phone, 1}, {NULL, 0}};
    const struct match match = {by_phone, 1}, either = {any_map, 2};
    const struct event_pattern offered[] = {{"offered", {0}}},
                               ended[] = {{"answered", {0}}, {"message", {own, 1}}};
    const struct limit_rule limits[] = {{&match, 60000, NULL}, {NULL, 120000, same}};
    const struct target targets[] = {{.text = "attainment >= 90%"}, {.text = "p90 <= 2m"}};
    const struct decimal percentiles[] = {{50, 0}, {9950, 2}};
    const char *const by[] = {"queue"};
    struct standard s = plain();
    s.match = &match;
    s.by = by, s.by_count = 1;
    s.start = (struct event_patterns){offered, 1};
    s.stop = (struct event_patterns){ended, 2};
    s.abandon = (struct event_patterns){offered, 1};
    s.short_ms = 5000, s.short_counts = OUTCOME_EXCLUDED;
    s.before_limit = OUTCOME_MET, s.after_limit = OUTCOME_MISSED;
    s.paused_while = &either;
    s.repeat = true;
    s.limits = limits, s.limit_count = 2;
    s.calendar = office;
    s.window = WINDOW_PERIOD, s.period = PERIOD_MONTH, s.zone = zone;
    s.targets = targets, s.target_count = 2, s.min_count = 20;
    s.percentiles = percentiles, s.percentile_count = 2;
    means(&s,
        "{\"match\": {\"channel\": \"phone\"}, \"per\": \"contact\", \"by\": [\"queue\"], "
        "\"start\": \"offered\", \"stop\": [\"answered\", {\"event\": \"message\", \"author\": \"agent\"}], "
        "\"abandon\": {\"event\": \"offered\", \"short\": \"5s\", \"short_counts\": \"excluded\", "
        "\"before_limit\": \"met\", \"after_limit\": \"missed\"}, "
        "\"paused_while\": [{\"channel\": \"phone\"}, {}], \"repeat\": true, "
        "\"within\": [{\"match\": {\"channel\": \"phone\"}, \"limit\": \"1m\", \"calendar\": \"always\"}, "
        "{\"limit\": \"2m\"}], "
        "\"calendar\": {\"timezone\": \"UTC\", \"hours\": {\"mon\": [\"09:00-18:00\"]}}, "
        "\"window\": \"month\", \"timezone\": \"UTC\", "
        "\"target\": [\"attainment >= 90%\", \"p90 <= 2m\"], \"min_count\": 20, "
        "\"percentiles\": [50, 99.5]}");
    calendar_free(office);
    calendar_free(same);
    zone_free(zone);
}

static void a_single_limit_is_written_as_one(void **state) {
    (void)state;
    const struct limit_rule limit = {NULL, 90000, NULL};
    const char *const parts[] = {"contact", "queue"};
    struct standard s = plain();
    s.limits = &limit, s.limit_count = 1;
    s.per = parts, s.per_count = 2, s.per_is_list = true;
    s.window = WINDOW_ROLLING, s.window_ms = 1800000;
    means(&s, "{\"per\": [\"contact\", \"queue\"], \"within\": \"1m30s\", \"window\": \"30m\", "
              "\"percentiles\": []}");
    s.limit_count = 0;
    s.per_count = 1, s.per_is_list = false;
    s.window = WINDOW_ALL;
    s.due_attr = "promised_at";
    means(&s, "{\"per\": \"contact\", \"due\": \"promised_at\", \"percentiles\": []}");
    s.per_is_list = true;
    means(&s, "{\"per\": [\"contact\"], \"due\": \"promised_at\", \"percentiles\": []}");
}

static void a_value_standard(void **state) {
    (void)state;
    const struct event_pattern scored[] = {{"scored", {0}}};
    struct standard s = plain();
    s.is_value = true;
    s.when = (struct event_patterns){scored, 1};
    s.value_attr = "csat";
    s.has_at_least = true, s.at_least = 4;
    means(&s, "{\"per\": \"contact\", \"when\": \"scored\", \"value\": \"csat\", \"at_least\": 4, "
              "\"percentiles\": []}");
    s.has_at_least = false;
    s.has_at_most = true, s.at_most = 4.5;
    means(&s, "{\"per\": \"contact\", \"when\": \"scored\", \"value\": \"csat\", \"at_most\": 4.5, "
              "\"percentiles\": []}");
}

static void the_order_of_conditions_and_operators_makes_no_difference(void **state) {
    (void)state;
    const struct pattern some[] = {text("a\"b\\c\n\x01"), number(PATTERN_EQUALS, 3)};
    const struct pattern list = {.kind = PATTERN_ANY, .parts = some, .part_count = 2};
    const struct pattern up[] = {number(PATTERN_AT_MOST, 3), number(PATTERN_AT_LEAST, 1.5)};
    const struct pattern down[] = {up[1], up[0]};
    const struct pattern glob = {.kind = PATTERN_GLOB, .value = value_text(SPAN("vip-*"))};
    const struct pattern not_glob = {.kind = PATTERN_NOT, .parts = &glob, .part_count = 1};
    const struct pattern exists = {.kind = PATTERN_EXISTS, .value = value_bool(false)};
    const struct condition first[] = {
        {"priority", {.kind = PATTERN_ALL, .parts = up, .part_count = 2}},
        {"agent", exists},
        {"queue", not_glob},
        {"channel", list},
    };
    const struct condition second[] = {
        first[3], first[2], {"priority", {.kind = PATTERN_ALL, .parts = down, .part_count = 2}}, first[1]};
    const struct match_all all[] = {{first, COUNT(first)}, {second, COUNT(second)}};
    const struct match one = {&all[0], 1}, other = {&all[1], 1};
    const char *json =
        "{\"match\": {\"agent\": {\"exists\": false}, \"channel\": [\"a\\\"b\\\\c\\n\\u0001\", 3], "
        "\"priority\": {\"at_least\": 1.5, \"at_most\": 3}, \"queue\": {\"not\": {\"glob\": \"vip-*\"}}}, "
        "\"per\": \"contact\", \"percentiles\": []}";
    struct standard s = plain();
    s.match = &one;
    means(&s, json);
    s.match = &other;
    means(&s, json);
}

static void a_pattern_is_written_alike_alone_and_as_one_operator_of_a_map(void **state) {
    (void)state;
    const struct pattern truth = {.kind = PATTERN_EQUALS, .value = value_bool(true)};
    const struct pattern not_true = {.kind = PATTERN_NOT, .parts = &truth, .part_count = 1};
    const struct condition alone[] = {{"public", not_true}};
    const struct condition in_map[] = {
        {"public", {.kind = PATTERN_ALL, .parts = &not_true, .part_count = 1}}};
    const struct match_all all[] = {{alone, 1}, {in_map, 1}};
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct match match = {&all[i], 1};
        struct standard s = plain();
        s.match = &match;
        means(&s, "{\"match\": {\"public\": {\"not\": true}}, \"per\": \"contact\", \"percentiles\": []}");
    }
}

static void names_and_places_make_no_difference(void **state) {
    (void)state;
    struct standard s = plain();
    s.name = "other", s.describe = "some words", s.file = "b.yaml", s.line = 7;
    s.min_count = 5; /* there is no target to judge */
    means(&s, "{\"per\": \"contact\", \"percentiles\": []}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_clock_standard),
        cmocka_unit_test(a_single_limit_is_written_as_one),
        cmocka_unit_test(a_value_standard),
        cmocka_unit_test(the_order_of_conditions_and_operators_makes_no_difference),
        cmocka_unit_test(a_pattern_is_written_alike_alone_and_as_one_operator_of_a_map),
        cmocka_unit_test(names_and_places_make_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
