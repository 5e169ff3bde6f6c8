/* A verification says what is wrong, and nothing of what is only not known yet, or not any more. */
#include "on_disk.h"
#include "slad/service/verify.h"

enum { GROUPS = 900 }; /* published in several slices */

static const char START[] = "2026-03-02T08:00:00Z", DAY_BEFORE[] = "2026-03-01T08:00:00Z"; /* nothing is let go in a first day */
#define T0 INT64_C(1772438400000)
#define OFFERED(contact, more) "{\"contact\":\"" contact "\",\"event\":\"offered\"" more "}"

static struct verify verify(struct running *r, struct buf *lines) {
    struct verify out = {0};
    struct config *config;
    struct findings findings = {0};
    char database[80];
    assert_int_equal(config_load(r->config, &config, &findings), 0);
    snprintf(database, sizeof database, "%s/slad.db", r->folder);
    RUNNING_OK(r, verify_run(config, database, lines, &out, &r->err));
    findings_fini(&findings);
    config_free(config);
    return out;
}

/* Returns how many records were passed by. */
static int64_t all_is_well(struct running *r) {
    struct buf lines = {0};
    struct verify out = verify(r, &lines);
    assert_string_equal(buf_text(&lines), "");
    assert_int_equal(out.wrong, 0);
    buf_fini(&lines);
    return out.passed_by;
}

static void is_wrong(struct running *r, const char *what) {
    struct buf lines = {0};
    struct verify out = verify(r, &lines);
    if (!strstr(buf_text(&lines), what)) fail_msg("not told: %s, but: %s", what, buf_text(&lines));
    assert_int_equal(out.wrong, 1);
    buf_fini(&lines);
}

static void turn(struct running *r, int64_t now) {
    service_turn(r->service, now);
    RUNNING_OK(r, service_commit(r->service, &r->err));
    while (service_idle(r->service)) continue;
}

static int setup(void **state) {
    *state = mem_zalloc(sizeof(struct running));
    return 0;
}

static int teardown(void **state) {
    running_stop(*state);
    free(*state);
    return 0;
}

/* ---------------------------------------------------------------- what is not known yet */

static int64_t read_until_the_start(void *arg, int64_t now) {
    (void)arg;
    return now < T0 ? now : T0;
}

/* The held-back clock waits for followed files, however long that takes. */
static void while_a_file_is_not_read(void **state) {
    struct running *r = *state;
    running_start(r, "grace: 1s\nstandards:\n  answered: {start: offered, stop: answered, within: 10s, target: 90%}\n", START);
    service_listen(r->service, &(struct service_listener){.read_as_of = read_until_the_start});
    running_turn(r, START, LINES(OFFERED("a", "")));
    turn(r, T0 + 3600000);
    expect(r, "SELECT open, missed FROM figures", "1|0|\n");
    all_is_well(r);
}

/* A limit that an event set, and that was past by then, is decided at that event: not before the held-back clock is there,
 * whichever road the event took. */
static void while_an_event_lies_ahead_of_the_held_clock(void **state) {
    struct running *r = *state;
    running_start(r, "grace: 1s\nstandards:\n  kept: {start: offered, stop: answered, due: promised_at, per: [contact, queue]}\n", START);
    service_listen(r->service, &(struct service_listener){.read_as_of = read_until_the_start});
    running_turn(r, "2026-03-02T08:30:00Z",
        LINES(OFFERED("a", ",\"promised_at\":1772430000"),
            "{\"contact\":\"a\",\"event\":\"noted\",\"queue\":\"q\",\"at\":\"2026-03-02T08:29:00Z\"}"));
    turn(r, T0 + 3600000);
    expect(r, "SELECT count(*) FROM breaches", "0|\n");
    all_is_well(r);
}

/* Late events: limits that ran out long ago are put off by the receipt. */
static void while_limits_are_put_off(void **state) {
    struct running *r = *state;
    running_start(r, "grace: 10s\nstandards:\n  answered: {start: offered, stop: answered, within: 10s, target: 90%, by: queue}\n", START);
    turn(r, T0 + 900000);
    running_turn(r, "2026-03-02T08:15:01Z", LINES(OFFERED("a", ",\"queue\":\"q\",\"at\":1772438400"), OFFERED("b", ",\"at\":1772439299")));
    turn(r, T0 + 910000);
    expect(r, "SELECT open, missed FROM figures ORDER BY series", "1|0|\n1|0|\n");
    assert_int_equal(all_is_well(r), 3); /* the figures of the one group, its breach and its level */
    turn(r, T0 + 920000);
    all_is_well(r);
    expect(r, "SELECT count(*) FROM breaches WHERE kind = 'contact'", "2|\n");
}

static int64_t read_until(void *arg, int64_t now) {
    const int64_t *until = arg;
    return now < *until ? now : *until;
}

/* The clock leaps, a followed file is read then, and what it has is late, of a contact whose limit ran out before. */
static void while_a_late_event_puts_off(void **state) {
    struct running *r = *state;
    int64_t until = T0;
    running_start(r, "grace: 60s\nstandards:\n  answered: {start: offered, stop: answered, within: 10s, target: 90%, by: queue}\n", START);
    service_listen(r->service, &(struct service_listener){.read_as_of = read_until, .arg = &until});
    running_turn(r, START, LINES(OFFERED("a", ",\"queue\":\"q\"")));
    service_turn(r->service, T0 + 7200000);
    until = INSTANT_NEVER;
    running_turn(r, "2026-03-02T10:00:00Z", LINES("{\"contact\":\"a\",\"event\":\"noted\",\"queue\":\"q\",\"at\":1772438600}"));
    expect(r, "SELECT count(*) FROM breaches", "0|\n");
    all_is_well(r);
    turn(r, T0 + 7200000 + 70000);
    all_is_well(r);
    expect(r, "SELECT count(*) FROM breaches WHERE kind = 'contact'", "1|\n");
}

/* What waits is of a later instant than what is written. */
static void while_figures_are_written(void **state) {
    struct running *r = *state;
    running_start(r, "publish: 10s\nstandards:\n  answered: {start: offered, stop: answered, within: 60s, by: queue}\n", START);
    service_turn(r->service, T0);
    for (int i = 0; i < GROUPS; i++) {
        char line[80];
        snprintf(line, sizeof line, OFFERED("c%d", ",\"queue\":\"q%d\""), i, i);
        assert_int_equal(intake_line(r->service, &(struct intake_source){"test", NULL}, span_of(line), &r->err), INTAKE_ACCEPTED);
    }
    RUNNING_OK(r, service_commit(r->service, &r->err));
    turn(r, T0 + 10000);
    all_is_well(r);
    service_turn(r->service, T0 + 100000); /* all are missed */
    RUNNING_OK(r, service_commit(r->service, &r->err));
    char *text = text_of(r, "SELECT count(*) FROM figures");
    assert_int_not_equal(atoi(text), 2 * GROUPS);
    free(text);
    do all_is_well(r);
    while (service_idle(r->service));
    expect(r, "SELECT count(*) FROM figures", "1800|\n");
    alter(r, "UPDATE figures SET missed = 0 WHERE series = 30");
    is_wrong(r, "figures: answered");
}

/* ---------------------------------------------------------------- what is not known any more */

static const char LETS_GO[] =
    "grace: 0s\nretain: {events: 1h, breaches: 2h}\npublish: 1h\nstandards:\n"
    "  answered: {start: offered, stop: answered, within: 60s, window: day}\n"
    "  replied: {start: offered, stop: answered, per: customer, within: 60s, window: day}\n";

/* From the moment the journal has let go of a contact; and when it comes back. */
static void after_contacts_were_let_go(void **state) {
    struct running *r = *state;
    running_start(r, LETS_GO, DAY_BEFORE);
    turn(r, T0 - 3600000);
    running_turn(r, START, LINES(OFFERED("a", ",\"customer\":\"k\"")));
    running_turn(r, "2026-03-02T08:50:00Z",
        LINES(OFFERED("b", ",\"customer\":\"k\""), "{\"contact\":\"b\",\"event\":\"answered\"}"));
    turn(r, T0 + 3600000);
    assert_int_equal(all_is_well(r), 0);
    expect(r, "SELECT missed, open FROM figures WHERE series = 1", "1|1|\n");
    turn(r, T0 + 3700000);
    expect(r, "SELECT DISTINCT contact FROM events", "b|\n");
    assert_true(all_is_well(r) > 0);
    running_turn(r, "2026-03-02T09:02:00Z", LINES(OFFERED("a", ",\"customer\":\"k\"")));
    assert_true(all_is_well(r) > 0);
    turn(r, T0 + 7200000);
    all_is_well(r);
    alter(r, "DELETE FROM breaches WHERE contact = 'a' AND started > 1772442000000 AND standard = 'answered'");
    is_wrong(r, "breach that is not on record: answered \"a\"");
}

/* The record lets go of breaches, and figures, before the journal does of their events. */
static void after_the_record_was_let_go(void **state) {
    struct running *r = *state;
    running_start(r, "grace: 0s\nretain: {events: 30d, breaches: 1h, figures: 1h}\n"
                     "standards:\n  answered: {start: offered, stop: answered, within: 60s}\n", DAY_BEFORE);
    turn(r, T0 - 3600000);
    running_turn(r, START, LINES(OFFERED("a", "")));
    running_turn(r, "2026-03-02T08:10:00Z", LINES("{\"contact\":\"a\",\"event\":\"answered\"}"));
    turn(r, T0 + 700000);
    turn(r, T0 + 710000);
    expect(r, "SELECT missed, open FROM figures ORDER BY at DESC LIMIT 1", "1|0|\n");
    for (int64_t at = T0 + 800000; at < T0 + 7200000; at += 100000) turn(r, at);
    expect(r, "SELECT count(*) FROM breaches WHERE kind = 'contact'", "0|\n");
    expect(r, "SELECT count(*) FROM figures", "0|\n");
    assert_int_equal(all_is_well(r), 2);
}

/* ---------------------------------------------------------------- what is wrong */

static void what_is_missing(void **state) {
    struct running *r = *state;
    running_start(r, "standards:\n  answered: {start: offered, stop: answered, within: 60s, by: queue}\n", START);
    running_turn(r, START, LINES(OFFERED("a", ",\"queue\":\"p\""), OFFERED("b", ",\"queue\":\"q\"")));
    turn(r, T0 + 10000);
    assert_int_equal(all_is_well(r), 0);
    alter(r, "DELETE FROM figures WHERE series = 1");
    is_wrong(r, "figures that are not on record: answered {\"queue\":\"");
}

/* ---------------------------------------------------------------- the clock */

/* A reload while the clock is behind: what was published before is of the old standards, whatever the clock says. */
static void after_a_reload_by_a_clock_set_back(void **state) {
    struct running *r = *state;
    static const char other[] = "standards:\n  answered: {start: offered, stop: answered, within: 9h}\n";
    running_start(r, "standards:\n  answered: {start: offered, stop: answered, within: 60s}\n", START);
    running_turn(r, START, LINES(OFFERED("a", "")));
    turn(r, T0 + 3600000);
    turn(r, T0 + 1800000);
    running_write_config(r, other);
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    while (service_idle(r->service)) continue;
    assert_int_equal(all_is_well(r), 1);
    turn(r, T0 + 3610000);
    assert_int_equal(all_is_well(r), 0);
    alter(r, "UPDATE figures SET open = 7 WHERE at = (SELECT max(at) FROM figures)");
    is_wrong(r, "figures: answered");
}

/* Figures are compared after a start by the right clock as well. */
static void after_a_start_by_the_right_clock(void **state) {
    struct running *r = *state;
    running_start(r, "standards:\n  answered: {start: offered, stop: answered, within: 60s}\n", START);
    turn(r, T0 + 3600000);
    running_turn(r, "2026-03-02T09:00:01Z", LINES(OFFERED("a", "")));
    turn(r, T0 + 3700000);
    all_is_well(r);
    service_close(r->service);
    running_open(r, "2026-03-02T08:10:00Z");
    all_is_well(r);
    running_turn(r, "2026-03-02T08:10:01Z", LINES(OFFERED("b", "")));
    turn(r, T0 + 620000);
    assert_int_equal(all_is_well(r), 0);
    alter(r, "UPDATE figures SET open = 7 WHERE at = (SELECT max(at) FROM figures)");
    is_wrong(r, "figures: answered");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(while_a_file_is_not_read, setup, teardown),
        cmocka_unit_test_setup_teardown(while_an_event_lies_ahead_of_the_held_clock, setup, teardown),
        cmocka_unit_test_setup_teardown(while_limits_are_put_off, setup, teardown),
        cmocka_unit_test_setup_teardown(while_a_late_event_puts_off, setup, teardown),
        cmocka_unit_test_setup_teardown(while_figures_are_written, setup, teardown),
        cmocka_unit_test_setup_teardown(after_contacts_were_let_go, setup, teardown),
        cmocka_unit_test_setup_teardown(after_the_record_was_let_go, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(after_a_reload_by_a_clock_set_back, setup, teardown),
        cmocka_unit_test_setup_teardown(after_a_start_by_the_right_clock, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
