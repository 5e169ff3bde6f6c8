/* The whole write path without sockets: events in, breaches and figures in the store, restarts, reloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <unistd.h>

#include "slad/model/instant.h"
#include "slad/service/intake.h"
#include "slad/service/service.h"

enum { GRACE = 2000 };
#define T0 INT64_C(1772438400000) /* 2026-03-02T08:00:00Z */

struct place {
    char folder[64], config[96], database[96];
};

static int setup(void **state) {
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/slad-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->config, sizeof place->config, "%s/slad.yaml", place->folder);
    snprintf(place->database, sizeof place->database, "%s/slad.db", place->folder);
    *state = place;
    return 0;
}

static int teardown(void **state) {
    struct place *place = *state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", place->folder);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

static void write_config(const struct place *place, const char *standards) {
    FILE *f = fopen(place->config, "w");
    assert_non_null(f);
    fprintf(f, "database: slad.db\nlisten: []\ninputs: []\n%s", standards);
    fclose(f);
}

#define ANSWERED                                                                                                \
    "standards:\n  answered: {start: offered, stop: answered, within: 1m, target: 90%, window: 30m, by: queue}\n"

static struct service *start(const struct place *place, int64_t now) {
    struct config *config = NULL;
    struct findings findings = {0};
    struct err err = {0};
    struct service *service = NULL;
    assert_int_equal(config_load(place->config, &config, &findings), 0);
    findings_fini(&findings);
    struct service_options options = {0};
    if (service_open(config, &options, now, &service, &err)) fail_msg("%s", err.text);
    return service;
}

static void turn(struct service *service, int64_t now) {
    struct err err;
    service_turn(service, now);
    assert_int_equal(service_commit(service, &err), 0);
    while (service_idle(service)) {}
}

static enum intake_verdict send_event(
    struct service *service, const char *contact, const char *event, int64_t at, const char *more) {
    char line[256];
    struct err err;
    int n = snprintf(line, sizeof line, "{\"contact\":\"%s\",\"event\":\"%s\",\"at\":%lld%s}", contact, event, (long long)at, more);
    return intake_line(service, &(struct intake_source){"test", NULL}, (struct span){line, (size_t)n}, &err);
}

/* What one SQL statement says, as text. */
static const char *ask(const struct place *place, const char *sql) {
    static char answer[4096];
    sqlite3 *db;
    sqlite3_stmt *rows;
    answer[0] = '\0';
    assert_int_equal(sqlite3_open_v2(place->database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const char *text = (const char *)sqlite3_column_text(rows, i);
            size_t used = strlen(answer);
            snprintf(answer + used, sizeof answer - used, "%s%s", text ? text : "-", i + 1 < sqlite3_column_count(rows) ? "|" : ";");
        }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return answer;
}

#define CONTACT_BREACHES "SELECT contact, due - 1772438400000, decided - 1772438400000, ended - 1772438400000, state FROM breaches WHERE kind = 'contact' ORDER BY contact"

static void test_deadline_without_event(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    assert_int_equal(send_event(service, "a", "offered", T0, ",\"queue\":\"q\""), INTAKE_ACCEPTED);
    turn(service, T0 + 1);
    assert_true(service_next_ms(service) <= T0 + 60001 + GRACE);
    turn(service, T0 + 60000 + GRACE);
    assert_string_equal(ask(place, CONTACT_BREACHES), "");
    turn(service, T0 + 60001 + GRACE);
    assert_string_equal(ask(place, CONTACT_BREACHES), "a|60000|60000|-|open;");
    assert_string_equal(ask(place, "SELECT kind, target, opened - 1772438400000, state FROM breaches WHERE kind = 'level'"),
        "level|attainment >= 90%|60001|open;");
    service_close(service);
}

static void test_late_answer_withdraws(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    send_event(service, "a", "offered", T0, "");
    turn(service, T0 + 100000);
    assert_string_equal(ask(place, CONTACT_BREACHES), "a|60000|60000|-|open;");
    send_event(service, "a", "answered", T0 + 30000, "");
    turn(service, T0 + 100001);
    assert_string_equal(ask(place, "SELECT contact, state, reason FROM breaches WHERE kind = 'contact'"),
        "a|withdrawn|corrected by later events;");
    service_close(service);
}

/* A process that ends without a word: what was committed is all there is. */
static void test_restart_decides_what_passed(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    send_event(service, "a", "offered", T0, ",\"queue\":\"q\"");
    send_event(service, "b", "offered", T0 + 10, ",\"queue\":\"q\",\"id\":\"e1\"");
    turn(service, T0 + 20);
    send_event(service, "lost", "offered", T0 + 30, "");
    service_close(service);
    service = start(place, T0 + 200000);
    turn(service, T0 + 200001);
    assert_string_equal(ask(place, CONTACT_BREACHES), "a|60000|60000|-|open;b|60010|60010|-|open;lost|60030|60030|-|open;");
    assert_int_equal(send_event(service, "b", "offered", T0 + 10, ",\"queue\":\"q\",\"id\":\"e1\""), INTAKE_DUPLICATE);
    send_event(service, "a", "answered", T0 + 190000, "");
    turn(service, T0 + 200002);
    service_close(service);
    service = start(place, T0 + 300000);
    turn(service, T0 + 300001);
    assert_string_equal(ask(place, CONTACT_BREACHES),
        "a|60000|60000|190000|closed;b|60010|60010|-|open;lost|60030|60030|-|open;");
    assert_string_equal(ask(place, "SELECT count(*), sum(state = 'open') FROM breaches WHERE kind = 'level'"), "2|2;");
    service_close(service);
}

static void test_publish_writes_what_changed(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    send_event(service, "a", "offered", T0, ",\"queue\":\"q\"");
    send_event(service, "a", "answered", T0 + 500, "");
    turn(service, T0 + 600);
    turn(service, T0 + 10004);
    turn(service, T0 + 20004);
    const char *figures = "SELECT at - 1772438400000, met, missed, mean, min, max FROM figures ORDER BY at";
    assert_string_equal(ask(place, figures), "10000|1|0|0.5|0.5|0.5;");
    assert_string_equal(ask(place, "SELECT q, value FROM percentiles ORDER BY q"), "50.0|0.5;90.0|0.5;95.0|0.5;99.0|0.5;");
    service_close(service);
    service = start(place, T0 + 25000);
    turn(service, T0 + 30005);
    assert_string_equal(ask(place, figures), "10000|1|0|0.5|0.5|0.5;");
    turn(service, T0 + 1800500);
    turn(service, T0 + 1810500);
    assert_string_equal(ask(place, figures), "10000|1|0|0.5|0.5|0.5;1810000|0|0|-|-|-;");
    service_close(service);
}

/* What was published of a group that the rebuilt engine no longer lists does not stand for ever. */
static void test_publish_ends_what_is_no_more(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    send_event(service, "a", "offered", T0, ",\"queue\":\"q\"");
    send_event(service, "a", "answered", T0 + 500, "");
    turn(service, T0 + 600);
    turn(service, T0 + 10004);
    service_close(service);
    write_config(place, "standards:\n  answered: {start: offered, stop: answered, within: 1m, by: team}\n");
    service = start(place, T0 + 11000);
    turn(service, T0 + 20004);
    turn(service, T0 + 30004);
    assert_string_equal(ask(place, "SELECT grp, at - 1772438400000, met FROM figures JOIN series ON series.id = series ORDER BY grp, at"),
        "{\"queue\":\"q\"}|10000|1;{\"queue\":\"q\"}|20000|0;{\"team\":null}|20000|1;");
    assert_string_equal(ask(place, "SELECT value FROM percentiles JOIN series ON series.id = series WHERE grp LIKE '%queue%' AND at > 1772438410000"), "-;-;-;-;");
    service_close(service);
}

static void test_reload(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    send_event(service, "a", "offered", T0, ",\"queue\":\"q\"");
    send_event(service, "a", "answered", T0 + 70000, "");
    turn(service, T0 + 80000);
    assert_string_equal(ask(place, "SELECT kind, state, version FROM breaches ORDER BY kind"), "contact|closed|1;level|open|1;");

    struct buf findings = {0};
    struct err err;
    write_config(place, "standards:\n  answered: {start: offered, stopp: answered, within: 1m}\n");
    assert_int_equal(service_reload(service, NULL, NULL, &findings, &err), ERR_INVALID);
    assert_non_null(strstr(buf_text(&findings), "did you mean \"stop\""));
    buf_fini(&findings);
    turn(service, T0 + 81000);
    assert_string_equal(ask(place, "SELECT kind, state, version FROM breaches ORDER BY kind"), "contact|closed|1;level|open|1;");

    /* A comment and a description are no change. */
    write_config(place, "# said otherwise\nstandards:\n  answered: {describe: Calls, start: offered, stop: answered, within: 1m, target: 90%, window: 30m, by: queue}\n");
    assert_int_equal(service_reload(service, NULL, NULL, &findings, &err), 0);
    turn(service, T0 + 82000);
    assert_string_equal(ask(place, "SELECT kind, state, version FROM breaches ORDER BY kind"), "contact|closed|1;level|open|1;");

    /* A longer limit takes the breach back; a new standard is computed over the journal. */
    write_config(place, "standards:\n  answered: {start: offered, stop: answered, within: 2m, target: 90%, window: 30m, by: queue}\n"
                        "  quick: {start: offered, stop: answered, within: 5s}\n");
    assert_int_equal(service_reload(service, NULL, NULL, &findings, &err), 0);
    turn(service, T0 + 83000);
    assert_string_equal(ask(place, "SELECT standard, kind, state, reason FROM breaches ORDER BY standard, kind"),
        "answered|contact|withdrawn|standard changed;answered|level|closed|standard changed;quick|contact|closed|-;");
    assert_string_equal(ask(place, "SELECT name, version, until IS NULL, reason FROM standards ORDER BY name, version"),
        "answered|1|0|standard changed;answered|2|1|-;quick|1|1|-;");
    service_close(service);

    service = start(place, T0 + 85000);
    turn(service, T0 + 85001);
    send_event(service, "b", "offered", T0 + 60000, ",\"queue\":\"q\"");
    turn(service, T0 + 200000);
    assert_string_equal(ask(place, "SELECT kind, state FROM breaches WHERE standard = 'answered' AND state = 'open' ORDER BY kind"), "contact|open;level|open;");
    service_close(service);
    write_config(place, "standards:\n  quick: {start: offered, stop: answered, within: 5s}\n");
    service = start(place, T0 + 210000);
    assert_string_equal(ask(place, "SELECT kind, state, reason FROM breaches WHERE standard = 'answered' AND reason = 'standard removed' ORDER BY kind"),
        "contact|closed|standard removed;level|closed|standard removed;");
    assert_string_equal(ask(place, "SELECT name, version, until IS NULL, reason FROM standards ORDER BY name, version"),
        "answered|1|0|standard changed;answered|2|0|standard removed;quick|1|1|-;");
    service_close(service);
}

/* The wall clock stood ten years ahead for a while. */
static void test_restart_after_a_wrong_clock(void **state) {
    struct place *place = *state;
    const int64_t ahead = INT64_C(315360000000);
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    send_event(service, "a", "offered", T0, ",\"queue\":\"q\"");
    turn(service, T0 + ahead);
    send_event(service, "b", "offered", T0 + ahead, ",\"queue\":\"q\"");
    turn(service, T0 + ahead + 70000);
    turn(service, T0 + 5000);
    assert_string_equal(ask(place, "SELECT contact, state FROM breaches WHERE kind = 'contact' ORDER BY contact"), "a|open;b|open;");
    service_close(service);

    service = start(place, T0 + 10000);
    turn(service, T0 + 10001);
    assert_string_equal(ask(place, "SELECT contact, state FROM breaches WHERE kind = 'contact' ORDER BY contact"),
        "a|withdrawn;b|withdrawn;");
    assert_string_equal(ask(place, "SELECT count(*) FROM breaches WHERE kind = 'level' AND state = 'open'"), "0;");
    send_event(service, "c", "offered", T0 + 10000, ",\"queue\":\"q\"");
    turn(service, T0 + 20000);
    assert_string_equal(ask(place, "SELECT count(*) FROM breaches WHERE contact = 'c'"), "0;");
    turn(service, T0 + 73000);
    assert_string_equal(ask(place, "SELECT contact, state FROM breaches WHERE kind = 'contact' ORDER BY contact"),
        "a|open;b|withdrawn;c|open;");
    service_close(service);
}

static void test_bad_lines_and_future(void **state) {
    struct place *place = *state;
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    struct err err;
    turn(service, T0);
    assert_int_equal(intake_line(service, &(struct intake_source){"test", NULL}, SPAN("not json"), &err), INTAKE_REJECTED);
    assert_int_equal(intake_line(service, &(struct intake_source){"test", NULL}, SPAN("  "), &err), INTAKE_BLANK);
    assert_int_equal(intake_line(service, &(struct intake_source){"test", NULL}, SPAN("{\"hello\":{\"client\":\"x\"}}"), &err), INTAKE_HELLO);
    assert_int_equal(send_event(service, "a", "offered", T0 + 86400001, ""), INTAKE_REJECTED);
    assert_int_equal(send_event(service, "a", "offered", T0 + 1000, ""), INTAKE_ACCEPTED);
    turn(service, T0 + 1);
    uint64_t durable = intake_durable(service);
    assert_true(durable > 0 && intake_batch(service) == durable + 1);
    service_close(service);
}

/* ---- several at once */

static const char *const MIXED[] = {
    "{\"contact\":\"a\",\"event\":\"offered\",\"id\":\"1\",\"queue\":\"q\"}",
    "{\"contact\":\"b\",\"event\":\"offered\",\"id\":\"2\"}",
    "{\"contact\":\"a\",\"event\":\"answered\",\"id\":\"1\"}",
    "{\"contact\":\"caf\\u00e9\",\"event\":\"offered\",\"id\":\"3\"}",
    "{\"contact\":\"\\u0063\",\"event\":\"offered\"}\r",
    "",
    "{\"hello\":{\"client\":\"x\"}}",
    "{\"contact\":\"b\",\"event\":\"answered\",\"queue\":\"q\"}\r",
    "not json",
    "{\"contact\":\"d\",\"event\":\"offered\",\"at\":9999999999999}",
    "{\"contact\":\"d\",\"event\":\"offered\",\"id\":\"2\"}",
    "{\"contact\":\"e\",\"event\":\"offered\"}",
    "{\"contact\":\"f\",\"event\":\"offered\"}",
    "{\"contact\":\"g\",\"event\":\"offered\"}",
};
enum { MIXED_COUNT = sizeof MIXED / sizeof *MIXED, LETTERS = MIXED_COUNT + 1 };

static char letter_of(enum intake_verdict verdict) {
    return "adrhbu"[verdict];
}

/* A letter a line. */
static void hand_mixed(struct service *service, size_t together, char *verdicts) {
    struct intake_source source = {"test", NULL};
    struct span lines[MIXED_COUNT];
    for (size_t i = 0; i < MIXED_COUNT; i++) lines[i] = span_of(MIXED[i]);
    for (size_t at = 0; at < MIXED_COUNT;) {
        size_t count = MIXED_COUNT - at < together ? MIXED_COUNT - at : together;
        enum intake_verdict got[MIXED_COUNT];
        struct err err = {0};
        size_t done = intake_lines(service, &source, lines + at, count, got, &err);
        assert_in_range(done, 1, count);
        for (size_t i = 0; i < done; i++) {
            assert_true(i + 1 == done || (got[i] != INTAKE_REJECTED && got[i] != INTAKE_UNABLE));
            verdicts[at++] = letter_of(got[i]);
        }
        if (got[done - 1] == INTAKE_REJECTED) assert_true(err.text[0]);
    }
    verdicts[MIXED_COUNT] = '\0';
}

/* Whatever stands beside a line, it comes to the same. */
static void test_lines_together(void **state) {
    struct place *place = *state;
    char one_by_one[LETTERS];
    write_config(place, ANSWERED);
    struct service *service = start(place, T0);
    turn(service, T0);
    hand_mixed(service, 1, one_by_one);
    assert_string_equal(one_by_one, "aadaabharrdaaa");
    for (size_t together = 2; together <= MIXED_COUNT; together++) {
        char verdicts[LETTERS];
        service_close(service);
        unlink(place->database);
        service = start(place, T0);
        turn(service, T0);
        hand_mixed(service, together, verdicts);
        assert_string_equal(verdicts, one_by_one);
        turn(service, T0 + 120000);
        assert_string_equal(ask(place, "SELECT seq, contact, event, id FROM events ORDER BY seq"),
            "1|a|offered|1;2|b|offered|2;3|caf\xc3\xa9|offered|3;4|c|offered|-;5|b|answered|-;6|e|offered|-;7|f|offered|-;8|g|"
            "offered|-;");
        assert_string_equal(ask(place, "SELECT group_concat(contact, '') FROM (SELECT contact FROM breaches ORDER BY contact)"),
            "accaf\xc3\xa9" "efg;");
    }
    service_close(service);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_deadline_without_event, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_answer_withdraws, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_decides_what_passed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_publish_writes_what_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_publish_ends_what_is_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reload, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_after_a_wrong_clock, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_lines_and_future, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_together, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
