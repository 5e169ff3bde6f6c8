/* When a start goes on with the engine of the last stop, and when it must not. What the engine then is, is held by
 * test_image.c and test_order.c of the engine, and by all tests that stop a daemon. */
#include "on_disk.h"
#include "slad/base/counters.h"

static const char STANDARDS[] =
    "publish: 1s\n"
    "standards:\n"
    "  answered: {start: offered, stop: answered, within: 10s, by: queue, target: 80%, window: 1h, warn: 50%}\n"
    "  repeated: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}\n";

static const char *const DAY[] = {"{\"contact\":\"a\",\"event\":\"offered\",\"at\":\"2026-03-02T08:00:00Z\",\"queue\":\"q\",\"customer\":\"k\"}",
    "{\"contact\":\"b\",\"event\":\"offered\",\"at\":\"2026-03-02T08:00:05Z\",\"queue\":\"q\"}",
    "{\"contact\":\"a\",\"event\":\"answered\",\"at\":\"2026-03-02T08:00:08Z\"}",
    "{\"contact\":\"a\",\"event\":\"closed\",\"at\":\"2026-03-02T08:00:09Z\"}", NULL};

static void start(struct running *r) {
    running_start(r, STANDARDS, "2026-03-02T08:00:00Z");
    running_turn(r, "2026-03-02T08:00:10Z", DAY);
}

/* Whether the journal was not read for it. */
static bool goes_on(struct running *r, const char *now) {
    uint64_t before = counter_values[COUNTER_events_recomputed];
    running_open(r, now);
    return counter_values[COUNTER_events_recomputed] == before;
}

static bool is_left(const struct running *r) {
    char path[80];
    snprintf(path, sizeof path, "%s/slad.db.engine", r->folder);
    return access(path, F_OK) == 0;
}

static void after_a_stop_it_goes_on(void **state) {
    (void)state;
    struct running r;
    start(&r);
    for (int stops = 0; stops < 3; stops++) {
        service_close(r.service);
        assert_true(is_left(&r));
        assert_true(goes_on(&r, "2026-03-02T08:00:10Z"));
        assert_false(is_left(&r));
    }
    running_turn(&r, "2026-03-02T08:00:20Z", NULL); /* b's limit has run out */
    expect(&r, "SELECT contact, state, due FROM breaches WHERE kind = 'contact'", "b|open|1772438415000|\n");
    running_turn(&r, "2026-03-02T08:00:21Z",
        LINES("{\"contact\":\"b\",\"event\":\"answered\",\"at\":\"2026-03-02T08:00:14Z\"}"));
    expect(&r, "SELECT contact, state FROM breaches WHERE kind = 'contact'", "b|withdrawn|\n");
    running_turn(&r, "2026-03-02T08:30:00Z",
        LINES("{\"contact\":\"c\",\"event\":\"offered\",\"at\":\"2026-03-02T08:29:00Z\",\"customer\":\"k\"}"));
    running_turn(&r, "2026-03-02T08:30:10Z", NULL);
    expect(&r, "SELECT standard, contact FROM breaches WHERE state <> 'withdrawn' AND kind = 'contact' ORDER BY standard",
        "answered|c|\nrepeated|a|\n"); /* the second knows that a was closed */
    running_stop(&r);
}

static void figures_are_published_as_if_it_had_run(void **state) {
    (void)state;
    struct running r;
    start(&r);
    running_turn(&r, "2026-03-02T08:00:11Z", NULL);
    char *before = text_of(&r, "SELECT * FROM figures");
    service_close(r.service);
    assert_true(goes_on(&r, "2026-03-02T08:00:11Z"));
    running_turn(&r, "2026-03-02T08:00:12Z", NULL);
    running_turn(&r, "2026-03-02T08:00:13Z", NULL);
    expect(&r, "SELECT * FROM figures", before); /* nothing changed, and nothing ended */
    free(before);
    running_stop(&r);
}

/* What was published before a crash, and is not so any more, is ended also by the start after the next. */
static void what_was_not_published_yet_still_is(void **state) {
    (void)state;
    struct running r, crashed;
    start(&r);
    running_turn(&r, "2026-03-02T08:00:11Z", NULL);
    copy(&r, &crashed, STANDARDS);
    alter(&crashed, "DELETE FROM events");
    running_open(&crashed, "2026-03-02T08:00:11Z");
    service_close(crashed.service);
    assert_true(goes_on(&crashed, "2026-03-02T08:00:11Z"));
    running_turn(&crashed, "2026-03-02T08:00:12Z", NULL);
    running_turn(&crashed, "2026-03-02T08:00:13Z", NULL);
    expect(&crashed, "SELECT open, met FROM figures JOIN series ON id = series WHERE standard = 'answered' ORDER BY at",
        "1|1|\n0|0|\n");
    running_stop(&crashed);
    running_stop(&r);
}

static void after_a_crash_the_journal_is_read(void **state) {
    (void)state;
    struct running r, crashed;
    start(&r);
    copy(&r, &crashed, STANDARDS);
    assert_false(goes_on(&crashed, "2026-03-02T08:00:10Z"));
    running_stop(&crashed);
    service_close(r.service);
    assert_true(goes_on(&r, "2026-03-02T08:00:10Z")); /* and one that was taken is not taken again */
    copy(&r, &crashed, STANDARDS);
    assert_false(goes_on(&crashed, "2026-03-02T08:00:10Z"));
    running_stop(&crashed);
    running_stop(&r);
}

static void run_in(const struct running *r, const char *what) {
    char command[200];
    snprintf(command, sizeof command, "cd '%s' && %s", r->folder, what);
    assert_int_equal(system(command), 0);
}

/* Though by its size and time the database could be the one of then. */
static void one_of_an_earlier_stop_is_not_taken(void **state) {
    (void)state;
    struct running r;
    start(&r);
    service_close(r.service);
    run_in(&r, "cp -p slad.db.engine old && cp -p slad.db then && cp -p slad.db-wal then-wal");
    assert_true(goes_on(&r, "2026-03-02T08:00:10Z"));
    service_close(r.service);
    run_in(&r, "mv old slad.db.engine && touch -r then slad.db && touch -r then-wal slad.db-wal");
    assert_false(goes_on(&r, "2026-03-02T08:00:10Z"));
    running_stop(&r);
}

static void a_database_that_was_edited_is_read_anew(void **state) {
    (void)state;
    struct running r;
    start(&r);
    service_close(r.service);
    alter(&r, "DELETE FROM events WHERE contact = 'b'");
    assert_false(goes_on(&r, "2026-03-02T08:00:10Z"));
    running_turn(&r, "2026-03-02T08:00:20Z", NULL);
    expect(&r, "SELECT count(*) FROM breaches WHERE kind = 'contact'", "0|\n");
    running_stop(&r);
}

static void other_standards_begin_anew(void **state) {
    (void)state;
    static const char *const others[] = {
        "standards: {answered: {start: offered, stop: answered, within: 9s, by: queue, target: 80%, window: 1h, warn: 50%},"
        " repeated: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}}\n",
        "standards: {repeated: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}}\n",
        "standards: {answered: {start: offered, stop: answered, within: 10s, by: queue, target: 80%, window: 1h, warn: 60%},"
        " repeated: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}}\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct running r;
        start(&r);
        service_close(r.service);
        running_write_config(&r, others[i]);
        assert_false(goes_on(&r, "2026-03-02T08:00:10Z"));
        running_stop(&r);
    }
}

static void a_description_is_no_reason(void **state) {
    (void)state;
    struct running r;
    start(&r);
    service_close(r.service);
    running_write_config(&r,
        "keep_finished: 5\ngrace: 3s\nstandards:\n"
        "  answered: {describe: In time, start: offered, stop: answered, within: 10s, by: queue, target: 80%, window: 1h,"
        " warn: 50%}\n"
        "  repeated: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}\n");
    assert_true(goes_on(&r, "2026-03-02T08:00:10Z"));
    expect(&r, "SELECT name, describe FROM standards WHERE until IS NULL ORDER BY name", "answered|In time|\nrepeated||\n");
    running_stop(&r);
}

static void a_clock_that_was_set_back_begins_anew(void **state) {
    (void)state;
    struct running r;
    start(&r);
    service_close(r.service);
    assert_false(goes_on(&r, "2026-03-02T07:00:00Z"));
    service_close(r.service);
    assert_true(goes_on(&r, "2026-03-02T08:00:10Z"));
    running_stop(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_stop_it_goes_on),
        cmocka_unit_test(figures_are_published_as_if_it_had_run),
        cmocka_unit_test(what_was_not_published_yet_still_is),
        cmocka_unit_test(after_a_crash_the_journal_is_read),
        cmocka_unit_test(one_of_an_earlier_stop_is_not_taken),
        cmocka_unit_test(a_database_that_was_edited_is_read_anew),
        cmocka_unit_test(other_standards_begin_anew),
        cmocka_unit_test(a_description_is_no_reason),
        cmocka_unit_test(a_clock_that_was_set_back_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
