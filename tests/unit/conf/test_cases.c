/* The configurations of the conformance cases load, without an error or a warning. */
#include "folder.h"

static const struct {
    const char *name, *text;
    size_t standards;
} cases[] = {
    {"a-hold-lasts-between-cycles",
        "standards:\n"
        "  kept-informed: {start: [opened, updated], stop: updated, cancel: closed, repeat: true, within: "
        "4h, pause: held, resume: resumed}\n",
        1},
    {"a-social-account-may-not-fall-silent",
        "standards:\n"
        "  account-alive:\n"
        "    per: account\n"
        "    match: {channel: social}\n"
        "    start: posted\n"
        "    stop: posted\n"
        "    repeat: true\n"
        "    within: 7d\n"
        "    by: account\n",
        1},
    {"a-transfer-after-the-miss-does-not-move-the-blame",
        "standards:\n"
        "  by-queue: {start: offered, stop: answered, within: 1m, by: queue}\n"
        "  by-agent: {start: offered, stop: answered, within: 1m, by: agent}\n"
        "  each-teams-part: {per: [contact, queue], start: [offered, transferred], stop: [answered, left], "
        "within: 1m, by: queue}\n",
        3},
    {"answered-only-formula-decides-at-the-end",
        "standards:\n"
        "  answered: {start: offered, stop: answered, within: 20s, abandon: {event: abandoned, formula: "
        "answered}, target: 80%}\n",
        1},
    {"arrival-order-does-not-matter",
        "standards:\n"
        "  answered:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    within: 2m\n"
        "    target: 60%\n"
        "    by: [queue, agent]\n"
        "  score: {when: scored, value: csat, by: agent}\n",
        2},
    {"calendar-periods-end-at-local-midnight",
        "timezone: America/New_York\n"
        "standards:\n"
        "  daily: {start: offered, stop: answered, within: 1m, target: 100%, window: day}\n"
        "  weekly: {start: offered, stop: answered, within: 1m, target: 50%, window: week}\n",
        2},
    {"calls-answered-within-three-rings-by-agent",
        "standards:\n"
        "  three-rings:\n"
        "    when: answered\n"
        "    value: rings\n"
        "    at_most: 3\n"
        "    target: 95%\n"
        "    by: agent\n"
        "    window: day\n",
        1},
    {"calls-nine-in-ten-within-two-minutes",
        "standards:\n"
        "  calls-answered:\n"
        "    describe: 90 % of calls are answered within 2 minutes\n"
        "    match: {channel: phone}\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, short: 5s}\n"
        "    within: 2m\n"
        "    target: 90%\n"
        "    window: 30m\n"
        "    by: [queue]\n",
        1},
    {"cancelled-and-abandoned-after-the-limit",
        "standards:\n"
        "  kept: {start: offered, stop: answered, cancel: spam, within: 1m, abandon: {event: abandoned}, "
        "target: 50%}\n"
        "  forgiven: {start: offered, stop: answered, cancel: spam, within: 1m, abandon: {event: abandoned, "
        "after_limit: excluded}}\n",
        2},
    {"edges-of-limits-and-windows",
        "standards:\n"
        "  limit: {start: offered, stop: answered, within: 10s}\n"
        "  window: {start: offered, stop: answered, within: 10s, window: 1m, target: 50%}\n",
        2},
    {"ends-on-one-event-and-ties",
        "standards:\n"
        "  all: {start: go, stop: [{event: end, s: 1}], fail: [{event: end, f: 1}], cancel: [{event: end, c: "
        "1}], abandon: {event: {event: end, a: 1}, before_limit: missed}, within: 1m, repeat: true}\n"
        "  zero: {start: go, stop: end, within: 1m, by: contact}\n",
        2},
    {"events-that-cannot-be-read",
        "standards:\n"
        "  answered: {start: offered, stop: answered, within: 1m}\n",
        1},
    {"internal-ticket-first-reply-in-business-hours",
        "timezone: Europe/Riga\n"
        "calendars:\n"
        "  office:\n"
        "    hours: {mon-fri: [\"09:00-12:30\", \"13:30-18:00\"]}\n"
        "    holidays: [2026-03-04, {date: 2026-03-05, hours: \"09:00-11:00\"}]\n"
        "standards:\n"
        "  first-reply:\n"
        "    match: {side: internal}\n"
        "    start: opened\n"
        "    stop: [replied, received]\n"
        "    within: 1h\n"
        "    calendar: office\n",
        1},
    {"level-breach-opens-and-closes",
        "standards:\n"
        "  answered:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    within: 10s\n"
        "    target: [\"75%\", \"p50 <= 5s\"]\n"
        "    min_count: 3\n"
        "    window: 5m\n",
        1},
    {"mystery-shopper-and-satisfaction-scores",
        "timezone: Europe/Riga\n"
        "standards:\n"
        "  mystery-shopper:\n"
        "    when: visited\n"
        "    value: score\n"
        "    at_least: 80\n"
        "    target: [\"90%\", \"mean >= 85\", \"p10 >= 70\", \"missed <= 1\"]\n"
        "    by: store\n"
        "    window: month\n"
        "  satisfaction:\n"
        "    when: {event: surveyed, finished: true}\n"
        "    value: csat\n"
        "    at_least: 4\n"
        "    target: mean >= 4.2\n"
        "    min_count: 3\n"
        "    window: 7d\n",
        2},
    {"names-in-any-script-and-yaml-words",
        "standards:\n"
        "  обслуживание:\n"
        "    match: {queue: [no, \"on\", поддержка]}\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    within: 1m\n"
        "    by: queue\n"
        "  客户服务: {match: {vip: true}, start: offered, stop: answered, within: 1m, by: [vip, \"имя\"]}\n",
        2},
    {"next-reply-counts-from-the-oldest-unanswered-message",
        "standards:\n"
        "  next-reply:\n"
        "    start: {event: comment, author: customer}\n"
        "    stop: {event: comment, author: agent, public: true}\n"
        "    cancel: solved\n"
        "    repeat: true\n"
        "    within: 1h\n",
        1},
    {"night-shift-through-both-clock-changes",
        "timezone: Europe/Riga\n"
        "calendars: {night: {hours: {mon-sun: \"22:00-06:00\"}}}\n"
        "standards:\n"
        "  resolved: {start: opened, stop: solved, within: 7h, calendar: night}\n"
        "  slow: {start: opened, stop: solved, within: 9h, calendar: night}\n",
        2},
    {"numbers-and-text-at-their-edges",
        "standards:\n"
        "  bound: {when: s, value: v, at_least: 4}\n"
        "  any: {when: s, value: v, by: v}\n",
        2},
    {"parcels-delivered-within-three-days-and-as-promised",
        "timezone: Europe/Riga\n"
        "standards:\n"
        "  within-three-days:\n"
        "    match: {channel: parcel}\n"
        "    start: ordered\n"
        "    stop: delivered\n"
        "    cancel: returned\n"
        "    within: 3d\n"
        "    target: 95%\n"
        "    window: month\n"
        "  as-promised:\n"
        "    match: {channel: parcel}\n"
        "    start: ordered\n"
        "    stop: delivered\n"
        "    due: promised_at\n"
        "    by: carrier\n",
        2},
    {"pause-over-the-night-is-not-counted-twice",
        "timezone: Europe/Riga\n"
        "calendars: {office: {hours: {mon-fri: \"09:00-18:00\"}}}\n"
        "standards:\n"
        "  resolved:\n"
        "    start: opened\n"
        "    stop: solved\n"
        "    paused_while: {status: [pending, on-hold]}\n"
        "    pause: held\n"
        "    resume: resumed\n"
        "    within: 8h\n"
        "    calendar: office\n"
        "    reopen: reopened\n",
        1},
    {"periodic-update-until-closed",
        "standards:\n"
        "  kept-informed:\n"
        "    start: [opened, updated]\n"
        "    stop: updated\n"
        "    cancel: closed\n"
        "    repeat: true\n"
        "    within: 4h\n"
        "    target: 90%\n",
        1},
    {"priority-raised-and-lowered",
        "standards:\n"
        "  resolved:\n"
        "    match: {priority: {exists: true}}\n"
        "    start: opened\n"
        "    stop: solved\n"
        "    within: [{match: {priority: urgent}, limit: 1h}, {match: {priority: low}, limit: 8h}]\n"
        "    by: priority\n",
        1},
    {"promised-visit-and-no-show",
        "standards:\n"
        "  visit-kept:\n"
        "    start: booked\n"
        "    stop: arrived\n"
        "    cancel: called-off\n"
        "    due: window_end\n"
        "    target: 100%\n",
        1},
    {"reopened-by-another-contact-and-restarted-by-a-changed-limit",
        "standards:\n"
        "  reopened: {per: customer, start: offered, stop: closed, reopen: reopened, within: 1h, by: queue}\n"
        "  fail-only-cycle: {start: offered, fail: returned, within: [{match: {p: 1}, limit: 1s}, {limit: "
        "1h}], repeat: true}\n"
        "  same-instant: {per: customer, start: offered, stop: closed, within: 1h, repeat: true}\n",
        3},
    {"six-service-level-formulas-one-day",
        "timezone: UTC\n"
        "standards:\n"
        "  answered:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, formula: answered}\n"
        "    within: 20s\n"
        "  abandons-met:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, formula: abandons-met}\n"
        "    within: 20s\n"
        "  offered:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, formula: offered}\n"
        "    within: 20s\n"
        "  late-abandons:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, formula: late-abandons}\n"
        "    within: 20s\n"
        "  short-met:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, formula: short-met, short: 5s}\n"
        "    within: 20s\n"
        "  less-short:\n"
        "    start: offered\n"
        "    stop: answered\n"
        "    abandon: {event: abandoned, formula: less-short, short: 5s}\n"
        "    within: 20s\n",
        6},
    {"social-complaints-acknowledged-within-an-hour",
        "standards:\n"
        "  complaints-acknowledged:\n"
        "    match: {channel: social, kind: complaint}\n"
        "    start: received\n"
        "    stop: acknowledged\n"
        "    within: 1h\n",
        1},
    {"solved-at-first-contact-per-customer",
        "standards:\n"
        "  first-contact-resolution:\n"
        "    per: customer\n"
        "    start: closed\n"
        "    fail: offered\n"
        "    repeat: true\n"
        "    within: 7d\n"
        "    target: 80%\n"
        "    window: 30d\n",
        1},
    {"spam-takes-back-everything",
        "standards:\n"
        "  next-reply: {start: {event: comment, author: customer}, stop: {event: comment, author: agent}, "
        "repeat: true, within: 10m, void: spam, target: 50%}\n"
        "  score: {when: scored, value: csat, at_least: 4, void: spam}\n",
        2},
    {"targets-are-judged-exactly",
        "standards:\n"
        "  nines: {start: offered, stop: answered, within: 10s, target: 99.9%}\n"
        "  median: {start: offered, stop: answered, within: 10s, target: [\"p50 <= 5s\", \"p99.9 <= 10s\", "
        "\"max < 10.001s\"]}\n"
        "  tenths: {when: scored, value: v, target: [\"mean >= 1.1\", \"min >= 1.1\"]}\n",
        3},
    {"the-other-contact-of-the-same-customer",
        "standards:\n"
        "  solved-at-once: {per: customer, match: {queue: billing}, start: closed, fail: offered, repeat: "
        "true, within: 7d, by: agent}\n",
        1},
    {"times-as-people-write-them",
        "standards:\n"
        "  kept: {start: promised, stop: done, due: by, match: {by: {exists: true}}}\n",
        1},
    {"urgent-round-the-clock-the-rest-in-office-hours",
        "timezone: America/New_York\n"
        "calendars: {office: {hours: {mon-fri: \"08:30-17:00\"}}}\n"
        "standards:\n"
        "  resolved:\n"
        "    start: opened\n"
        "    stop: solved\n"
        "    calendar: office\n"
        "    within: [{match: {priority: urgent}, limit: 2h, calendar: always}, {limit: 8h30m}]\n"
        "    by: priority\n",
        1},
    {"wall-clock-times-skipped-and-repeated",
        "timezone: Europe/Riga\n"
        "calendars: {odd: {hours: {sun: [\"03:15-04:45\"]}}}\n"
        "standards:\n"
        "  resolved: {start: opened, stop: solved, within: 30m, calendar: odd}\n",
        1},
};

static void each_case_loads(void **state) {
    (void)state;
    struct folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct findings findings = {0};
        struct buf said = {0};
        folder_write(&folder, "slad.yaml", cases[i].text);
        struct config *config = folder_load(&folder, &findings);
        findings_render(&findings, &said);
        if (findings.count) print_error("%s: %s", cases[i].name, buf_text(&said));
        assert_int_equal(findings.count, 0);
        assert_int_equal(config->rules.standard_count, cases[i].standards);
        for (size_t s = 0; s < config->rules.standard_count; s++)
            assert_non_null(config->rules.standards[s]->meaning);
        config_free(config);
        buf_fini(&said);
        findings_fini(&findings);
    }
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_case_loads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
