#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "slad/base/buf.h"
#include "slad/base/counters.h"
#include "slad/wire/translate.h"

static const struct format queue_log = {.kind = FORMAT_QUEUE_LOG};

/* Knows visits by queue only: as many as were begun. */
struct known {
    char queues[8][16];
    uint64_t counts[8];
    size_t count;
};

static int visit(void *arg, const struct visit *v, uint64_t *nth, struct err *err) {
    struct known *known = arg;
    size_t i = 0;
    (void)err;
    while (i < known->count && !span_eq(v->queue, span_of(known->queues[i]))) i++;
    if (i == known->count && !v->id.p) return *nth = 0, 0;
    if (i == known->count) snprintf(known->queues[known->count++], 16, "%.*s", SPAN_ARGS(v->queue));
    if (v->id.p) known->counts[i]++;
    *nth = known->counts[i];
    return 0;
}

struct rig {
    struct known known;
    struct translate_options options;
    struct translator *translator;
};

static int setup(void **state) {
    static struct rig rig;
    rig = (struct rig){0};
    rig.options = (struct translate_options){visit, &rig.known};
    rig.translator = translator_new(&queue_log, &rig.options);
    *state = &rig;
    return 0;
}

static int teardown(void **state) {
    translator_free(((struct rig *)*state)->translator);
    return 0;
}

/* The line without its id; "" when nothing is told; borrowed until the next. */
static const char *told(struct rig *rig, const char *line) {
    static char text[1024];
    struct translation out;
    struct err err = {0};
    assert_int_equal(translate(rig->translator, span_of(line), &out, &err), 0);
    if (out.count == 0) return "";
    assert_int_equal(out.count, 1);
    snprintf(text, sizeof text, "%.*s", SPAN_ARGS(out.lines[0]));
    char *id = strstr(text, ",\"id\":\"queue_log:");
    if (id) memmove(id, id + 34, strlen(id + 34) + 1);
    return text;
}

static void assert_refused(struct rig *rig, struct span line, const char *why) {
    struct translation out;
    struct err err = {0};
    assert_int_equal(translate(rig->translator, line, &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, why));
}

#define HEAD(contact, event)                                                                                 \
    "{\"contact\":\"" contact "\",\"event\":\"" event "\",\"at\":\"2026-11-21T18:10:44.000Z\""
#define CALL ",\"channel\":\"phone\",\"queue\":\"q\",\"call\":\"c\""

static void test_events(void **state) {
    static const struct {
        const char *line, *event;
    } cases[] = {
        {"1795284644|c|q|NONE|ENTERQUEUE||066|1", HEAD("c/q", "offered") CALL ",\"position\":1}"},
        {"1795284644|c|q|Ann|CONNECT|4|c.2|3",
            HEAD("c/q", "answered") CALL ",\"agent\":\"Ann\",\"waited\":4,\"rang\":3.0}"},
        {"1795284644|c|q|Ann|CONNECT|4|c.2", HEAD("c/q", "answered") CALL ",\"agent\":\"Ann\",\"waited\":4}"},
        {"1795284644|c|q|NONE|ABANDON|2|3|25",
            HEAD("c/q", "abandoned") CALL ",\"position\":2,\"waited\":25}"},
        {"1795284644|c|q|Ann|ABANDON|2|3|25",
            HEAD("c/q", "abandoned") CALL ",\"agent\":\"Ann\",\"position\":2,\"waited\":25}"},
        {"1795284644|c|q|Ann|COMPLETEAGENT|4|10|1", HEAD("c/q", "closed") CALL
            ",\"agent\":\"Ann\",\"waited\":4,\"talked\":10,\"ended_by\":\"agent\"}"},
        {"1795284644|c|q|Ann|COMPLETECALLER|-1|10|1", HEAD("c/q", "closed") CALL
            ",\"agent\":\"Ann\",\"waited\":-1,\"talked\":10,\"ended_by\":\"caller\"}"},
        {"1795284644|c|q|Ann|BLINDTRANSFER|100|from|inside|4|10|1", HEAD("c/q", "closed") CALL
            ",\"agent\":\"Ann\",\"waited\":4,\"talked\":10,\"ended_by\":\"transfer\"}"},
        {"1795284644|c|q|Ann|ATTENDEDTRANSFER|BRIDGE|uuid|4|10|1", HEAD("c/q", "closed") CALL
            ",\"agent\":\"Ann\",\"waited\":4,\"talked\":10,\"ended_by\":\"transfer\"}"},
        {"1795284644|c|q|Ann|ATTENDEDTRANSFER|LINK|chan/1|chan/2|4|10|1", HEAD("c/q", "closed") CALL
            ",\"agent\":\"Ann\",\"waited\":4,\"talked\":10,\"ended_by\":\"transfer\"}"},
        {"1795284644|c|q|Ann|TRANSFER|100|inside|4|10", HEAD("c/q", "closed") CALL
            ",\"agent\":\"Ann\",\"waited\":4,\"talked\":10,\"ended_by\":\"transfer\"}"},
        {"1795284644|c|q|NONE|EXITWITHTIMEOUT|1|2|30",
            HEAD("c/q", "left") CALL ",\"position\":1,\"waited\":30,\"reason\":\"timeout\"}"},
        {"1795284644|c|q|NONE|EXITWITHKEY|5|1|2|30",
            HEAD("c/q", "left") CALL ",\"position\":1,\"waited\":30,\"reason\":\"key\"}"},
        {"1795284644|c|q|NONE|EXITEMPTY|1|2|30",
            HEAD("c/q", "left") CALL ",\"position\":1,\"waited\":30,\"reason\":\"empty\"}"},
        {"1795284644|c|q|NONE|WITHDRAW|1|2|30|callback|booked",
            HEAD("c/q", "left") CALL ",\"position\":1,\"waited\":30,\"reason\":\"withdrawn\"}"},
        {"1795284644|c|q|Ann|SYSCOMPAT|",
            HEAD("c/q", "left") CALL ",\"agent\":\"Ann\",\"reason\":\"incompatible\"}"},
        {"1795284644|c|q|Ann|RINGNOANSWER|6001",
            HEAD("agent/Ann",
                "ring-no-answer") ",\"queue\":\"q\",\"call\":\"c\",\"agent\":\"Ann\",\"rang\":6.001}"},
        {"1795284644|NONE|NONE|Ann|PAUSEALL|lunch",
            HEAD("agent/Ann", "paused-all") ",\"agent\":\"Ann\",\"reason\":\"lunch\"}"},
        {"1795284644|NONE|q|Ann|PAUSE|meeting|room 2",
            HEAD("agent/Ann", "paused") ",\"queue\":\"q\",\"agent\":\"Ann\",\"reason\":\"meeting|room 2\"}"},
        {"1795284644|NONE|q|Ann|PENALTY|3",
            HEAD("agent/Ann", "penalty") ",\"queue\":\"q\",\"agent\":\"Ann\",\"penalty\":3}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(told(*state, cases[i].line), cases[i].event);
}

static void test_visits(void **state) {
    struct rig *rig = *state;
    assert_non_null(strstr(told(rig, "1|c|q|NONE|ENTERQUEUE||1|1"), "\"c/q\""));
    assert_non_null(strstr(told(rig, "2|c|q|NONE|EXITWITHKEY|1|1|1|1"), "\"c/q\""));
    assert_non_null(strstr(told(rig, "2|c|q|NONE|ENTERQUEUE||1|1"), "\"c/q#2\""));
    assert_non_null(strstr(told(rig, "3|c|q|Ann|CONNECT|1|x|1"), "\"c/q#2\""));
    assert_non_null(strstr(
        told(rig, "3|c|other|Ann|CONNECT|1|x|1"), "\"c/other\"")); /* it entered before the log began */
}

static void test_bars_in_names(void **state) {
    struct rig *rig = *state;
    assert_non_null(strstr(told(rig, "1|c|a|b|NONE|ENTERQUEUE||100|1|P"), "\"queue\":\"a|b\""));
    const char *event = told(rig, "2|c|a|b|Five|CONNECT|5|c.12|4");
    assert_non_null(strstr(event, "\"queue\":\"a|b\""));
    assert_non_null(strstr(event, "\"agent\":\"Five\""));
    assert_non_null(strstr(told(rig, "1|c|q|NONE|ENTERQUEUE||100|1"), "\"c/q\""));
    event = told(rig, "2|c|q|Seven|7|CONNECT|5|c.12|4"); /* that queue is known, so the bar is the agent's */
    assert_non_null(strstr(event, "\"queue\":\"q\""));
    assert_non_null(strstr(event, "\"agent\":\"Seven|7\""));
    event = told(rig, "2|MANAGER|q|Seven|7|ADDMEMBER|");
    assert_non_null(strstr(event, "\"agent/Seven|7\""));
    event = told(rig, "1|c|q|NONE|ENTERQUEUE|http://crm/?a=1|2&c=x|0911|22|3|Pipe _ Caller");
    assert_non_null(strstr(event, "\"position\":3"));
    assert_null(strstr(event, "0911"));
    assert_null(strstr(event, "Caller"));
}

static void test_names_are_any_text(void **state) {
    struct rig *rig = *state;
    assert_non_null(
        strstr(told(rig, "1|pbx-1-17.6|Büro-Česká|NONE|ENTERQUEUE||1|1"), "\"pbx-1-17.6/Büro-Česká\""));
    assert_non_null(
        strstr(told(rig, "1795284644.25|c|q|\"A\\B\"|CONNECT|1|x|1"), "\"agent\":\"\\\"A\\\\B\\\"\""));
    assert_non_null(strstr(told(rig, "1795284644.25|c|q|A|CONNECT|1|x|1"), "44.250Z"));
    /* A caller's name in an old encoding: it is not taken in, and its call is. */
    assert_non_null(strstr(told(rig, "1|c|q|NONE|ENTERQUEUE||1|1|M\xfcller"), "\"offered\""));
}

static void test_passed_by(void **state) {
    static const char *const other[] = {"1|c|q|Ann|CUSTOM|note|from|driver", "1|NONE|q-unknown||E|",
        "1|u|v|noserv|if|ace|X|Y|m", "1|c|q|Agent/9|DIALPLAN EVENT|CONNECT|y|z"};
    uint64_t passed = counter_values[COUNTER_queue_records_passed],
             others = counter_values[COUNTER_queue_records_other];
    assert_string_equal(told(*state, "1|NONE|NONE|NONE|QUEUESTART|"), "");
    assert_string_equal(told(*state, "1|NONE|NONE|NONE|CONFIGRELOAD|"), "");
    assert_int_equal(counter_values[COUNTER_queue_records_passed], passed + 2);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) assert_string_equal(told(*state, other[i]), "");
    assert_int_equal(counter_values[COUNTER_queue_records_other], others + 4);
    assert_string_equal(told(*state, ""), "");
    assert_string_equal(told(*state, " \t\r"), "");
}

static void test_refused(void **state) {
    struct rig *rig = *state;
    assert_refused(rig, SPAN("nonsense"), "seconds since the epoch");
    assert_refused(rig, SPAN("|c|q|a|CONNECT|1|x|1"), "seconds since the epoch");
    assert_refused(rig, SPAN("1.x|c|q|a|CONNECT|1|x|1"), "not a number");
    assert_refused(rig, SPAN("99999999999999999999|c|q|a|CONNECT|1|x|1"), "seconds since the epoch");
    assert_refused(rig, SPAN("1|c|q|a"), "4 fields");
    assert_refused(rig, SPAN("1|c|q|a|CONNECT|soon"), "CONNECT");
    assert_refused(rig, SPAN("1|c|q|a|CONNECT"), "CONNECT");
    assert_refused(rig, SPAN("1|c|\xff|NONE|ENTERQUEUE||1|1"), "UTF-8");
    assert_refused(rig, SPAN("1|NONE|q|NONE|PAUSE|\xc3"), "UTF-8");
    assert_refused(rig, SPAN("1|c|q\0|NONE|ENTERQUEUE||1|1"), "NUL");
    assert_refused(rig, SPAN("1|NONE|q|NONE|PAUSE|x"), "no agent");
    assert_refused(rig, SPAN("1||q|NONE|ENTERQUEUE||1|1"), "no call");
    assert_refused(rig, SPAN("1|c|NONE|NONE|ENTERQUEUE||1|1"), "no queue");
}

static void test_many_bars(void **state) {
    struct buf line = {0};
    struct translation out;
    struct err err = {0};
    buf_add_text(&line, "1|NONE|q|Ann|PAUSE|");
    while (line.size < 60000) buf_add_char(&line, '|');
    assert_int_equal(translate(((struct rig *)*state)->translator, buf_span(&line), &out, &err), 0);
    assert_int_equal(out.count, 1);
    buf_fini(&line);
}

/* Without anybody to ask every visit is the first. */
static void test_alone(void **state) {
    (void)state;
    struct translator *translator = translator_new(&queue_log, NULL);
    struct translation out;
    struct err err = {0};
    for (int i = 0; i < 2; i++)
        assert_int_equal(translate(translator, SPAN("1|c|q|NONE|ENTERQUEUE||1|1"), &out, &err), 0);
    assert_non_null(strstr(out.lines[0].p, "\"c/q\""));
    translator_free(translator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_events, setup, teardown),
        cmocka_unit_test_setup_teardown(test_visits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bars_in_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_are_any_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_passed_by, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_bars, setup, teardown),
        cmocka_unit_test(test_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
