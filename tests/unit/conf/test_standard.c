/* Every key of a standard arrives where the engine looks for it. */
#include "folder.h"

static const struct standard *only(const struct config *config) {
    assert_int_equal(config->rules.standard_count, 1);
    return config->rules.standards[0];
}

/* The one standard "s" with these keys, in flow style. */
static struct config *load_keys(const char *keys) {
    struct buf text = {0};
    buf_printf(&text,
        "timezone: Europe/Riga\ncalendars: {office: {hours: {mon-fri: \"09:00-17:00\"}}}\nstandards:\n  s: "
        "{%s}\n",
        keys);
    struct config *config = folder_load_text(buf_text(&text));
    buf_fini(&text);
    return config;
}

#define CLOCK "start: offered, stop: answered, "

static void defaults_of_a_clock_standard(void **state) {
    (void)state;
    struct config *config = load_keys("start: offered, stop: answered");
    const struct standard *s = only(config);
    assert_string_equal(s->name, "s");
    assert_string_equal(s->describe, "");
    assert_int_equal(s->line, 4);
    assert_non_null(strstr(s->file, "slad.yaml"));
    assert_null(s->match);
    assert_int_equal(s->per_count, 1);
    assert_string_equal(s->per[0], "contact");
    assert_false(s->per_is_list);
    assert_int_equal(s->by_count, 0);
    assert_string_equal(zone_name(s->zone), "Europe/Riga");
    assert_false(s->is_value);
    assert_int_equal(s->start.count, 1);
    assert_string_equal(s->start.list[0].event, "offered");
    assert_int_equal(s->start.list[0].own.count, 0);
    assert_string_equal(s->stop.list[0].event, "answered");
    assert_int_equal(s->fail.count + s->cancel.count + s->void_.count + s->pause.count + s->resume.count +
                         s->reopen.count + s->abandon.count + s->when.count,
        0);
    assert_null(s->paused_while);
    assert_false(s->repeat);
    assert_int_equal(s->limit_count, 0);
    assert_null(s->due_attr);
    assert_null(s->calendar);
    assert_true(s->short_ms == -1);
    assert_int_equal(s->short_counts, OUTCOME_EXCLUDED);
    assert_int_equal(s->before_limit, OUTCOME_EXCLUDED);
    assert_int_equal(s->after_limit, OUTCOME_MISSED);
    assert_int_equal(s->window, WINDOW_ALL);
    assert_int_equal(s->target_count, 0);
    assert_true(s->min_count == 1);
    assert_int_equal(s->percentile_count, 4);
    assert_true(s->percentiles[2].units == 95 && s->percentiles[2].digits == 0);
    assert_non_null(s->meaning);
    config_free(config);
}

static void events_of_a_clock_standard(void **state) {
    (void)state;
    struct config *config = load_keys(
        "start: [opened, {event: comment, author: customer, public: true}], stop: {event: comment}, "
        "fail: f, cancel: c, void: v, pause: p, resume: r, reopen: o, repeat: true, describe: 'x', due: "
        "promised_at, "
        "paused_while: {status: [pending, on-hold]}");
    const struct standard *s = only(config);
    assert_int_equal(s->start.count, 2);
    const struct event_pattern *comment = &s->start.list[1];
    assert_string_equal(comment->event, "comment");
    assert_int_equal(comment->own.count, 2);
    assert_string_equal(comment->own.conditions[0].attr, "author");
    assert_int_equal(comment->own.conditions[1].pattern.value.kind, VALUE_BOOL);
    assert_true(comment->own.conditions[1].pattern.value.truth);
    assert_string_equal(s->stop.list[0].event, "comment");
    assert_string_equal(s->fail.list[0].event, "f");
    assert_string_equal(s->cancel.list[0].event, "c");
    assert_string_equal(s->void_.list[0].event, "v");
    assert_string_equal(s->pause.list[0].event, "p");
    assert_string_equal(s->resume.list[0].event, "r");
    assert_string_equal(s->reopen.list[0].event, "o");
    assert_true(s->repeat);
    assert_string_equal(s->due_attr, "promised_at");
    assert_int_equal(s->paused_while->count, 1);
    const struct pattern *status = &s->paused_while->alternatives[0].conditions[0].pattern;
    assert_int_equal(status->kind, PATTERN_ANY);
    assert_int_equal(status->part_count, 2);
    assert_true(span_eq(status->parts[1].value.text, SPAN("on-hold")));
    config_free(config);
}

static const struct pattern *pattern_of(const struct standard *s, size_t i) {
    assert_true(i < s->match->alternatives[0].count);
    return &s->match->alternatives[0].conditions[i].pattern;
}

static void patterns_of_a_match(void **state) {
    (void)state;
    struct config *config = load_keys(
        CLOCK "match: {a: no, b: \"on\", c: 3, d: 3.50, e: 0x1F, f: True, g: {not: [x, {glob: \"b*\"}]}, "
              "h: {exists: false}, i: {at_least: 2, at_most: 3e0}, j: \"\", k: 2026-12-25, l: -0, m: \"3\", "
              "n: 0o17, o: 010, p: .inf}");
    const struct standard *s = only(config);
    assert_int_equal(s->match->count, 1);
    assert_int_equal(pattern_of(s, 0)->kind, PATTERN_EQUALS);
    assert_true(span_eq(pattern_of(s, 0)->value.text, SPAN("no")));
    assert_true(span_eq(pattern_of(s, 1)->value.text, SPAN("on")));
    assert_true(pattern_of(s, 2)->value.kind == VALUE_NUMBER && pattern_of(s, 2)->value.number == 3);
    assert_true(pattern_of(s, 3)->value.number == 3.5);
    assert_true(pattern_of(s, 4)->value.number == 31);
    assert_true(pattern_of(s, 5)->value.kind == VALUE_BOOL && pattern_of(s, 5)->value.truth);
    const struct pattern *not = pattern_of(s, 6);
    assert_int_equal(not ->kind, PATTERN_ALL);
    assert_int_equal(not ->parts[0].kind, PATTERN_NOT);
    assert_int_equal(not ->parts[0].parts[0].kind, PATTERN_ANY);
    const struct pattern *glob = &not ->parts[0].parts[0].parts[1];
    assert_int_equal(glob->kind, PATTERN_ALL);
    assert_int_equal(glob->parts[0].kind, PATTERN_GLOB);
    assert_true(span_eq(glob->parts[0].value.text, SPAN("b*")));
    assert_int_equal(pattern_of(s, 7)->parts[0].kind, PATTERN_EXISTS);
    assert_false(pattern_of(s, 7)->parts[0].value.truth);
    assert_int_equal(pattern_of(s, 8)->part_count, 2);
    assert_true(pattern_of(s, 8)->parts[0].value.number == 2 && pattern_of(s, 8)->parts[1].value.number == 3);
    assert_int_equal(pattern_of(s, 8)->parts[1].kind, PATTERN_AT_MOST);
    assert_true(pattern_of(s, 9)->value.kind == VALUE_TEXT && pattern_of(s, 9)->value.text.n == 0);
    assert_true(span_eq(pattern_of(s, 10)->value.text, SPAN("2026-12-25")));
    assert_true(1 / pattern_of(s, 11)->value.number > 0); /* not -0.0 */
    assert_int_equal(pattern_of(s, 12)->value.kind, VALUE_TEXT);
    assert_true(pattern_of(s, 13)->value.number == 15);
    assert_true(pattern_of(s, 14)->value.number == 10);
    assert_int_equal(pattern_of(s, 15)->value.kind, VALUE_TEXT);
    config_free(config);
}

static void a_match_may_be_a_list_or_empty(void **state) {
    (void)state;
    struct config *config = load_keys(CLOCK "match: [{channel: phone}, {a: 1, b: 2}]");
    assert_int_equal(only(config)->match->count, 2);
    assert_int_equal(only(config)->match->alternatives[1].count, 2);
    config_free(config);
    config = load_keys(CLOCK "match: {}");
    assert_int_equal(only(config)->match->count, 1);
    assert_int_equal(only(config)->match->alternatives[0].count, 0);
    config_free(config);
}

static void limits_and_their_calendars(void **state) {
    (void)state;
    struct config *config = load_keys(CLOCK "within: 1h30m, calendar: office");
    const struct standard *s = only(config);
    assert_int_equal(s->limit_count, 1);
    assert_null(s->limits[0].match);
    assert_true(s->limits[0].limit_ms == 5400000);
    assert_string_equal(calendar_name(s->limits[0].calendar), "office");
    assert_ptr_equal(s->calendar, s->limits[0].calendar);
    assert_ptr_equal(s->calendar, config->rules.calendars[0]);
    config_free(config);
    config = load_keys(
        CLOCK "within: [{match: {p: urgent}, limit: 2h, calendar: always}, {limit: 8h}], calendar: office");
    s = only(config);
    assert_int_equal(s->limit_count, 2);
    assert_non_null(s->limits[0].match);
    assert_null(s->limits[0].calendar);
    assert_null(s->limits[1].match);
    assert_true(s->limits[1].limit_ms == 8 * 3600000);
    assert_ptr_equal(s->limits[1].calendar, s->calendar);
    config_free(config);
    config = load_keys(CLOCK "within: 0s");
    assert_true(only(config)->limits[0].limit_ms == 0);
    config_free(config);
}

static void abandon_and_its_formulas(void **state) {
    (void)state;
    static const struct {
        const char *keys;
        enum outcome s, before, after;
        int64_t short_ms;
    } rows[] = {
        {"", OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, OUTCOME_MISSED, -1},
        {"short: 5s", OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, OUTCOME_MISSED, 5000},
        {"formula: answered", OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, -1},
        {"formula: abandons-met", OUTCOME_MET, OUTCOME_MET, OUTCOME_MISSED, -1},
        {"formula: offered", OUTCOME_MISSED, OUTCOME_MISSED, OUTCOME_MISSED, -1},
        {"formula: late-abandons", OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, OUTCOME_MISSED, -1},
        {"formula: short-met", OUTCOME_MET, OUTCOME_MISSED, OUTCOME_MISSED, -1},
        {"formula: less-short", OUTCOME_EXCLUDED, OUTCOME_MISSED, OUTCOME_MISSED, -1},
        {"before_limit: met, formula: offered, after_limit: excluded", OUTCOME_MISSED, OUTCOME_MET,
            OUTCOME_EXCLUDED, -1},
        {"short_counts: met", OUTCOME_MET, OUTCOME_EXCLUDED, OUTCOME_MISSED, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char keys[200];
        snprintf(keys, sizeof keys, CLOCK "abandon: {event: abandoned%s%s}", rows[i].keys[0] ? ", " : "",
            rows[i].keys);
        struct config *config = load_keys(keys);
        const struct standard *s = only(config);
        assert_string_equal(s->abandon.list[0].event, "abandoned");
        assert_int_equal(s->short_counts, rows[i].s);
        assert_int_equal(s->before_limit, rows[i].before);
        assert_int_equal(s->after_limit, rows[i].after);
        assert_true(s->short_ms == rows[i].short_ms);
        config_free(config);
    }
}

static void subjects_groups_and_zones(void **state) {
    (void)state;
    struct config *config = load_keys(CLOCK "per: customer, by: queue, timezone: America/New_York");
    const struct standard *s = only(config);
    assert_string_equal(s->per[0], "customer");
    assert_false(s->per_is_list);
    assert_int_equal(s->by_count, 1);
    assert_string_equal(zone_name(s->zone), "America/New_York");
    config_free(config);
    config = load_keys(CLOCK "per: [contact, queue], by: [queue, \"имя\"]");
    s = only(config);
    assert_int_equal(s->per_count, 2);
    assert_true(s->per_is_list);
    assert_string_equal(s->by[1], "имя");
    config_free(config);
    config = load_keys(CLOCK "per: [customer]");
    assert_true(only(config)->per_is_list);
    config_free(config);
}

static void windows(void **state) {
    (void)state;
    struct config *config = load_keys(CLOCK "window: 30m");
    assert_int_equal(only(config)->window, WINDOW_ROLLING);
    assert_true(only(config)->window_ms == 1800000);
    config_free(config);
    static const char *const periods[] = {"day", "week", "month", "quarter", "year"};
    for (int i = PERIOD_DAY; i <= PERIOD_YEAR; i++) {
        char keys[100];
        snprintf(keys, sizeof keys, CLOCK "window: %s", periods[i]);
        config = load_keys(keys);
        assert_int_equal(only(config)->window, WINDOW_PERIOD);
        assert_int_equal((int)only(config)->period, i);
        config_free(config);
    }
}

static void assert_target(const struct target *t, const char *text, enum statistic stat, enum comparison op,
    int64_t units, int digits) {
    assert_string_equal(t->text, text);
    assert_int_equal(t->stat, stat);
    assert_int_equal(t->op, op);
    assert_true(t->bound.units == units);
    assert_int_equal(t->bound.digits, digits);
}

static void targets_of_a_clock_standard(void **state) {
    (void)state;
    struct config *config =
        load_keys(CLOCK "min_count: 3, percentiles: [0, 99.5, 100], target: [99.9%, p99.9 <= 1m30s, "
                        "\"max<10.001s\", mean > 0s, min >=   5s, missed <= 2, attainment < 100%]");
    const struct standard *s = only(config);
    assert_int_equal(s->target_count, 7);
    assert_target(&s->targets[0], "attainment >= 99.9%", STAT_ATTAINMENT, AT_LEAST, 999, 1);
    assert_target(&s->targets[1], "p99.9 <= 1m30s", STAT_PERCENTILE, AT_MOST, 90000, 3);
    assert_true(s->targets[1].quantile.units == 999 && s->targets[1].quantile.digits == 1);
    assert_target(&s->targets[2], "max<10.001s", STAT_MAX, LESS, 10001, 3);
    assert_target(&s->targets[3], "mean > 0s", STAT_MEAN, GREATER, 0, 3);
    assert_target(&s->targets[4], "min >=   5s", STAT_MIN, AT_LEAST, 5000, 3);
    assert_target(&s->targets[5], "missed <= 2", STAT_MISSED, AT_MOST, 2, 0);
    assert_target(&s->targets[6], "attainment < 100%", STAT_ATTAINMENT, LESS, 100, 0);
    assert_true(s->min_count == 3);
    assert_int_equal(s->percentile_count, 3);
    assert_true(s->percentiles[1].units == 995 && s->percentiles[1].digits == 1);
    config_free(config);
}

static void a_value_standard(void **state) {
    (void)state;
    struct config *config =
        load_keys("when: {event: surveyed, finished: true}, value: csat, at_least: 4, void: spam, "
                  "target: [mean >= 4.20, min >= -1]");
    const struct standard *s = only(config);
    assert_true(s->is_value);
    assert_string_equal(s->when.list[0].event, "surveyed");
    assert_string_equal(s->value_attr, "csat");
    assert_true(s->has_at_least && s->at_least == 4 && !s->has_at_most);
    assert_int_equal(s->void_.count, 1);
    assert_target(&s->targets[0], "mean >= 4.20", STAT_MEAN, AT_LEAST, 420, 2);
    assert_target(&s->targets[1], "min >= -1", STAT_MIN, AT_LEAST, -1, 0);
    config_free(config);
}

static void warnings_are_no_part_of_the_meaning(void **state) {
    (void)state;
    struct config *plain = load_keys("start: offered, stop: answered, within: 1m, target: [50%, 90%, p90 <= 5m]");
    struct config *config = load_keys(
        "start: offered, stop: answered, within: 1m, target: [50%, 90%, p90 <= 5m], warn: [50.0%, 30s], warn_below: 92.50%");
    const struct standard *s = only(config);
    assert_int_equal(s->warning_count, 2);
    assert_string_equal(s->warnings[0].text, "50%");
    assert_int_equal(s->warnings[0].left_ms, 0);
    assert_string_equal(s->warnings[1].text, "30s left");
    assert_int_equal(s->warnings[1].left_ms, 30000);
    assert_string_equal(s->warn_below->text, "92.5%");
    assert_int_equal(s->warn_target, 1); /* the highest share asked for */
    assert_string_equal(s->meaning, only(plain)->meaning);
    struct buf json = {0};
    standard_warn_json(s, &json);
    assert_string_equal(buf_text(&json), "{\"warn\": [\"50%\", \"30s\"], \"warn_below\": \"92.5%\"}");
    buf_clear(&json);
    standard_warn_json(only(plain), &json);
    assert_string_equal(buf_text(&json), "{}");
    buf_fini(&json);
    config_free(plain);
    config_free(config);
}

static void aliases_share_what_is_written_once(void **state) {
    (void)state;
    struct config *config = folder_load_text("standards:\n"
                                             "  a: {start: x, stop: y, match: &phone {channel: phone}}\n"
                                             "  b: {start: x, stop: y, match: *phone}\n");
    assert_int_equal(config->rules.standard_count, 2);
    assert_string_equal(config->rules.standards[0]->meaning, config->rules.standards[1]->meaning);
    assert_string_equal(config->rules.standards[1]->match->alternatives[0].conditions[0].attr, "channel");
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_of_a_clock_standard),
        cmocka_unit_test(events_of_a_clock_standard),
        cmocka_unit_test(patterns_of_a_match),
        cmocka_unit_test(a_match_may_be_a_list_or_empty),
        cmocka_unit_test(limits_and_their_calendars),
        cmocka_unit_test(abandon_and_its_formulas),
        cmocka_unit_test(subjects_groups_and_zones),
        cmocka_unit_test(windows),
        cmocka_unit_test(targets_of_a_clock_standard),
        cmocka_unit_test(a_value_standard),
        cmocka_unit_test(warnings_are_no_part_of_the_meaning),
        cmocka_unit_test(aliases_share_what_is_written_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
