/* A file of tests is read as it was meant, and every mistake in it is refused at the right place. */
#include "folder.h"

#include "slad/conf/test_file.h"

#define RULES                                                                                                \
    "standards:\n"                                                                                           \
    "  calls: {start: offered, stop: answered, within: 2m, by: queue, target: [90%, p95 <= 5m]}\n"           \
    "  csat: {when: scored, value: score, at_least: 4}\n"
#define HEAD RULES "tests:\n  - name: n\n    at: 2026-03-02T08:00:00Z\n    events:\n"
#define EVENT "      - {at: +0s, contact: a, event: offered, queue: q1}\n"
#define EXPECT HEAD EVENT "    expect:\n      - "

static int load(struct folder *folder, const char *text, struct test_file **out, struct findings *findings) {
    folder_write(folder, "tests.yaml", text);
    return test_file_load(folder_at(folder, "tests.yaml"), out, findings);
}

struct wrong {
    const char *text;
    int line, column;
    const char *says;
};

static const struct wrong table[] = {
    /* the file */
    {"", 0, 0, "nothing instead of the keys of a file of tests"},
    {"tsets: []\n", 1, 1, "unknown key \"tsets\" in a file of tests: did you mean \"tests\"?"},
    {RULES, 1, 1, "a file of tests without \"tests\""},
    {"tests: []\n", 1, 1, "tests of what? \"config\" (a path) or \"standards\" is missing"},
    {RULES "tests: []\n", 4, 8, "a list is not a list of 1 to 10000 tests"},
    {RULES "tests: {}\n", 4, 8, "a map is not a list of 1 to 10000 tests"},
    {"config: nowhere.yaml\ntests: []\n", 0, 0, "cannot be read: No such file"},
    {"config: [a]\ntests: []\n", 1, 9, "a list is not the path of a configuration"},
    {"config: x\nstandards: {}\ntests: []\n", 2, 12,
        "\"config\" names the configuration: \"standards\" belongs there"},
    {"standards:\n  s: {start: a, stop: b, witin: 2m}\ntests: []\n", 2, 26, "did you mean \"within\"?"},
    {"timezone: Mars\n" RULES "tests: []\n", 1, 11, "Mars"},
    /* a test */
    {RULES "tests: [x]\n", 4, 9, "\"x\" instead of the keys of a test"},
    {RULES "tests: [{name: n}]\n", 4, 9, "a test without its \"at\""},
    {RULES "tests:\n  - {name: n, at: +1s, events: [], expect: []}\n", 5, 19,
        "the test's own \"at\" is an instant"},
    {RULES "tests:\n  - {name: n, at: noon, events: [], expect: []}\n", 5, 19, "\"noon\" is not an instant"},
    {RULES "tests:\n  - {name: n, at: 5, events: [], expect: []}\n", 5, 19,
        "\"5\" is not an instant: write +30s (after the test's \"at\") or 2026-03-02T08:00:00Z"},
    {HEAD EVENT "    expect: []\n", 9, 13, "an empty list expects nothing"},
    {HEAD EVENT "    expct: []\n", 9, 5, "did you mean \"expect\"?"},
    /* events */
    {HEAD "      x\n    expect: []\n", 8, 7, "\"x\" is not a list of at most 10000 events"},
    {HEAD "      - x\n    expect: []\n", 8, 9, "\"x\" is not an event: write {at: +0s"},
    {HEAD "      - {contact: a, event: b}\n    expect: []\n", 8, 9, "an event without \"at\""},
    {HEAD "      - {at: +1s, event: b}\n    expect: []\n", 8, 9, "an event without \"contact\""},
    {HEAD "      - {at: +1s, contact: b}\n    expect: []\n", 8, 9, "an event without \"event\""},
    {HEAD "      - {at: +1x, contact: a, event: b}\n    expect: []\n", 8, 14, "\"+1x\" is not an instant: "},
    {HEAD "      - {at: +500000w, contact: a, event: b}\n    expect: []\n", 8, 14,
        "\"+500000w\" is not an instant"},
    {HEAD "      - {at: +1s, contact: 5, event: b}\n    expect: []\n", 8, 28,
        "\"5\" (a number) is not a contact"},
    {HEAD "      - {at: +1s, contact: a, event: b, id: x}\n    expect: []\n", 8, 41,
        "\"id\" is no attribute"},
    {HEAD "      - {at: +1s, contact: a, event: b, x: []}\n    expect: []\n", 8, 44,
        "a list is not the value of an attribute"},
    /* expectations */
    {EXPECT "x\n", 10, 9, "\"x\" instead of the keys of an expectation"},
    {EXPECT "{standard: calls}\n", 10, 9, "nothing is expected"},
    {EXPECT "{standard: call, contact: a, outcome: met}\n", 10, 20,
        "unknown standard \"call\": did you mean \"calls\"?"},
    {EXPECT "{contact: a, outcome: met}\n", 10, 9, "of which standard?"},
    {EXPECT "{standard: calls, outcome: met}\n", 10, 36, "of which contact?"},
    {EXPECT "{standard: calls, contact: a, outcome: fine}\n", 10, 48, "\"fine\" is not what is expected: "},
    {EXPECT "{standard: calls, counted: 1}\n", 10, 9, "of which group? standard \"calls\" has \"by\""},
    {EXPECT "{standard: calls, group: {q: 1}, counted: 1}\n", 10, 35, "unknown key \"q\" in the group"},
    {EXPECT "{standard: calls, group: {}, counted: 1}\n", 10, 34, "the group lacks \"queue\""},
    {EXPECT "{standard: csat, group: {queue: a}, counted: 1}\n", 10, 33, "standard \"csat\" has no groups"},
    {EXPECT "{standard: csat, counted: -1}\n", 10, 35, "\"-1\" is not a count"},
    {EXPECT "{standard: csat, countd: 1}\n", 10, 26, "did you mean \"counted\"?"},
    {EXPECT "{standard: csat, attainment: 0.5}\n", 10, 38, "\"0.5\" is not a share: write a percentage"},
    {EXPECT "{standard: csat, mean: 4s}\n", 10, 32, "\"4s\" is not a value"},
    {EXPECT "{standard: calls, group: {queue: a}, mean: 4}\n", 10, 52, "a unit is missing"},
    {EXPECT "{standard: csat, state: bad}\n", 10, 33, "write no_data, met or breached"},
    {EXPECT "{standard: calls, contact: a, counted: 1, group: {queue: a}}\n", 10, 36,
        "these are two expectations"},
    {EXPECT "{standard: calls, group: {queue: a}, breaches: []}\n", 10, 34, "a group has figures"},
    {EXPECT "{breaches: {}}\n", 10, 20, "a map is not a list: write [] for none"},
    {EXPECT "{breaches: [{contact: a}]}\n", 10, 21, "of which standard?"},
    {EXPECT "{standard: calls, breaches: [{contct: a}]}\n", 10, 39, "did you mean \"contact\"?"},
    {EXPECT "{standard: calls, levels: [{target: 80%}]}\n", 10, 45,
        "standard \"calls\" has no target \"80%\""},
    {EXPECT "{standard: calls, levels: [{opened: soon}]}\n", 10, 45, "\"soon\" is not an instant"},
};

static void each_error_is_placed_and_worded(void **state) {
    (void)state;
    struct folder folder;
    size_t wrong = 0;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct findings findings = {0};
        struct buf said = {0};
        struct test_file *file = NULL;
        const struct wrong *w = &table[i];
        int code = load(&folder, w->text, &file, &findings);
        findings_render(&findings, &said);
        const struct finding *first = findings.list;
        if (code != ERR_INVALID || file || findings.count != 1 || !strstr(first->text, w->says) ||
            first->line != w->line || first->column != w->column) {
            print_error(
                "%swanted %d:%d %s\nsaid   %s\n", w->text, w->line, w->column, w->says, buf_text(&said));
            wrong++;
        }
        test_file_free(file);
        findings_fini(&findings);
        buf_fini(&said);
    }
    folder_remove(&folder);
    assert_int_equal(wrong, 0);
}

static void a_file_is_read_as_it_was_meant(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct test_file *file = NULL;
    folder_make(&folder);
    assert_int_equal(
        load(&folder,
            EXPECT
            "{standard: calls, group: {queue: null}, counted: 1, attainment: 33.3%, mean: 1m}\n"
            "      - {at: +3m, standard: calls, breaches: [{contact: a, due: null}], levels: [{target: "
            "90%}]}\n"
            "      - {at: 2026-03-02T07:00:00Z, standard: csat, contact: 'é', outcome: none, elapsed: 4.5}\n",
            &file, &findings),
        0);
    assert_int_equal(file->test_count, 1);
    const struct test_case *test = &file->tests[0];
    assert_string_equal(test->name, "n");
    assert_int_equal(test->line, 5);
    assert_int_equal(test->at_ms, 1772438400000);
    assert_int_equal(test->event_count, 1);
    assert_int_equal(test->events[0].line, 8);
    assert_int_equal(test->events[0].event.attr_count, 1);
    assert_int_equal(test->expectation_count, 3);
    const struct expectation *e = test->expectations;
    assert_int_equal(e[0].kind, EXPECT_FIGURES);
    assert_int_equal(e[0].at_ms, test->at_ms);
    assert_null(e[0].what.group.texts[0].p);
    assert_int_equal(e[0].what.fact_count, 3);
    assert_int_equal(e[0].what.facts[1].share.units, 333);
    assert_int_equal(e[0].what.facts[2].number, 60000);
    assert_int_equal(e[1].kind, EXPECT_LISTS);
    assert_int_equal(e[1].at_ms, test->at_ms + 180000);
    assert_true(e[1].breaches.list[0].facts[0].is_null);
    assert_string_equal(e[1].levels.list[0].target, "attainment >= 90%");
    assert_int_equal(e[2].kind, EXPECT_CONTACT);
    assert_int_equal(e[2].what.facts[1].number, 4500000);
    test_file_free(file);
    findings_fini(&findings);
    folder_remove(&folder);
}

/* The path of the configuration starts at the file of tests; what the configuration warns of does not fail.
 */
static void a_named_configuration_is_loaded(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct test_file *file = NULL;
    folder_make(&folder);
    folder_write(&folder, "slad.yaml", "listen: []\nstandards:\n  s: {start: a, stop: b, pause: c}\n");
    assert_int_equal(load(&folder,
                         "config: slad.yaml\ntests:\n  - {name: n, at: 2026-03-02T08:00:00Z, events: [], "
                         "expect: {breaches: []}}\n",
                         &file, &findings),
        0);
    assert_int_equal(findings.count, 1);
    assert_int_equal(file->config->rules.standard_count, 1);
    test_file_free(file);
    folder_write(&folder, "slad.yaml", "standards:\n  s: {start: a}\n");
    assert_int_equal(load(&folder, "config: slad.yaml\ntests: [x]\n", &file, &findings), ERR_INVALID);
    assert_int_equal(findings_errors(&findings), 1);
    findings_fini(&findings);
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_is_placed_and_worded),
        cmocka_unit_test(a_file_is_read_as_it_was_meant),
        cmocka_unit_test(a_named_configuration_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
