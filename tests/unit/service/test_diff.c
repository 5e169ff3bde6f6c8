/* What an edit changes: keys, kinds, places, and what became of the same events. */
#include "../conf/folder.h"

#include "slad/service/diff.h"

static const char HEAD[] = "calendars:\n"
                           "  office: {hours: {mon-fri: \"09:00-18:00\"}}\n"
                           "  office-too: {hours: {mon-fri: \"09:00-18:00\"}}\n"
                           "  longer: {hours: {mon-fri: \"09:00-19:00\"}}\n"
                           "standards:\n  calls: ";

static struct config *load(const char *definition) {
    struct buf text = {0};
    buf_printf(&text, "%s%s\n", HEAD, definition);
    struct config *config = folder_load_text(buf_text(&text));
    buf_fini(&text);
    return config;
}

/* The lines on keys alone. */
static char *keys_of(const struct diff *diff) {
    struct buf text = {0}, keys = {0};
    diff_render(diff, &text);
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, "  ", 2) == 0 && strncmp(line, "  old:", 6) != 0 && strncmp(line, "  new:", 6) != 0)
            buf_printf(&keys, "%s\n", line + 2);
    buf_fini(&text);
    buf_add_text(&keys, "");
    return keys.data ? keys.data : strdup("");
}

/* ---------------------------------------------------------------- keys */

static const struct {
    const char *old, *new, *keys;
} cases[] = {
    {"{start: a, stop: b, within: 2m, target: 90%}",
        "{target: 90%, within: 120s, stop: [b], start: {event: a}}", ""},
    {"{start: a, stop: b, within: 2m}", "{start: a, stop: b, within: 90s}", "within: 2m → 1m30s\n"},
    {"{start: a, stop: b, within: 2m, target: 90%}",
        "{start: a, stop: b, within: 2m, target: [95%, p90 <= 1m], min_count: 5}",
        "target: [attainment >= 90%] → [attainment >= 95%, p90 <= 1m]\nmin_count: 1 → 5\n"},
    {"{start: a, stop: b, within: 2m, cancel: c}", "{start: a, stop: b, within: 2m, repeat: true}",
        "cancel: c → not given\nrepeat: not given → true\n"},
    /* kinds of values, and what has to be quoted */
    {"{match: {n: 3, t: yes please, v: true, gone: {exists: true}}, start: a, stop: b, within: 2m}",
        "{match: {n: \"3\", t: \"a: b\", v: \"true\", gone: {exists: false}}, start: a, stop: b, within: 2m}",
        "match.gone.exists: true → false\nmatch.n: 3 → \"3\"\nmatch.t: yes please → \"a: b\"\n"
        "match.v: true → \"true\"\n"},
    {"{match: {a.b: 0.10}, start: a, stop: b, within: 2m}",
        "{match: {a.b: x.y}, start: a, stop: b, within: 2m}", "match.\"a.b\": 0.1 → x.y\n"},
    {"{match: {a: x}, start: a, stop: b, within: 2m}",
        "{match: [{a: x}, {b: y}], start: a, stop: b, within: 2m}", "match: {a: x} → [{a: x}, {b: y}]\n"},
    {"{match: {a: \"\\e[1m\"}, start: a, stop: b, within: 2m}",
        "{match: {a: \"\"}, start: a, stop: b, within: 2m}", "match.a: \"\\x1b[1m\" → \"\"\n"},
    /* rules in step, and not */
    {"{start: a, stop: b, within: [{match: {t: 1}, limit: 1m}, {limit: 2m}]}",
        "{start: a, stop: b, within: [{match: {t: 1}, limit: 30s}, {limit: 2m}]}",
        "within[1].limit: 1m → 30s\n"},
    {"{start: a, stop: b, within: [{match: {t: 1}, limit: 1m}, {limit: 2m}]}",
        "{start: a, stop: b, within: [{match: {t: 1}, limit: 1m}]}",
        "within: [{match: {t: 1}, limit: 1m}, {limit: 2m}] → [{match: {t: 1}, limit: 1m}]\n"},
    /* calendars by their hours, not by their names */
    {"{start: a, stop: b, within: 2h, calendar: office}",
        "{start: a, stop: b, within: 2h, calendar: office-too}", ""},
    {"{start: a, stop: b, within: 2h, calendar: office}", "{start: a, stop: b, within: 2h, calendar: longer}",
        "calendar.hours.mon: [\"09:00-18:00\"] → [\"09:00-19:00\"]\ncalendar.hours.tue: [\"09:00-18:00\"] → "
        "[\"09:00-19:00\"]\n"
        "calendar.hours.wed: [\"09:00-18:00\"] → [\"09:00-19:00\"]\ncalendar.hours.thu: [\"09:00-18:00\"] → "
        "[\"09:00-19:00\"]\n"
        "calendar.hours.fri: [\"09:00-18:00\"] → [\"09:00-19:00\"]\n"},
    /* long lists */
    {"{match: {q: [queue-of-sales-1, queue-of-sales-2, queue-of-sales-3, queue-of-sales-4, queue-of-sales-5, "
     "queue-of-sales-6]}, start: a, stop: b, within: 2h}",
        "{match: {q: [queue-of-sales-1, queue-of-sales-2, queue-of-sales-3, queue-of-sales-4, "
        "queue-of-sales-7, "
        "queue-of-sales-6]}, start: a, stop: b, within: 2h}",
        "match.q: the list no longer has queue-of-sales-5, now has queue-of-sales-7\n"},
    {"{match: {q: [queue-of-sales-1, queue-of-sales-2, queue-of-sales-3, queue-of-sales-4, queue-of-sales-5, "
     "queue-of-sales-6]}, start: a, stop: b, within: 2h}",
        "{match: {q: [queue-of-sales-2, queue-of-sales-1, queue-of-sales-3, queue-of-sales-4, "
        "queue-of-sales-5, "
        "queue-of-sales-6]}, start: a, stop: b, within: 2h}",
        "match.q: the order of the list\n"},
    /* another kind of standard */
    {"{start: a, stop: b, within: 2m}", "{when: a, value: v, at_most: 3}",
        "start: a → not given\nstop: b → not given\nwithin: 2m → not given\nwhen: not given → a\n"
        "value: not given → v\nat_most: not given → 3\n"},
};

static void keys_that_changed_are_told(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *old = load(cases[i].old), *new = load(cases[i].new);
        struct diff *diff = diff_new(old, new, DIFF_PLACES);
        char *keys = keys_of(diff);
        if (strcmp(keys, cases[i].keys) != 0 || diff_differs(diff) != (*cases[i].keys != '\0')) {
            print_error("%s\n%s\nwanted %s\nsaid   %s\n", cases[i].old, cases[i].new, cases[i].keys, keys);
            wrong++;
        }
        free(keys);
        diff_free(diff);
        config_free(old);
        config_free(new);
    }
    assert_int_equal(wrong, 0);
}

/* ---------------------------------------------------------------- kinds */

/* The same files in two folders: where the folders are is no difference. */
static struct config *load_two(struct folder *folder, const char *main, const char *more) {
    struct findings findings = {0};
    folder_make(folder);
    folder_write(folder, "slad.yaml", main);
    folder_write(folder, "more.yaml", more);
    struct config *config = folder_load(folder, &findings);
    assert_non_null(config);
    findings_fini(&findings);
    return config;
}

static void assert_kinds(const struct diff *diff, const size_t kinds[DIFF_KINDS]) {
    for (int kind = 0; kind < DIFF_KINDS; kind++)
        assert_int_equal(diff_count(diff, (enum diff_kind)kind), kinds[kind]);
}

static void kinds_are_told_apart(void **state) {
    (void)state;
    static const char old_main[] =
        "include: more.yaml\nstandards:\n  a: {start: a, stop: b, within: 1m}\n"
        "  b: {start: a, stop: b, within: 2m}\n  c: {start: a, stop: b, within: 3m}\n";
    static const char old_more[] = "standards:\n  d: {start: a, stop: b, within: 4m, describe: D}\n"
                                   "  e: {start: a, stop: b, within: 5m}\n";
    static const char new_main[] =
        "include: more.yaml\nstandards:\n  a: {start: a, stop: b, within: 1m}\n"
        "  b: {start: a, stop: b, within: 1h}\n  f: {start: a, stop: b, within: 6m}\n";
    static const char new_more[] = "standards:\n  d: {start: a, stop: b, within: 4m, describe: Day}\n\n"
                                   "  e: {start: a, stop: b, within: 5m}\n";
    struct folder before, after, copy;
    struct config *old = load_two(&before, old_main, old_more), *new = load_two(&after, new_main, new_more);
    struct config *same = load_two(&copy, old_main, old_more);
    struct diff *diff = diff_new(old, new, DIFF_PLACES), *none = diff_new(old, same, DIFF_PLACES);
    struct buf text = {0};
    assert_kinds(diff,
        (const size_t[]){
            [DIFF_ADDED] = 1, [DIFF_REMOVED] = 1, [DIFF_CHANGED] = 1, [DIFF_NOTED] = 2, [DIFF_SAME] = 1});
    assert_true(diff_differs(diff));
    diff_render(diff, &text);
    assert_non_null(strstr(buf_text(&text), "  describe: \"D\" → \"Day\"\n"));
    assert_non_null(strstr(buf_text(&text), "\nplaced otherwise: e\n"));
    assert_non_null(strstr(buf_text(&text), ": c: removed: Contacts have "));
    assert_kinds(none, (const size_t[DIFF_KINDS]){[DIFF_SAME] = 5});
    assert_false(diff_differs(none));
    buf_fini(&text);
    diff_free(diff);
    diff_free(none);
    config_free(old);
    config_free(new);
    config_free(same);
    folder_remove(&before);
    folder_remove(&after);
    folder_remove(&copy);
}

static void warnings_are_noted(void **state) {
    (void)state;
    struct config *old = load("{start: a, stop: b, within: 2m, target: 90%}");
    struct config *new = load("{start: a, stop: b, within: 2m, target: 90%, warn: [80%], warn_below: 93%}");
    struct diff *diff = diff_new(old, new, DIFF_NO_PLACES), *back = diff_new(new, new, DIFF_PLACES);
    struct buf text = {0};
    assert_kinds(diff, (const size_t[DIFF_KINDS]){[DIFF_NOTED] = 1});
    assert_kinds(back, (const size_t[DIFF_KINDS]){[DIFF_SAME] = 1});
    diff_render(diff, &text);
    assert_non_null(strstr(buf_text(&text), ": calls: warned of otherwise\n  warnings: none → {warn: [80%], warn_below: "));
    buf_fini(&text);
    diff_free(diff);
    diff_free(back);
    config_free(old);
    config_free(new);
}

/* ---------------------------------------------------------------- events */

static const char EVENTS[] = "{\"contact\":\"a\",\"event\":\"offered\",\"at\":\"2026-03-02T08:00:00Z\","
                             "\"queue\":\"q1\",\"agent\":\"x\"}\n"
                             "{\"contact\":\"b\",\"event\":\"offered\",\"at\":\"2026-03-02T08:00:01Z\","
                             "\"queue\":\"q1\",\"agent\":\"x\"}\n"
                             "{\"contact\":\"c\",\"event\":\"offered\",\"at\":\"2026-03-02T08:00:02Z\","
                             "\"queue\":\"q2\",\"agent\":\"x\"}\n"
                             "{\"contact\":\"a\",\"event\":\"answered\",\"at\":\"2026-03-02T08:00:30Z\"}\n"
                             "{\"contact\":\"b\",\"event\":\"answered\",\"at\":\"2026-03-02T08:01:30Z\"}\n"
                             "{\"contact\":\"c\",\"event\":\"answered\",\"at\":\"2026-03-02T09:00:00Z\"}\n"
                             "no event\n";

static void count_rejected(void *arg, const char *file, size_t line, const char *reason) {
    (void)file, (void)line, (void)reason;
    ++*(size_t *)arg;
}

/* What is said from the first line on figures on. */
static char *figures_of(const char *old_text, const char *new_text, int64_t until_ms) {
    struct config *old = load(old_text), *new = load(new_text);
    struct diff *diff = diff_new(old, new, DIFF_PLACES);
    struct folder folder;
    struct buf text = {0};
    struct err err;
    size_t rejected = 0;
    folder_make(&folder);
    folder_write(&folder, "events.jsonl", EVENTS);
    const char *files[] = {folder_at(&folder, "events.jsonl")};
    struct replay_options options = {files, 1, until_ms, count_rejected, &rejected};
    assert_int_equal(diff_replay(diff, &options, &err), 0);
    assert_int_equal(rejected, 1);
    diff_render(diff, &text);
    const char *from = strstr(buf_text(&text), "\n  new: ");
    char *said = strdup(from ? strchr(from + 1, '\n') + 1 : buf_text(&text));
    folder_remove(&folder);
    buf_fini(&text);
    diff_free(diff);
    config_free(old);
    config_free(new);
    return said;
}

#define ONE "1 changed, 0 added, 0 removed, 0 only described, warned of or placed otherwise, 0 unchanged; figures as of "
#define OLD "{start: offered, stop: answered, within: 1m, target: 50%, by: queue}"

static const struct {
    const char *new;
    int64_t until_ms;
    const char *said;
} runs[] = {
    {"{start: offered, stop: answered, within: 2m, target: 50%, by: queue}", INSTANT_NEVER,
        "  {queue: q1}: counted 2, met 1 → 2, missed 1 → 0, attainment 50.0 % → 100.0 %\n"
        "  the same counts: 1 group\n  contact breaches 2 → 1: 1 lost (b)\n" ONE
        "2026-03-02T09:00:00.000Z\n"},
    {"{start: offered, stop: answered, within: 10s, target: 50%, by: queue}", INSTANT_NEVER,
        "  {queue: q1}: counted 2, met 1 → 0, missed 1 → 2, attainment 50.0 % → 0.0 %, state met → breached\n"
        "  the same counts: 1 group\n  contact breaches 2 → 3: 1 gained (a)\n" ONE
        "2026-03-02T09:00:00.000Z\n"},
    /* at 08:00:35 */
    {"{start: offered, stop: answered, within: 10s, target: 50%, by: queue, cancel: answered}",
        INT64_C(1772438435000),
        "  {queue: q1}: counted 1, met 1 → 0, missed 0 → 1, excluded 0 → 1, attainment 100.0 % → 0.0 %, "
        "state met → "
        "breached\n  {queue: q2}: counted 0 → 1, met 0, missed 0 → 1, attainment none → 0.0 %, state no_data "
        "→ "
        "breached\n  contact breaches 0 → 2: 2 gained (b, c)\n" ONE "2026-03-02T08:00:35.000Z\n"},
    {"{start: rung, stop: answered, within: 1m, target: 50%, by: queue}", INT64_C(1772400000000),
        "  nothing was counted, by the old or by the new\n  contact breaches 0\n" ONE
        "2026-03-01T21:20:00.000Z\n"},
    /* other groups */
    {"{start: offered, stop: answered, within: 1m, target: 50%, by: agent}", INSTANT_NEVER,
        "  {agent: x}: counted 0 → 3, met 0 → 1, missed 0 → 2, attainment none → 33.3 %, state no_data → "
        "breached\n"
        "  {queue: q1}: counted 2 → 0, met 1 → 0, missed 1 → 0, attainment 50.0 % → none, state met → "
        "no_data\n"
        "  {queue: q2}: counted 1 → 0, met 0, missed 1 → 0, attainment 0.0 % → none, state breached → "
        "no_data\n"
        "  contact breaches 2\n" ONE "2026-03-02T09:00:00.000Z\n"},
    {"{start: offered, stop: answered, within: 1m, target: 50%, by: queue}", INSTANT_NEVER,
        "0 changed, 0 added, 0 removed, 0 only described, warned of or placed otherwise, 1 unchanged; figures as of "
        "2026-03-02T09:00:00.000Z\n"},
};

static void events_go_through_both(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        char *said = figures_of(OLD, runs[i].new, runs[i].until_ms);
        if (strcmp(said, runs[i].said) != 0) {
            print_error("%s\nwanted %s\nsaid   %s\n", runs[i].new, runs[i].said, said);
            wrong++;
        }
        free(said);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_changed_are_told),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(warnings_are_noted),
        cmocka_unit_test(events_go_through_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
