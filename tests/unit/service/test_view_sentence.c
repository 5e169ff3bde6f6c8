#include "running.h"

#include "service/view_sentence.h"

static const char STANDARDS[] =
    "listen: []\ninputs: []\ntimezone: Europe/Riga\n"
    "calendars: {office: {hours: {mon-fri: \"09:00-18:00\"}}}\n"
    "standards:\n"
    "  answered: {match: {channel: phone}, start: offered, stop: answered, by: [queue],\n"
    "    abandon: {event: abandoned, short: 5s}, cancel: dropped, void: spam,\n"
    "    within: [{match: {tier: gold}, limit: 1m}, {limit: 2m}]}\n"
    "  resolved: {match: {channel: mail}, start: opened, stop: closed, pause: waiting, resume: [replied, "
    "returned],\n"
    "    within: 8h, calendar: office}\n"
    "  quiet: {match: {channel: post}, start: posted, fail: complained, within: 1h}\n"
    "  delivered: {start: sent, stop: arrived, due: promised}\n"
    "  timed: {start: walked_in, stop: served}\n"
    "  updated: {match: {channel: desk}, start: [raised, updated], stop: updated, cancel: settled, repeat: "
    "true, within: 1d}\n"
    "  served: {per: customer, start: called, stop: helped, reopen: again, within: 10m, pause: waiting, "
    "resume: returned}\n"
    "  csat: {when: scored, value: csat, at_least: 4, void: spam}\n";

static const struct view_query nothing;

static const char *explain(struct running *r, const char *contact) {
    static char text[4000];
    const struct json *answer = ASK(r, view_contact(r->service, span_of(contact), &nothing, &r->answer, &r->err));
    text[0] = '\0';
    const struct json *clocks = json_get(answer, "clocks");
    for (const struct json *c = json_first(clocks); c; c = json_next(c)) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "%s%s", n ? "\n" : "", json_text(json_get(c, "text")));
    }
    return text;
}

static int setup(void **state) {
    struct running *r = mem_zalloc(sizeof *r);
    running_start(r, STANDARDS, "2026-03-02T05:00:00Z");
    *state = r;
    return 0;
}

static int teardown(void **state) {
    running_stop(*state);
    free(*state);
    return 0;
}

#define PHONE ",\"channel\":\"phone\",\"queue\":\"q1\"}"

static void a_missed_call_says_when_its_limit_ran_out(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T06:30:00Z",
        LINES("{\"contact\":\"a\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\"" PHONE,
            "{\"contact\":\"a\",\"event\":\"answered\",\"at\":\"2026-03-02T06:07:14.25Z\"}"));
    assert_string_equal(explain(r, "a"),
        "Started by \"offered\" at 08:04:00 on 2 March 2026 (Europe/Riga), stopped by \"answered\" at "
        "08:07:14.250 after 3 "
        "min 14.25 s; the limit is 2 min (rule 2 of within), so it ran out at 08:06:00: missed.");
}

static void a_call_answered_in_time_says_until_when_there_was(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T06:30:00Z",
        LINES("{\"contact\":\"a\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\",\"tier\":"
              "\"gold\"" PHONE,
            "{\"contact\":\"a\",\"event\":\"answered\",\"at\":\"2026-03-02T06:05:00Z\"}"));
    assert_string_equal(explain(r, "a"),
        "Started by \"offered\" at 08:04:00 on 2 March 2026 (Europe/Riga), stopped by \"answered\" at "
        "08:05:00 after 1 min; "
        "the limit is 1 min (rule 1 of within: tier is gold), so it was due by 08:05:00: met.");
}

static void abandonments_and_what_does_not_count(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T06:30:00Z",
        LINES("{\"contact\":\"a\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\"" PHONE,
            "{\"contact\":\"a\",\"event\":\"abandoned\",\"at\":\"2026-03-02T06:04:03Z\"}",
            "{\"contact\":\"b\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\"" PHONE,
            "{\"contact\":\"b\",\"event\":\"abandoned\",\"at\":\"2026-03-02T06:05:00Z\"}",
            "{\"contact\":\"c\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\"" PHONE,
            "{\"contact\":\"c\",\"event\":\"abandoned\",\"at\":\"2026-03-02T06:07:00Z\"}",
            "{\"contact\":\"d\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\"" PHONE,
            "{\"contact\":\"d\",\"event\":\"dropped\",\"at\":\"2026-03-02T06:07:00Z\"}",
            "{\"contact\":\"e\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\"" PHONE,
            "{\"contact\":\"e\",\"event\":\"answered\",\"at\":\"2026-03-02T06:05:00Z\"}",
            "{\"contact\":\"e\",\"event\":\"spam\",\"at\":\"2026-03-02T06:07:00Z\"}"));
    static const char start[] = "Started by \"offered\" at 08:04:00 on 2 March 2026 (Europe/Riga), ";
    size_t n = sizeof start - 1;
    assert_string_equal(explain(r, "a") + n,
        "abandoned by \"abandoned\" at 08:04:03 after 3 s; the limit is 2 min (rule 2 "
        "of within); an abandonment within 5 s counts as excluded here: excluded.");
    assert_string_equal(explain(r, "b") + n,
        "abandoned by \"abandoned\" at 08:05:00 after 1 min; the limit is 2 min (rule 2 of "
        "within); an abandonment within the limit counts as excluded here: excluded.");
    assert_string_equal(explain(r, "c") + n,
        "abandoned by \"abandoned\" at 08:07:00 after 3 min; the limit is 2 min (rule 2 "
        "of within), so it ran out at 08:06:00: missed.");
    assert_string_equal(explain(r, "d") + n,
        "cancelled by \"dropped\" at 08:07:00 after 3 min; the limit is 2 min (rule 2 of "
        "within); what is cancelled does not count: excluded.");
    assert_string_equal(explain(r, "e") + n,
        "ended at 08:05:00 after 1 min, voided by \"spam\" at 08:07:00; the limit is 2 min "
        "(rule 2 of within); what is voided does not count: excluded.");
}

static void office_hours_and_pauses_are_told(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-03T12:00:00Z",
        LINES("{\"contact\":\"t\",\"event\":\"opened\",\"at\":\"2026-03-02T14:00:00Z\",\"channel\":\"mail\"}",
            "{\"contact\":\"t\",\"event\":\"waiting\",\"at\":\"2026-03-03T08:00:00Z\"}"));
    assert_string_equal(explain(r, "t"), "Started by \"opened\" at 16:00:00 on 2 March 2026 (Europe/Riga), "
                                         "standing still after 3 h; paused since 10:00:00 on "
                                         "3 March 2026, which does not count; the limit is 8 h of the calendar \"office\", closed "
                                         "hours do not count (15 h so far); when it is due is not known "
                                         "while it stands still: not decided yet.");
    running_turn(r, "2026-03-03T12:00:01Z",
        LINES("{\"contact\":\"t\",\"event\":\"returned\",\"at\":\"2026-03-03T09:00:00Z\"}"));
    assert_string_equal(explain(r, "t"),
        "Started by \"opened\" at 16:00:00 on 2 March 2026 (Europe/Riga), running for 6 h 1 s so far; paused "
        "from 10:00:00 on "
        "3 March 2026 to 11:00:00, which does not count; the limit is 8 h of the calendar \"office\", closed "
        "hours do not "
        "count (15 h so far), so it is due by 16:00:00, in 1 h 59 min 59 s: not decided yet.");
    running_turn(r, "2026-03-03T16:00:00Z", NULL);
    assert_string_equal(
        strstr(explain(r, "t"), ", so it"), ", so it ran out at 16:00:00: missed, and still running.");
}

static void what_must_not_happen(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"p\",\"event\":\"posted\",\"at\":\"2026-03-02T06:00:00Z\",\"channel\":\"post\"}",
            "{\"contact\":\"o\",\"event\":\"posted\",\"at\":\"2026-03-02T06:00:00Z\",\"channel\":\"post\"}",
            "{\"contact\":\"p\",\"event\":\"complained\",\"at\":\"2026-03-02T06:30:00Z\"}"));
    assert_string_equal(explain(r, "p"), "Started by \"posted\" at 08:00:00 on 2 March 2026 (Europe/Riga), "
                                         "failed by \"complained\" at 08:30:00 after 30 min; "
                                         "the limit is 1 h, within which this must not happen: missed.");
    assert_string_equal(strstr(explain(r, "o"), "so it ran"),
        "so it ran out at 09:00:00; the verdict waits for late events: not decided yet.");
    running_turn(r, "2026-03-02T09:00:10Z", NULL);
    assert_string_equal(explain(r, "o"),
        "Started by \"posted\" at 08:00:00 on 2 March 2026 (Europe/Riga); the limit is 1 h, "
        "so it ran out at 09:00:00, and nothing had gone wrong by then: met.");
}

static void promises_no_limits_and_no_standard(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"x\",\"event\":\"sent\",\"at\":\"2026-03-02T06:00:00Z\",\"promised\":\"2026-03-"
              "03T10:00:00Z\"}",
            "{\"contact\":\"y\",\"event\":\"sent\",\"at\":\"2026-03-02T06:00:00Z\"}",
            "{\"contact\":\"w\",\"event\":\"walked_in\",\"at\":\"2026-03-02T06:00:00Z\"}",
            "{\"contact\":\"w\",\"event\":\"served\",\"at\":\"2026-03-02T06:00:00.5Z\"}"));
    assert_string_equal(explain(r, "x"), "Started by \"sent\" at 08:00:00 on 2 March 2026 (Europe/Riga), "
                                         "running for 3 h so far; promised (\"promised\") for "
                                         "12:00:00 on 3 March 2026, in 25 h: not decided yet.");
    assert_string_equal(explain(r, "y"),
        "Started by \"sent\" at 08:00:00 on 2 March 2026 (Europe/Riga), running for 3 h so "
        "far; \"promised\" holds no instant: promised is absent, so the standard does not apply: nothing is decided.");
    assert_string_equal(explain(r, "w"),
        "Started by \"walked_in\" at 08:00:00 on 2 March 2026 (Europe/Riga), stopped by "
        "\"served\" at 08:00:00.500 after 0.5 s; there is no limit: met.");
    running_turn(r, "2026-03-04T09:00:00Z", NULL);
    assert_string_equal(
        strstr(explain(r, "x"), "; promised"), "; promised (\"promised\") for 12:00:00 on 3 March 2026, "
                                               "which had passed: missed, and still running.");
}

static void one_sentence_for_each_cycle(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"u\",\"event\":\"raised\",\"at\":\"2026-03-01T21:00:00Z\",\"channel\":\"desk\"}",
            "{\"contact\":\"u\",\"event\":\"updated\",\"at\":\"2026-03-01T23:30:00Z\"}",
            "{\"contact\":\"u\",\"event\":\"settled\",\"at\":\"2026-03-02T06:00:00Z\"}"));
    assert_string_equal(explain(r, "u"),
        "Started by \"raised\" at 23:00:00 on 1 March 2026 (Europe/Riga), stopped by \"updated\" at 01:30:00 "
        "on 2 March 2026 "
        "after 2 h 30 min; the limit is 1 d, so it was due by 23:00:00: met.\n"
        "Started by \"updated\" at 01:30:00 on 2 March 2026 (Europe/Riga), cancelled by \"settled\" at "
        "08:00:00 after 6 h 30 "
        "min; the limit is 1 d; what is cancelled does not count: excluded.");
}

static void a_customer_across_contacts(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES(
            "{\"contact\":\"k1\",\"event\":\"called\",\"at\":\"2026-03-02T06:00:00Z\",\"customer\":\"ann\"}",
            "{\"contact\":\"k1\",\"event\":\"waiting\",\"at\":\"2026-03-02T06:01:00Z\"}",
            "{\"contact\":\"k1\",\"event\":\"returned\",\"at\":\"2026-03-02T06:02:00Z\"}",
            "{\"contact\":\"k1\",\"event\":\"waiting\",\"at\":\"2026-03-02T06:03:00Z\"}",
            "{\"contact\":\"k1\",\"event\":\"returned\",\"at\":\"2026-03-02T06:04:00Z\"}",
            "{\"contact\":\"k2\",\"event\":\"helped\",\"at\":\"2026-03-02T06:05:00Z\",\"customer\":"
            "\"ann\"}"));
    static const char story[] = "at 08:00:00 on 2 March 2026 (Europe/Riga), stopped by \"helped\" at "
                                "08:05:00 after 3 min on the clock; paused 2 "
                                "times, last from 08:03:00 to 08:04:00, which does not count; the limit is "
                                "10 min, so it was due by 08:12:00: met.";
    char expected[600];
    snprintf(expected, sizeof expected, "Started by \"called\" %s", story);
    assert_string_equal(explain(r, "k1"), expected);
    snprintf(expected, sizeof expected, "Started by \"called\" of \"k1\" %s", story);
    assert_string_equal(explain(r, "k2"), expected);
}

static void values(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"s\",\"event\":\"scored\",\"at\":\"2026-03-02T06:00:00Z\",\"csat\":3.5}"));
    assert_string_equal(explain(r, "s"),
        "Measured by \"scored\" at 08:00:00 on 2 March 2026 (Europe/Riga), \"csat\" was "
        "3.5; at least 4 was asked for: missed.");
}

static void limits_that_changed_on_the_way(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T06:05:30Z",
        LINES("{\"contact\":\"g\",\"event\":\"offered\",\"at\":\"2026-03-02T06:04:00Z\",\"channel\":\"chat\"}",
            "{\"contact\":\"g\",\"event\":\"moved\",\"at\":\"2026-03-02T06:04:20Z\",\"channel\":\"phone\"}",
            "{\"contact\":\"g\",\"event\":\"known\",\"at\":\"2026-03-02T06:04:30Z\",\"tier\":\"gold\"}",
            "{\"contact\":\"g\",\"event\":\"answered\",\"at\":\"2026-03-02T06:04:40Z\"}",
            "{\"contact\":\"g\",\"event\":\"left\",\"at\":\"2026-03-02T06:05:00Z\",\"tier\":null}"));
    assert_string_equal(explain(r, "g"),
        "Started by \"offered\" at 08:04:00 on 2 March 2026 (Europe/Riga), stopped by \"answered\" at 08:04:40 "
        "after 40 s; until 08:04:20 it did not apply; until 08:04:30 the limit was 2 min; the limit is 1 min (rule 1 "
        "of within: tier is gold), so it was due by 08:05:00: met.");
    const struct json *clock = json_first(json_get(r->json, "clocks"));
    assert_string_equal(at(clock, "limits.0.applies"), "false");
    assert_string_equal(at(clock, "limits.1.rule"), "2");
    assert_string_equal(at(clock, "limits.1.rule_asks"), "null");
    assert_string_equal(at(clock, "limits.1.limit"), "120");
    assert_string_equal(at(clock, "limits.2.since"), "2026-03-02T06:04:30.000Z");
    assert_string_equal(at(clock, "limits.2.rule_asks"), "tier is gold");
    assert_string_equal(at(clock, "limits.3"), "(none)");
    assert_string_equal(at(clock, "rule_asks"), "tier is gold");
}

static void closed_hours_are_listed(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-09T12:00:00Z",
        LINES("{\"contact\":\"t\",\"event\":\"opened\",\"at\":\"2026-03-05T15:00:00Z\",\"channel\":\"mail\"}",
            "{\"contact\":\"t\",\"event\":\"closed\",\"at\":\"2026-03-09T08:00:00Z\"}"));
    explain(r, "t");
    const struct json *clock = json_first(json_get(r->json, "clocks"));
    assert_string_equal(at(clock, "closures.0.from"), "2026-03-05T16:00:00.000Z");
    assert_string_equal(at(clock, "closures.0.to"), "2026-03-06T07:00:00.000Z");
    assert_string_equal(at(clock, "closures.1.from"), "2026-03-06T16:00:00.000Z");
    assert_string_equal(at(clock, "closures.1.to"), "2026-03-09T07:00:00.000Z");
    assert_string_equal(at(clock, "closures.2"), "(none)");
    assert_string_equal(at(clock, "closed"), "280800"); /* 15 h and 63 h */
    assert_string_equal(at(clock, "elapsed"), "39600");
}

static const char *no_clock(struct running *r, const char *contact, const char *standard) {
    struct view_query query = {.standard = standard};
    const struct json *s = ASK(r, view_contact(r->service, span_of(contact), &query, &r->answer, &r->err));
    assert_int_equal(json_size(json_get(s, "clocks")), 0);
    assert_string_equal(at(s, "no_clock.version"), "1");
    return at(s, "no_clock.text");
}

static void why_a_standard_has_no_clock(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"c\",\"event\":\"called\",\"at\":\"2026-03-02T06:00:00Z\",\"channel\":\"chat\"}",
            "{\"contact\":\"c\",\"event\":\"scored\",\"at\":\"2026-03-02T06:01:00Z\",\"csat\":\"good\"}",
            "{\"contact\":\"d\",\"event\":\"called\",\"at\":\"2026-03-02T06:00:00Z\",\"customer\":\"ann\"}",
            "{\"contact\":\"e\",\"event\":\"called\",\"at\":\"2026-03-02T06:02:00Z\",\"customer\":\"ann\"}",
            "{\"contact\":\"f\",\"event\":\"offered\",\"at\":\"2026-03-02T06:00:00Z\",\"channel\":3}"));
    assert_string_equal(no_clock(r, "c", "answered"),
        "No event of this contact starts its clock, as would the event offered; besides, its match asks that channel "
        "is phone, and channel is chat.");
    assert_string_equal(
        no_clock(r, "c", "timed"), "No event of this contact starts its clock, as would the event walked_in.");
    assert_string_equal(no_clock(r, "c", "served"),
        "It does not apply to this contact: customer, which tells its cases apart, is absent.");
    assert_string_equal(
        no_clock(r, "c", "csat"), "It does not apply to this contact: \"csat\" is not a number on the event.");
    assert_string_equal(no_clock(r, "d", "csat"), "No event of this contact is one that it measures, the event scored.");
    assert_string_equal(no_clock(r, "e", "served"),
        "It does not apply to this contact: a clock of another contact ran already for the same customer.");
    assert_non_null(strstr(explain(r, "f"),
        "; its match asks that channel is phone, and channel is 3, so the standard does not apply: nothing is decided."));
    struct view_query query = {.standard = "anwsered"};
    assert_int_equal(view_contact(r->service, SPAN("c"), &query, &r->answer, &r->err), ERR_NOT_FOUND);
    assert_non_null(strstr(r->err.text, "did you mean \"answered\"?"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_missed_call_says_when_its_limit_ran_out),
        TEST(a_call_answered_in_time_says_until_when_there_was),
        TEST(abandonments_and_what_does_not_count),
        TEST(office_hours_and_pauses_are_told),
        TEST(what_must_not_happen),
        TEST(promises_no_limits_and_no_standard),
        TEST(one_sentence_for_each_cycle),
        TEST(a_customer_across_contacts),
        TEST(values),
        TEST(limits_that_changed_on_the_way),
        TEST(closed_hours_are_listed),
        TEST(why_a_standard_has_no_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
