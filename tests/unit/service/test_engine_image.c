/* When a start goes on with the engine of the last stop, or of the last that was kept, and when it must not. What the engine
 * then is, is held by test_image.c and test_order.c of the engine, by the simulation, and by all tests that stop a daemon. */
#include "on_disk.h"
#include "service/state.h"
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
    running_stop(&r);
}

static void run_in(const struct running *r, const char *what) {
    char command[200];
    snprintf(command, sizeof command, "cd '%s' && %s", r->folder, what);
    assert_int_equal(system(command), 0);
}

static uint64_t fed_by_start(struct running *r, const char *now) {
    uint64_t before = counter_values[COUNTER_events_recomputed];
    running_open(r, now);
    return counter_values[COUNTER_events_recomputed] - before;
}

/* Though by its size and time the database could be the one of then. */
static void one_of_an_earlier_stop_is_behind(void **state) {
    (void)state;
    struct running r;
    start(&r);
    service_close(r.service);
    run_in(&r, "cp -p slad.db.engine old && cp -p slad.db then && cp -p slad.db-wal then-wal");
    for (int starts = 0; starts < 2; starts++) {
        assert_true(goes_on(&r, "2026-03-02T08:00:10Z"));
        running_turn(&r, "2026-03-02T08:00:11Z", LINES("{\"contact\":\"b\",\"event\":\"answered\"}"));
        service_close(r.service);
        run_in(&r, "cp slad.db.engine new && cp -p old slad.db.engine && touch -r then slad.db && touch -r then-wal slad.db-wal");
        assert_int_equal(fed_by_start(&r, "2026-03-02T08:00:11Z"), starts ? 6 : 1); /* the first start knew of it */
        service_close(r.service);
    }
    running_open(&r, "2026-03-02T08:00:11Z");
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

/* ---------------------------------------------------------------- kept while it runs */

#define KEEPS "keep_engine: 1\ngrace: 0s\n"
static const char *const LATER[] = {"{\"contact\":\"c\",\"event\":\"offered\",\"at\":\"2026-03-02T08:03:00Z\",\"queue\":\"q\",\"customer\":\"k\"}",
    "{\"contact\":\"b\",\"event\":\"answered\",\"at\":\"2026-03-02T08:00:14Z\"}", NULL}; /* the second is late: it was in time */

/* Turns, and what can wait: retention and publishing go on in slices. */
static void upkeep(struct running *r, const char *now) {
    for (int i = 0; i < 10; i++) {
        service_turn(r->service, running_instant(now) + 30 * i);
        RUNNING_OK(r, service_commit(r->service, &r->err));
        (void)service_idle(r->service);
    }
}

static uint64_t kept(void) {
    return counter_values[COUNTER_images_kept];
}

static char yaml[1024]; /* in force */
static const char *with(const char *settings) {
    snprintf(yaml, sizeof yaml, "%s%s", settings, STANDARDS);
    return yaml;
}

/* One was kept with b's breach on record; then that is withdrawn, and another is missed. */
static void keep(struct running *r, const char *settings) {
    uint64_t before = kept();
    running_start(r, with(settings), "2026-03-02T08:00:00Z");
    running_turn(r, "2026-03-02T08:00:10Z", DAY);
    upkeep(r, "2026-03-02T08:02:00Z");
    assert_int_equal(kept(), before + 1);
    running_turn(r, "2026-03-02T08:03:05Z", LATER);
    running_turn(r, "2026-03-02T08:03:20Z", NULL);
}

static const char RECORD[] = "SELECT id, kind, state, standard, grp, contact, due, decided, ended, elapsed, opened, closed, "
                             "reason, recorded, updated FROM breaches ORDER BY id";

enum { WITHOUT_IMAGE, WITH_IMAGE };
static void crash(struct running *r, struct running *crashed, int image) {
    copy(r, crashed, yaml);
    if (image == WITHOUT_IMAGE) run_in(crashed, "rm slad.db.engine");
}

static const char *figures_of(struct running *r) {
    buf_clear(&r->answer);
    RUNNING_OK(r, view_figures(r->service, &(struct view_query){0}, &r->answer, &r->err));
    return buf_text(&r->answer);
}

static void after_a_crash_it_is_fed_what_came_since(void **state) {
    (void)state;
    struct running r, crashed, other;
    keep(&r, KEEPS);
    crash(&r, &crashed, WITH_IMAGE);
    crash(&r, &other, WITHOUT_IMAGE);
    assert_int_equal(fed_by_start(&crashed, "2026-03-02T08:03:20Z"), 2);
    assert_false(goes_on(&other, "2026-03-02T08:03:20Z"));
    char *record = text_of(&r, RECORD);
    expect(&crashed, RECORD, record);
    expect(&other, RECORD, record);
    assert_string_equal(figures_of(&crashed), figures_of(&other));
    /* And once more: what is kept stands for the same rows. */
    struct running again;
    running_turn(&crashed, "2026-03-02T08:03:30Z", LINES("{\"contact\":\"c\",\"event\":\"answered\",\"at\":\"2026-03-02T08:03:25Z\"}"));
    crash(&crashed, &again, WITH_IMAGE);
    assert_int_equal(fed_by_start(&again, "2026-03-02T08:03:30Z"), 3);
    assert_string_equal(figures_of(&again), figures_of(&crashed));
    free(record);
    running_stop(&again);
    running_stop(&other);
    running_stop(&crashed);
    running_stop(&r);
}

/* What a crash left out of the record, or left in it, is brought in line: only what came since is looked at. */
static void the_record_since_then_is_brought_in_line(void **state) {
    (void)state;
    struct running r, crashed;
    keep(&r, KEEPS);
    crash(&r, &crashed, WITH_IMAGE);
    alter(&crashed, "DELETE FROM breaches WHERE contact = 'c'");
    alter(&crashed, "UPDATE breaches SET state = 'open' WHERE contact = 'b'"); /* it was withdrawn since */
    alter(&crashed, "INSERT INTO breaches (kind, standard, version, grp, contact, subject, started, nth, due, decided, state,"
        " recorded, updated) SELECT kind, standard, version, grp, contact, subject, started + 1, 0, due, decided, state,"
        " recorded, updated FROM breaches WHERE contact = 'b'");
    running_open(&crashed, "2026-03-02T08:03:20Z");
    expect(&crashed, "SELECT contact, state FROM breaches WHERE standard = 'answered' AND kind = 'contact' ORDER BY contact, started",
        "b|open|\nb|withdrawn|\nc|open|\n"); /* the first is older than what is kept */
    running_stop(&crashed);
    running_stop(&r);
}

static void what_is_pruned_takes_it_along(void **state) {
    (void)state;
    struct running r, crashed;
    keep(&r, KEEPS "retain: {events: 1h}\n");
    uint64_t before = kept();
    upkeep(&r, "2026-03-02T09:01:30Z"); /* not yet, or it would not be as it was kept */
    expect(&r, "SELECT count(*) FROM events", "6|\n");
    assert_int_equal(kept(), before);
    upkeep(&r, "2026-03-02T09:02:40Z"); /* of a; then the next is kept */
    expect(&r, "SELECT count(*) FROM events", "3|\n");
    assert_int_equal(kept(), before + 1);
    upkeep(&r, "2026-03-02T10:03:50Z");
    expect(&r, "SELECT count(*) FROM events", "0|\n");
    crash(&r, &crashed, WITH_IMAGE);
    running_open(&crashed, "2026-03-02T10:03:50.270Z"); /* after the last turn */
    expect(&crashed, "SELECT count(*) FROM meta WHERE key = 'journal_edited'", "0|\n");
    assert_string_equal(figures_of(&crashed), figures_of(&r));
    running_stop(&crashed);
    running_stop(&r);
}

static void a_journal_that_is_edited_is_read_anew(void **state) {
    (void)state;
    static const char *const edits[] = {"DELETE FROM events WHERE contact = 'b'", "UPDATE events SET at = at + 1 WHERE seq = 1"};
    for (size_t i = 0; i < 2; i++) {
        struct running r, crashed;
        keep(&r, KEEPS);
        alter(&r, edits[i]);
        crash(&r, &crashed, WITH_IMAGE);
        assert_int_equal(fed_by_start(&crashed, "2026-03-02T08:03:20Z"), i ? 6 : 4);
        /* The engine that runs holds what the journal does not: it is not kept again. */
        uint64_t before = kept();
        upkeep(&r, "2026-03-02T09:10:00Z");
        assert_int_equal(kept(), before);
        running_stop(&crashed);
        crash(&r, &crashed, WITH_IMAGE);
        assert_int_equal(fed_by_start(&crashed, "2026-03-02T09:10:00Z"), i ? 6 : 4);
        upkeep(&crashed, "2026-03-02T09:12:00Z"); /* built anew, it may be */
        assert_int_equal(kept(), before + 1);
        running_stop(&crashed);
        running_stop(&r);
    }
}

static void other_standards_take_it_along(void **state) {
    (void)state;
    struct running r, crashed;
    struct buf findings = {0};
    keep(&r, KEEPS);
    for (int i = 0; i < 2; i++) { /* and back */
        running_write_config(&r, i ? with("keep_engine: 0\n") : "standards: {answered: {start: offered, stop: answered, within: 9s}}\n");
        RUNNING_OK(&r, service_reload(r.service, NULL, NULL, &findings, &r.err));
        while (service_idle(r.service)) RUNNING_OK(&r, service_commit(r.service, &r.err));
    }
    crash(&r, &crashed, WITH_IMAGE);
    assert_int_equal(fed_by_start(&crashed, "2026-03-02T08:03:20Z"), 6);
    buf_fini(&findings);
    running_stop(&crashed);
    running_stop(&r);
}

static void it_is_kept_each_hour_if_at_all(void **state) {
    (void)state;
    struct running r;
    keep(&r, KEEPS);
    uint64_t before = kept();
    upkeep(&r, "2026-03-02T09:01:00Z");
    assert_int_equal(kept(), before);
    upkeep(&r, "2026-03-02T09:02:30Z");
    assert_int_equal(kept(), before + 1);
    upkeep(&r, "2026-03-02T10:30:00Z"); /* nothing came since */
    assert_int_equal(kept(), before + 1);
    running_stop(&r);
    running_start(&r, "keep_engine: 0\nstandards: {}\n", "2026-03-02T08:00:00Z");
    running_turn(&r, "2026-03-02T08:00:10Z", DAY);
    upkeep(&r, "2026-03-02T09:30:00Z");
    assert_int_equal(kept(), before + 1);
    assert_false(is_left(&r));
    running_stop(&r);
}

/* Under a load it waits, as each page that changes meanwhile has to be copied. */
static void a_load_puts_it_off(void **state) {
    (void)state;
    struct running r;
    keep(&r, KEEPS);
    uint64_t before = kept();
    struct image_keeper *keeper = &r.service->keeper;
    keeper->watched_us = INT64_MAX / 2; /* as if it had just been looked */
    keeper->is_loaded = true;
    upkeep(&r, "2026-03-02T09:30:00Z");
    assert_int_equal(kept(), before);
    keeper->through_seq -= 4000000; /* so many later */
    upkeep(&r, "2026-03-02T09:32:00Z");
    assert_int_equal(kept(), before + 1);
    keeper->is_loaded = false;
    running_turn(&r, "2026-03-02T10:40:00Z", LINES("{\"contact\":\"d\",\"event\":\"offered\",\"queue\":\"q\"}"));
    upkeep(&r, "2026-03-02T10:41:00Z");
    assert_int_equal(kept(), before + 2);
    running_stop(&r);
}

/* By a copy of the process, as a daemon does it. */
static void a_child_writes_it(void **state) {
    (void)state;
    struct running r, crashed;
    struct service_options options = {.uses_threads = true};
    struct findings findings = {0};
    struct config *config;
    running_start(&r, with(KEEPS), "2026-03-02T08:00:00Z");
    service_close(r.service);
    assert_int_equal(config_load(r.config, &config, &findings), 0);
    RUNNING_OK(&r, service_open(config, &options, running_instant("2026-03-02T08:00:00Z"), &r.service, &r.err));
    running_turn(&r, "2026-03-02T08:00:10Z", DAY);
    uint64_t before = kept();
    for (int s = 0; kept() == before && s < 60000; s++) { /* a turn a millisecond, until the child is heard of */
        service_turn(r.service, running_instant("2026-03-02T09:02:00Z") + s);
        RUNNING_OK(&r, service_commit(r.service, &r.err));
        (void)service_idle(r.service);
        usleep(1000);
    }
    assert_int_equal(kept(), before + 1);
    crash(&r, &crashed, WITH_IMAGE);
    assert_true(goes_on(&crashed, "2026-03-02T09:03:20Z"));
    running_stop(&crashed);
    running_stop(&r);
    findings_fini(&findings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_stop_it_goes_on),
        cmocka_unit_test(figures_are_published_as_if_it_had_run),
        cmocka_unit_test(what_was_not_published_yet_still_is),
        cmocka_unit_test(after_a_crash_the_journal_is_read),
        cmocka_unit_test(one_of_an_earlier_stop_is_behind),
        cmocka_unit_test(a_database_that_was_edited_is_read_anew),
        cmocka_unit_test(other_standards_begin_anew),
        cmocka_unit_test(a_description_is_no_reason),
        cmocka_unit_test(a_clock_that_was_set_back_begins_anew),
        cmocka_unit_test(after_a_crash_it_is_fed_what_came_since),
        cmocka_unit_test(the_record_since_then_is_brought_in_line),
        cmocka_unit_test(what_is_pruned_takes_it_along),
        cmocka_unit_test(a_journal_that_is_edited_is_read_anew),
        cmocka_unit_test(other_standards_take_it_along),
        cmocka_unit_test(it_is_kept_each_hour_if_at_all),
        cmocka_unit_test(a_load_puts_it_off),
        cmocka_unit_test(a_child_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
