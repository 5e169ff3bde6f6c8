/* Figures are published in slices: all as of one instant, none lost when it is cut off. */
#include "on_disk.h"

enum { GROUPS = 900 }; /* several slices */

static const char STANDARDS[] =
    "publish: 10s\nstandards:\n  answered: {start: offered, stop: answered, within: 60s, by: queue, percentiles: [50, 90]}\n";
static const char START[] = "2026-03-02T08:00:00Z";
#define T0 INT64_C(1772438400000)

static void turn(struct running *r, int64_t now) {
    service_turn(r->service, now);
    RUNNING_OK(r, service_commit(r->service, &r->err));
}

static int setup(void **state) {
    struct running *r = mem_zalloc(sizeof *r);
    running_start(r, STANDARDS, START);
    service_turn(r->service, T0);
    for (int i = 0; i < GROUPS; i++) {
        char line[200];
        for (int end = 0; end < 2; end++) {
            snprintf(line, sizeof line, "{\"contact\":\"c%d\",\"event\":\"%s\",\"at\":%lld,\"queue\":\"q%d\"}", i,
                end ? "answered" : "offered", (long long)T0 + end * 500 - 500, i);
            assert_int_equal(intake_line(r->service, &(struct intake_source){"test", NULL}, span_of(line), &r->err),
                INTAKE_ACCEPTED);
        }
    }
    RUNNING_OK(r, service_commit(r->service, &r->err));
    *state = r;
    return 0;
}

static int teardown(void **state) {
    running_stop(*state);
    free(*state);
    return 0;
}

static const char PER_INSTANT[] = "SELECT at - 1772438400000, count(*), sum(met) FROM figures GROUP BY at ORDER BY at";
static const char EACH[] = "SELECT count(DISTINCT series), count(*) FROM figures";

static void all_of_one_instant(void **state) {
    struct running *r = *state;
    turn(r, T0 + 10000);
    char *first = text_of(r, EACH);
    assert_string_not_equal(first, "900|900|\n");
    free(first);
    turn(r, T0 + 20500); /* the next instant waits for its turn */
    while (service_idle(r->service)) continue;
    expect(r, PER_INSTANT, "10000|900|900|\n");
    expect(r, "SELECT count(*) FROM percentiles", "1800|\n");
    turn(r, T0 + 20600);
    while (service_idle(r->service)) continue;
    expect(r, PER_INSTANT, "10000|900|900|\n");
}

static void cut_off_it_goes_on_after_a_start(void **state) {
    struct running *r = *state, cut;
    turn(r, T0 + 10000);
    for (bool more = true; more;) {
        copy(r, &cut, STANDARDS);
        running_open(&cut, "2026-03-02T08:00:15Z");
        turn(&cut, T0 + 20000);
        while (service_idle(cut.service)) continue;
        expect(&cut, EACH, "900|900|\n");
        running_stop(&cut);
        more = service_idle(r->service);
    }
}

static void a_stop_writes_the_rest(void **state) {
    struct running *r = *state;
    turn(r, T0 + 10000);
    service_close(r->service);
    r->service = NULL;
    expect(r, PER_INSTANT, "10000|900|900|\n");
}

/* After a start what stands as it was is not written again; the percentiles count too. */
static void a_percentile_alone_is_a_change(void **state) {
    struct running *r = *state;
    turn(r, T0 + 10000);
    service_close(r->service);
    alter(r, "UPDATE percentiles SET value = 99 WHERE q = 90 AND series = 5");
    alter(r, "DELETE FROM percentiles WHERE q = 50 AND series = 7");
    running_open(r, "2026-03-02T08:00:15Z");
    turn(r, T0 + 20000);
    while (service_idle(r->service)) continue;
    expect(r, "SELECT series FROM figures WHERE at > 1772438410000 ORDER BY series", "5|\n7|\n");
    expect(r, "SELECT value FROM percentiles WHERE at > 1772438410000", "0.5|\n0.5|\n0.5|\n0.5|\n");
}

/* Those of the old standards that wait are written, and end at the next instant. */
static void a_reload_in_between(void **state) {
    struct running *r = *state;
    turn(r, T0 + 10000);
    running_write_config(r, "publish: 10s\nstandards:\n  answered: {start: offered, stop: answered, within: 60s, by: team}\n");
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    while (service_idle(r->service)) continue;
    turn(r, T0 + 20000);
    while (service_idle(r->service)) continue;
    expect(r, PER_INSTANT, "10000|900|900|\n20000|901|900|\n");
}

static void idle(struct running *r) {
    while (service_idle(r->service)) continue;
}

/* What is known is of a later instant: nothing can be said of the one the clock shows, reload or not. */
static void nothing_while_the_clock_is_behind(void **state) {
    struct running *r = *state;
    turn(r, T0 + 3600000);
    idle(r);
    turn(r, T0 + 1800000);
    running_write_config(r, "publish: 10s\nstandards:\n  answered: {start: offered, stop: answered, within: 60s, by: team}\n");
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    idle(r);
    turn(r, T0 + 1820000);
    idle(r);
    expect(r, PER_INSTANT, "3600000|900|900|\n");
    turn(r, T0 + 3600001);
    idle(r);
    turn(r, T0 + 3610000);
    idle(r);
    expect(r, PER_INSTANT, "3600000|900|900|\n3610000|901|900|\n");
}

/* A start by the right clock: what was published by the wrong one is not history. */
static void what_was_published_by_a_wrong_clock_goes(void **state) {
    struct running *r = *state;
    turn(r, T0 + 10000);
    idle(r);
    turn(r, T0 + 3600000);
    idle(r);
    expect(r, "SELECT max(at) - 1772438400000 FROM figures", "10000|\n");
    running_turn(r, "2026-03-02T09:00:05Z", LINES("{\"contact\":\"x\",\"event\":\"offered\",\"queue\":\"q7\"}"));
    turn(r, T0 + 3610000);
    idle(r);
    expect(r, "SELECT count(*) FROM figures WHERE at = 1772442010000", "1|\n");
    service_close(r->service);
    running_open(r, "2026-03-02T08:10:00Z");
    expect(r, PER_INSTANT, "10000|900|900|\n");
    expect(r, "SELECT max(at) - 1772438400000 FROM percentiles", "10000|\n");
    turn(r, T0 + 620000);
    idle(r);
    expect(r, PER_INSTANT, "10000|900|900|\n");
    turn(r, T0 + 3610000);
    idle(r);
    expect(r, PER_INSTANT, "10000|900|900|\n3610000|1|1|\n");
}

/* An engine built anew, by the right clock, while the service runs. */
static void a_recovery_by_the_right_clock(void **state) {
    struct running *r = *state;
    char path[80];
    sqlite3 *other;
    turn(r, T0 + 3600000);
    idle(r);
    snprintf(path, sizeof path, "%s/slad.db", r->folder);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    service_turn(r->service, T0 + 3600001);
    enum intake_verdict verdict = intake_line(
        r->service, &(struct intake_source){"test", NULL}, SPAN("{\"contact\":\"x\",\"event\":\"offered\"}"), &r->err);
    assert_int_not_equal(verdict, INTAKE_REJECTED);
    assert_int_not_equal(service_commit(r->service, &r->err), 0);
    sqlite3_close(other);
    service_turn(r->service, T0 + 1800000);
    RUNNING_OK(r, service_recover(r->service, T0 + 1800000, &r->err));
    idle(r);
    assert_true(service_accepts(r->service));
    expect(r, "SELECT count(*) FROM figures", "0|\n");
    turn(r, T0 + 1810000);
    idle(r);
    expect(r, PER_INSTANT, "1810000|900|900|\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_one_instant, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_off_it_goes_on_after_a_start, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stop_writes_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(a_percentile_alone_is_a_change, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reload_in_between, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_while_the_clock_is_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_published_by_a_wrong_clock_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_recovery_by_the_right_clock, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
