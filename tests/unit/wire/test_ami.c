#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "slad/model/instant.h"
#include "slad/wire/ami.h"

/* ---- messages */

static void test_cut(void **state) {
    (void)state;
    static const char text[] = "Event: A\r\nX: 1\r\n\r\n\r\nevent: B\n\nEvent: C\r\n\r";
    bool skipping = false;
    struct span data = {text, sizeof text - 1}, message;
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_MESSAGE);
    assert_true(ami_is(message, "X", "1"));
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_MESSAGE);
    assert_int_equal(message.n, 0);
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_MESSAGE);
    assert_true(ami_is(message, "Event", "B"));
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_MORE);
    assert_int_equal(data.n, strlen("Event: C\r\n\r"));
}

/* However the bytes arrive, the messages are the same; each piece is what was left, and one byte more. */
static void test_byte_by_byte(void **state) {
    (void)state;
    static const char text[] = "Event: A\r\nK: v\r\n\r\nEvent: B\r\n\r\n";
    const char *start = text;
    bool skipping = false;
    int found = 0;
    struct span message;
    for (const char *end = text + 1; end <= text + sizeof text - 1; end++) {
        struct span data = {start, (size_t)(end - start)};
        if (ami_cut(&skipping, &data, &message) == AMI_MESSAGE) found++;
        start = data.p;
    }
    assert_int_equal(found, 2);
}

static void test_endless(void **state) {
    (void)state;
    struct buf text = {0};
    bool skipping = false;
    struct span message = {0};
    buf_add_text(&text, "Event: ");
    while (text.size <= AMI_MESSAGE_MAX) buf_add_text(&text, "xxxxxxxxxxxxxxxx");
    struct span data = buf_span(&text);
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_TOO_LONG);
    assert_true(skipping && data.n == 1);
    buf_add_text(&text, "\r\nEvent: hidden\r\n\r\nEvent: A\r\n\r\n");
    buf_drop_front(&text, text.size - 34); /* the last byte kept, and what follows */
    data = buf_span(&text);
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_SKIPPED);
    assert_int_equal(ami_cut(&skipping, &data, &message), AMI_MESSAGE);
    assert_true(ami_is(message, "Event", "A"));
    buf_fini(&text);
}

static void test_value(void **state) {
    (void)state;
    struct span message = SPAN("Event: X\r\nEmpty: \r\nNone:\r\nName: a: b \r\nNameless\r\n");
    assert_true(ami_is(message, "name", "a: b "));
    assert_true(ami_value(message, "Empty").p && ami_value(message, "Empty").n == 0);
    assert_true(ami_value(message, "None").p && ami_value(message, "None").n == 0);
    assert_null(ami_value(message, "Nam").p);
    assert_null(ami_value(message, "Nameless").p);
    assert_null(ami_value((struct span){0}, "Event").p);
}

/* ---- calls */

struct rig {
    struct ami *ami;
    struct buf told; /* contact, event and instant of each line, and a word of ours */
};

static int setup(void **state) {
    static struct rig rig;
    rig = (struct rig){.ami = ami_new(NULL)};
    *state = &rig;
    return 0;
}

static int teardown(void **state) {
    struct rig *rig = *state;
    ami_free(rig->ami);
    buf_fini(&rig->told);
    return 0;
}

static void note(struct rig *rig, const struct translation *lines) {
    for (size_t i = 0; i < lines->count; i++) {
        char contact[64] = "", event[32] = "", at[32] = "", line[1024];
        snprintf(line, sizeof line, "%.*s", SPAN_ARGS(lines->lines[i]));
        assert_int_equal(sscanf(line, "{\"contact\":\"%63[^\"]\",\"event\":\"%31[^\"]\",\"at\":\"%31[^\"]",
                             contact, event, at),
            3);
        buf_printf(&rig->told, "%s %s %s", contact, event, at + 17);
        if (strstr(line, "recovered")) buf_add_text(&rig->told, " recovered");
        buf_add_char(&rig->told, '\n');
    }
}

/* At 1970-01-01T00:00:`second`. */
static void event(struct rig *rig, const char *name, const char *second, const char *fields) {
    struct buf text = {0};
    struct translation lines = {0};
    struct err err = {0};
    buf_printf(&text, "Event: %s\r\nTimestamp: %s\r\nQueue: q\r\n%s", name, second, fields);
    assert_int_equal(ami_event(rig->ami, buf_span(&text), 50000, &lines, &err), 0);
    note(rig, &lines);
    buf_fini(&text);
}

static void assert_told(struct rig *rig, const char *told) {
    assert_string_equal(buf_text(&rig->told), told);
    buf_clear(&rig->told);
}

static void test_answered(void **state) {
    struct rig *rig = *state;
    event(rig, "QueueCallerJoin", "10.000400", "Uniqueid: c\r\nPosition: 1\r\n");
    assert_int_equal(ami_waiting(rig->ami), 1);
    event(rig, "AgentCalled", "10.100000", "Uniqueid: c\r\n");
    event(rig, "QueueCallerLeave", "14.000000", "Uniqueid: c\r\n");
    event(
        rig, "AgentConnect", "14.001500", "Uniqueid: c\r\nMemberName: Ann\r\nHoldTime: 4\r\nRingTime: 3\r\n");
    assert_int_equal(ami_waiting(rig->ami), 0);
    event(rig, "AgentComplete", "20.000000",
        "Uniqueid: c\r\nMemberName: Ann\r\nTalkTime: 6\r\nReason: agent\r\n");
    assert_told(rig, "c/q offered 10.000Z\nc/q answered 14.002Z\nc/q closed 20.000Z\n");
    assert_int_equal(ami_settles_ms(rig->ami), INSTANT_NEVER);
}

static void test_abandoned(void **state) {
    struct rig *rig = *state;
    event(rig, "QueueCallerJoin", "10.000000", "Uniqueid: c\r\n");
    event(rig, "QueueCallerAbandon", "14.000000", "Uniqueid: c\r\nHoldTime: 4\r\n");
    event(rig, "QueueCallerLeave", "14.000100", "Uniqueid: c\r\n");
    event(rig, "QueueCallerJoin", "14.000200", "Uniqueid: d\r\n");
    assert_told(rig, "c/q offered 10.000Z\nc/q abandoned 14.000Z\nd/q offered 14.000Z\n");
}

/* By a key: nothing but the leave. */
static void test_left(void **state) {
    struct rig *rig = *state;
    struct translation lines;
    event(rig, "QueueCallerJoin", "10.000000", "Uniqueid: c\r\n");
    event(rig, "QueueCallerLeave", "14.000000", "Uniqueid: c\r\n");
    assert_int_equal(ami_settles_ms(rig->ami), 50000 + AMI_LEAVE_SETTLES_MS);
    ami_settle(rig->ami, 50000 + AMI_LEAVE_SETTLES_MS - 1, &lines);
    assert_int_equal(lines.count, 0);
    ami_settle(rig->ami, 50000 + AMI_LEAVE_SETTLES_MS, &lines);
    note(rig, &lines);
    assert_told(rig, "c/q offered 10.000Z\nc/q left 14.000Z\n");
    /* Or when it comes again, or when a later event shows that time has passed. */
    event(rig, "QueueCallerJoin", "20.000000", "Uniqueid: c\r\n");
    event(rig, "QueueCallerLeave", "21.000000", "Uniqueid: c\r\n");
    event(rig, "QueueCallerJoin", "21.000500", "Uniqueid: c\r\n");
    event(rig, "QueueCallerLeave", "22.000000", "Uniqueid: c\r\n");
    event(rig, "QueueMemberStatus", "23.000000", "");
    assert_told(rig, "c/q offered 20.000Z\nc/q left 21.000Z\nc/q offered 21.001Z\n");
    event(rig, "QueueMemberStatus", "23.001000", "");
    assert_told(rig, "c/q left 22.000Z\n");
}

static void test_complete_without_id(void **state) {
    struct rig *rig = *state;
    event(rig, "AgentConnect", "10.000000", "Uniqueid: a\r\nMemberName: Ann\r\nDestUniqueid: a2\r\n");
    event(rig, "AgentConnect", "20.000000", "Uniqueid: b\r\nMemberName: Ann\r\nDestUniqueid: b2\r\n");
    event(rig, "AgentConnect", "30.000000", "Uniqueid: c\r\nMemberName: Bob\r\nDestUniqueid: c2\r\n");
    buf_clear(&rig->told);
    event(rig, "AgentComplete", "40.000000", "MemberName: Ann\r\nTalkTime: 19\r\nReason: caller\r\n");
    event(rig, "AgentComplete", "41.000000", "MemberName: Ann\r\nDestUniqueid: a2\r\nTalkTime: 1\r\n");
    event(rig, "AgentComplete", "42.000000", "MemberName: Bob\r\nTalkTime: 12\r\n");
    assert_told(rig, "b/q closed 40.000Z\na/q closed 41.000Z\nc/q closed 42.000Z\n");
    struct translation lines;
    struct err err = {0};
    struct span message =
        SPAN("Event: AgentComplete\r\nTimestamp: 43.000000\r\nQueue: q\r\nMemberName: Bob\r\n");
    assert_int_equal(ami_event(rig->ami, message, 0, &lines, &err), ERR_INVALID);
}

static void test_agents(void **state) {
    struct rig *rig = *state;
    event(rig, "QueueMemberPause", "1.000000", "MemberName: Ann\r\nPaused: 1\r\nPausedReason: lunch\r\n");
    event(rig, "QueueMemberPause", "2.000000", "MemberName: Ann\r\nPaused: 0\r\nPausedReason: \r\n");
    event(rig, "AgentRingNoAnswer", "3.000000", "MemberName: Ann\r\nUniqueid: c\r\nRingTime: 6000\r\n");
    event(rig, "QueueMemberAdded", "4.000000", "MemberName: Ann\r\n");
    event(rig, "QueueMemberRemoved", "5.000000", "MemberName: Ann\r\n");
    event(rig, "QueueMemberPenalty", "6.000000", "MemberName: Ann\r\nPenalty: 2\r\n");
    event(rig, "AgentDump", "7.000000", "MemberName: Ann\r\nUniqueid: c\r\n");
    assert_told(rig,
        "agent/Ann paused 01.000Z\nagent/Ann unpaused 02.000Z\nagent/Ann ring-no-answer 03.000Z\n"
        "agent/Ann member-added 04.000Z\nagent/Ann member-removed 05.000Z\nagent/Ann penalty 06.000Z\n"
        "agent/Ann dumped 07.000Z\n");
}

static void test_refused(void **state) {
    static const char *const texts[] = {"Event: QueueCallerJoin\r\nUniqueid: c\r\n",
        "Event: QueueCallerJoin\r\nQueue: q\r\n", "Event: QueueMemberPause\r\nQueue: q\r\n",
        "Event: QueueCallerJoin\r\nQueue: \xff\r\nUniqueid: c\r\n"};
    struct rig *rig = *state;
    struct translation lines;
    struct err err = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(ami_event(rig->ami, span_of(texts[i]), 0, &lines, &err), ERR_INVALID);
    assert_false(ami_is_untimed(rig->ami));
    assert_int_equal(ami_event(rig->ami, SPAN("Event: QueueCallerJoin\r\nQueue: q\r\nUniqueid: c\r\n"), 7000,
                         &lines, &err),
        0);
    assert_true(ami_is_untimed(rig->ami));
    note(rig, &lines);
    assert_told(rig, "c/q offered 07.000Z\n");
}

/* ---- gaps */

static void item(struct rig *rig, const char *text) {
    struct translation lines;
    struct err err = {0};
    assert_int_equal(ami_event(rig->ami, span_of(text), 50000, &lines, &err), 0);
    note(rig, &lines);
}

static void test_gap(void **state) {
    struct rig *rig = *state;
    struct translation lines;
    struct err err = {0};
    struct buf saved = {0};
    event(rig, "QueueCallerJoin", "10.000000", "Uniqueid: stays\r\n");
    event(rig, "QueueCallerJoin", "11.000000", "Uniqueid: goes\r\n");
    event(rig, "QueueCallerJoin", "12.000000", "Uniqueid: leaves\r\n");
    event(rig, "QueueCallerLeave", "12.500000", "Uniqueid: leaves\r\n");
    event(rig, "AgentConnect", "13.000000", "Uniqueid: talks\r\nMemberName: Ann\r\n");
    event(rig, "AgentConnect", "13.000000", "Uniqueid: talked\r\nMemberName: Bob\r\n");
    buf_clear(&rig->told);
    ami_save(rig->ami, &saved);
    assert_int_equal(ami_load(rig->ami, SPAN("[{\"call\":1}]"), &err), ERR_INVALID);
    assert_int_equal(ami_load(rig->ami, SPAN("nonsense"), &err), ERR_INVALID);
    assert_int_equal(ami_load(rig->ami, buf_span(&saved), &err), 0);
    assert_int_equal(ami_waiting(rig->ami), 3);
    item(rig, "Event: QueueEntry\r\nQueue: q\r\nUniqueid: stays\r\nWait: 40\r\n");
    item(rig, "Event: QueueEntry\r\nQueue: q\r\nUniqueid: new\r\nWait: 5\r\n");
    item(rig, "Event: QueueMember\r\nQueue: q\r\nName: Ann\r\nInCall: 1\r\n");
    item(rig, "Event: QueueMember\r\nQueue: q\r\nName: Bob\r\nInCall: 0\r\n");
    /* Events that were on their way when the list was made. */
    event(rig, "QueueCallerJoin", "49.900000", "Uniqueid: new\r\n");
    event(rig, "QueueCallerAbandon", "49.950000", "Uniqueid: goes\r\n");
    assert_told(rig, "new/q offered 45.000Z recovered\ngoes/q abandoned 49.950Z\n");
    ami_listed(rig->ami, 51000, &lines);
    note(rig, &lines);
    assert_told(rig, "leaves/q lost 51.000Z\ntalked/q lost 51.000Z\n");
    assert_false(ami_is_untimed(rig->ami));
    event(rig, "AgentComplete", "52.000000", "Uniqueid: talks\r\nMemberName: Ann\r\n");
    assert_told(rig, "talks/q closed 52.000Z\n");
    buf_fini(&saved);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_value),
        cmocka_unit_test_setup_teardown(test_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_abandoned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left, setup, teardown),
        cmocka_unit_test_setup_teardown(test_complete_without_id, setup, teardown),
        cmocka_unit_test_setup_teardown(test_agents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
