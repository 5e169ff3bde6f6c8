/* What is done in slices comes to the same as what is done at once: cut off after any slice, and while events go on. */
#include "on_disk.h"

enum { CONTACTS = 450 };

/* Each contact has a queue of its own: a level of each opens and closes. */
static const char BEFORE[] =
    "standards:\n"
    "  answered: {start: offered, stop: answered, within: 60s, target: 90%, window: 2m, by: queue, warn: [50%]}\n"
    "  removed: {start: offered, stop: never, within: 60s}\n"
    "  same: {start: offered, stop: answered, within: 50s, by: queue}\n";
static const char AFTER[] =
    "standards:\n"
    "  answered: {start: offered, stop: answered, within: 30s, target: 90%, window: 2m, by: queue, warn: [20%, 50%]}\n"
    "  same: {start: offered, stop: answered, within: 50s, by: queue}\n"
    "  new: {start: offered, stop: answered, within: 65s}\n";

#define T0 INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */

#define ROWS(columns, which)                                                                                           \
    "SELECT b.standard, s.version, " columns ", b.state, b.reason FROM breaches b JOIN standards s ON s.id = b.version" \
    " WHERE b.kind = " which " ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"
static const char CONTACT_ROWS[] = ROWS("contact, subject, grp, started, nth, due, decided, ended, elapsed", "'contact'");
static const char LEVEL_ROWS[] = ROWS("grp, target, opened, iif(b.reason LIKE 'standard%', 0, closed)", "'level'");
static const char WARNINGS[] = "SELECT standard, warning, contact, started, state, outcome, reason FROM warnings ORDER BY 1, 2, 3, 4";
static const char NOTES[] = "SELECT count(*) FROM meta WHERE key LIKE 'levels%'";
static const char CHANGES[] = "SELECT max(seq) FROM changes";

static void expect_same(struct running *a, struct running *b, const char *sql) {
    char *x = text_of(a, sql), *y = text_of(b, sql);
    if (strcmp(x, y) != 0) {
        size_t i = 0;
        while (x[i] == y[i]) i++;
        while (i && x[i - 1] != '\n') i--;
        fail_msg("%.150s\n%.150s", x + i, y + i);
    }
    free(x);
    free(y);
}

static void turn(struct running *r, int64_t now) {
    service_turn(r->service, now);
    RUNNING_OK(r, service_commit(r->service, &r->err));
}

static void send_event(struct running *r, int contact, const char *event, int64_t at) {
    char line[200];
    snprintf(line, sizeof line, "{\"contact\":\"c%d\",\"event\":\"%s\",\"at\":%lld,\"queue\":\"q%d\"}", contact, event,
        (long long)at, contact);
    enum intake_verdict verdict = intake_line(r->service, &(struct intake_source){"test", NULL}, span_of(line), &r->err);
    if (verdict != INTAKE_ACCEPTED) fail_msg("%s: %s", line, r->err.text);
}

/* A third is answered after 70 s, a third after 40 s, a third runs on. */
static void fill(struct running *r) {
    for (int i = 0; i < CONTACTS; i++) {
        int64_t at = T0 + i * 1000;
        service_turn(r->service, at);
        send_event(r, i, "offered", at);
        if (i >= 70 && i % 3 == 1) send_event(r, i - 70, "answered", at);
        if (i >= 40 && i % 3 == 1) send_event(r, i - 40, "answered", at);
        if (i % 50 == 0) turn(r, at + 1);
    }
    turn(r, T0 + CONTACTS * 1000);
}

static const char START[] = "2026-03-02T08:00:00Z", LATER[] = "2026-03-02T08:17:00.000Z";

static int setup(void **state) {
    struct running *r = mem_zalloc(sizeof *r);
    running_start(r, BEFORE, START);
    fill(r);
    *state = r;
    return 0;
}

static int teardown(void **state) {
    running_stop(*state);
    free(*state);
    return 0;
}

static void begin_reload(struct running *r, const char *yaml) {
    running_write_config(r, yaml);
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
}

static void finish(struct running *r) {
    while (service_idle(r->service)) continue;
}

/* A start over what is on record finds nothing to write. */
static void expect_in_line(struct running *r, const char *yaml) {
    struct running again;
    copy(r, &again, yaml);
    char *before = text_of(&again, CHANGES);
    running_open(&again, LATER);
    char *after = text_of(&again, CHANGES);
    if (strcmp(before, after) != 0) {
        char sql[500];
        snprintf(sql, sizeof sql,
            "SELECT c.seq, c.breach, c.warning, c.created, b.kind, b.standard, b.contact, b.grp, b.state, b.reason, w.warning, "
            "w.contact, w.state, w.reason FROM changes c LEFT JOIN breaches b ON b.id = c.breach LEFT JOIN warnings w ON "
            "w.id = c.warning WHERE c.seq > %lld",
            atoll(before));
        fail_msg("a start has written:\n%s", text_of(&again, sql));
    }
    free(before);
    free(after);
    expect(&again, NOTES, "0|\n");
    running_stop(&again);
}

static void cut_off_after_any_slice(void **state) {
    struct running *r = *state, whole, cut;
    copy(r, &whole, BEFORE);
    running_open(&whole, LATER);
    begin_reload(&whole, AFTER);
    finish(&whole);
    begin_reload(r, AFTER);
    int slices = 0;
    for (bool more = true; more; slices++) {
        more = service_idle(r->service);
        copy(r, &cut, AFTER);
        running_open(&cut, LATER);
        expect_same(&cut, &whole, CONTACT_ROWS);
        expect_same(&cut, &whole, LEVEL_ROWS);
        expect_same(&cut, &whole, WARNINGS);
        expect(&cut, NOTES, "0|\n");
        running_stop(&cut);
    }
    assert_true(slices > 10);
    expect_same(r, &whole, CONTACT_ROWS);
    expect_same(r, &whole, LEVEL_ROWS);
    expect_in_line(r, AFTER);
    expect(r, "SELECT count(*) > 300 FROM breaches WHERE kind = 'level' AND version > 3", "1|\n");
    expect(r, "SELECT count(*) FROM breaches WHERE standard = 'removed' AND state = 'open'", "0|\n");
    running_stop(&whole);
}

/* A cut-off start by other standards again. */
static void cut_off_and_changed_back(void **state) {
    struct running *r = *state, cut;
    begin_reload(r, AFTER);
    for (int i = 0; i < 8; i++) assert_int_equal(service_idle(r->service), 1);
    copy(r, &cut, BEFORE);
    running_open(&cut, LATER);
    expect(&cut, "SELECT count(*) FROM breaches WHERE standard = 'new' AND state = 'open'", "0|\n");
    expect_in_line(&cut, BEFORE);
    running_stop(&cut);
}

/* Each slice is followed by a turn in which a contact that was, or was not, looked at yet turns out otherwise. */
static void events_go_on(void **state) {
    struct running *r = *state, fresh;
    int64_t now = T0 + CONTACTS * 1000;
    begin_reload(r, AFTER);
    for (int i = 0; service_idle(r->service); i++) {
        service_turn(r->service, now += 500);
        int early = i * 7 % CONTACTS, late = CONTACTS - 1 - early;
        send_event(r, early, "answered", T0 + early * 1000 + (i % 2 ? 10000 : 61000));
        send_event(r, late, "answered", T0 + late * 1000 + (i % 2 ? 66000 : 20000));
        send_event(r, CONTACTS + i, "offered", now - 60000);
        RUNNING_OK(r, service_commit(r->service, &r->err));
    }
    turn(r, now = T0 + 1000000); /* past all answers, and past what grace puts off, which a rebuild does not */
    expect_in_line(r, AFTER);
    /* The same events, by the new standards from the beginning. */
    copy(r, &fresh, AFTER);
    running_open(&fresh, LATER);
    expect_same(r, &fresh, CONTACT_ROWS);
    expect_same(r, &fresh, WARNINGS);
    running_stop(&fresh);
}

static void the_status_says_how_far_it_is(void **state) {
    struct running *r = *state;
    bool computing = false, recording = false;
    begin_reload(r, AFTER);
    while (service_idle(r->service)) {
        const struct json *s = ASK(r, view_status(r->service, &r->answer, &r->err));
        const char *step = at(s, "configuration.adopting.step");
        computing = computing || strcmp(step, "computing") == 0;
        recording = recording || strcmp(step, "recording") == 0;
        assert_string_equal(at(s, "configuration.generation"), "1");
    }
    assert_true(computing && recording);
    const struct json *s = ASK(r, view_status(r->service, &r->answer, &r->err));
    assert_string_equal(at(s, "configuration.generation"), "2");
    assert_string_equal(at(s, "configuration.adopting"), "null");
}

static bool give_up(void *arg, const struct service_progress *progress) {
    int *calls = arg;
    (void)progress;
    return --*calls > 0;
}

static void a_start_is_given_up(void **state) {
    struct running *r = *state, again;
    for (int calls = 1; calls < 4; calls++) {
        int left = calls;
        struct service_options options = {.progress = give_up, .arg = &left};
        struct service *service = NULL;
        struct config *config;
        struct findings findings = {0};
        copy(r, &again, AFTER);
        assert_int_equal(config_load(again.config, &config, &findings), 0);
        findings_fini(&findings);
        int code = service_open(config, &options, running_instant(LATER), &service, &again.err);
        assert_true(code == 1 || (code == 0 && left > 0));
        service_close(service);
        running_open(&again, LATER);
        expect_in_line(&again, AFTER);
        running_stop(&again);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cut_off_after_any_slice, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_off_and_changed_back, setup, teardown),
        cmocka_unit_test_setup_teardown(events_go_on, setup, teardown),
        cmocka_unit_test_setup_teardown(the_status_says_how_far_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_start_is_given_up, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
