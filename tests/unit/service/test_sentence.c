/* Every key of the language, and the exact sentence that it makes. */
#include "../conf/folder.h"

#include "slad/service/sentence.h"

static const char BEFORE[] = "timezone: Europe/Riga\n"
                             "calendars:\n"
                             "  office: {hours: {mon-fri: \"09:00-18:00\"}}\n"
                             "  nights: {hours: {mon-fri: \"22:00-06:00\"}}\n"
                             "standards:\n";

static const struct {
    const char *definition, *sentence;
} cases[] = {
    {"{match: {channel: phone}, start: offered, stop: answered, within: 2m, target: 90%, window: "
     "30m, by: queue}",
        "At least 90 % of contacts with channel phone are answered within 2 min of being offered, "
        "over the last 30 min, for each queue."},
    {"{start: offered, stop: answered, within: 20s, target: 90%, warn: [5s, 50%, 80%], warn_below: 92.5%}",
        "At least 90 % of contacts are answered within 20 s of being offered, over all time. One is at "
        "risk once 50 % or 80 % of its limit is used, or 5 s are left. The level is at risk below 92.5 %."},
    {"{start: ordered, stop: delivered, due: promised_at, warn: 1d}",
        "Contacts are delivered by the instant in promised_at after being ordered. No level is set; "
        "figures are taken over all time. Where promised_at holds no instant, the standard does not "
        "apply. One is at risk once 1 d are left."},
    {"{start: offered, stop: answered, within: 20s}",
        "Contacts are answered within 20 s of being offered. No level is set; figures are taken over "
        "all time."},
    {"{match: {channel: phone, queue: [sales, billing], tier: {not: internal}}, start: offered, "
     "stop: answered, within: 90s, target: attainment > 99.5%, window: day, by: [queue, agent]}",
        "More than 99.5 % of contacts with channel phone, with queue sales or billing and without "
        "tier internal are answered within 1 min 30 s of being offered, over the day so far in "
        "Europe/Riga, for each queue and agent."},
    {"{match: [{channel: phone, tier: gold}, {customer: {glob: \"vip-*\"}}, {seats: {at_least: "
     "100, at_most: 5000}}], start: offered, stop: answered, within: 1m, target: 100%}",
        "100 % of contacts with channel phone and with tier gold, or with customer like \"vip-*\", "
        "or with seats at least 100 and at most 5000, are answered within 1 min of being offered, "
        "over all time."},
    {"{match: {line: \"3\", vip: true, retries: 3, note: {exists: true}, spam: {exists: false}, "
     "size: {not: [1, 2]}, kind: [{not: a}, \"b c\"], word: \"true\"}, start: offered, stop: "
     "answered, within: 1m}",
        "Contacts with line \"3\", with vip true, with retries 3, with note present, with spam "
        "absent, without size 1 or 2, with kind (not a) or \"b c\" and with word \"true\" are "
        "answered within 1 min of being offered. No level is set; figures are taken over all time."},
    {"{per: customer, start: closed, fail: offered, repeat: true, within: 7d, target: 80%, "
     "window: 30d, by: agent}",
        "In at least 80 % of cases, a customer is not offered within 7 d of being closed, over the "
        "last 30 d, for each agent. Events with the same customer belong together; those without are "
        "left out. Once a case has ended, the next start begins another."},
    {"{start: {event: comment, author: customer}, stop: {event: comment, author: agent, public: "
     "true}, cancel: solved, repeat: true, within: 1h, target: 90%, window: day, by: team}",
        "In at least 90 % of cases, a contact has the event comment with own author agent and with "
        "own public true within 1 h of the event comment with own author customer, over the day so "
        "far in Europe/Riga, for each team. Once a case has ended, the next start begins another. "
        "One that is solved is not counted, even if it was missed already."},
    {"{start: [opened, updated], stop: updated, cancel: closed, repeat: true, within: 4h, pause: "
     "held, resume: resumed, target: 90%, window: 7d}",
        "In at least 90 % of cases, a contact is updated within 4 h of being opened or updated, over "
        "the last 7 d. Once a case has ended, the next start begins another. One that is closed is "
        "not counted, even if it was missed already. The clock stands still from the event held "
        "until the event resumed."},
    {"{match: {channel: parcel}, start: ordered, stop: delivered, cancel: returned, due: "
     "promised_at, target: 98%, window: month, by: carrier}",
        "At least 98 % of contacts with channel parcel are delivered by the instant in promised_at "
        "after being ordered, over the month so far in Europe/Riga, for each carrier. Where "
        "promised_at holds no instant, the standard does not apply. One that is returned is not "
        "counted, even if it was missed already."},
    {"{start: booked, stop: arrived, cancel: called-off, due: window_end, pause: held, resume: "
     "freed, calendar: office, target: 98%, window: quarter, by: region}",
        "At least 98 % of contacts have arrived by the instant in window_end after being booked, "
        "over the quarter so far in Europe/Riga, for each region. Where window_end holds no instant, "
        "the standard does not apply. Times count only hours of calendar office. One that has the "
        "event called-off is not counted, even if it was missed already. The clock stands still from "
        "the event held until the event freed, which does not move the promised instant."},
    {"{start: opened, stop: solved, pause: waiting, resume: resumed, reopen: reopened, within: "
     "[{match: {priority: urgent}, limit: 2h, calendar: always}, {limit: 8h30m}], calendar: "
     "office, target: 85%, window: month, by: priority}",
        "At least 85 % of contacts are solved within 2 h (round the clock) when priority is urgent, "
        "else 8 h 30 min (hours of calendar office), of being opened, over the month so far in "
        "Europe/Riga, for each priority. The clock stands still from the event waiting until the "
        "event resumed. The event reopened lets a stopped clock run on."},
    {"{start: opened, stop: [confirmed, replied], cancel: closed, within: 1h, calendar: office, "
     "target: 90%, window: week, by: team}",
        "At least 90 % of contacts are confirmed or have replied within 1 h of being opened, "
        "counting only hours of calendar office, over the week (from Monday) so far in Europe/Riga, "
        "for each team. One that is closed is not counted, even if it was missed already."},
    {"{match: {channel: social, kind: complaint}, start: received, stop: acknowledged, cancel: "
     "withdrawn, void: spam, within: 1h, target: 95%, window: day, by: network}",
        "At least 95 % of contacts with channel social and with kind complaint are acknowledged "
        "within 1 h of being received, over the day so far in Europe/Riga, for each network. One "
        "that is withdrawn is not counted, even if it was missed already. The event spam takes it "
        "back, also afterwards."},
    {"{when: {event: surveyed, finished: true}, value: csat, at_least: 4, target: [80%, mean >= "
     "4.2], min_count: 10, window: 7d}",
        "At least 80 % of the values of csat on the event surveyed with own finished true are at "
        "least 4, over the last 7 d; the mean is at least 4.2. The share is judged from 10 counted "
        "on, the values from 10 measured on."},
    {"{when: visited, value: score, at_least: 80, target: [90%, mean >= 85, p10 >= 70, missed <= "
     "1], window: month, by: store}",
        "At least 90 % of the values of score on the event visited are at least 80, over the month "
        "so far in Europe/Riga, for each store; the mean is at least 85, the 10th percentile is at "
        "least 70 and the number missed is at most 1."},
    {"{match: {channel: social}, per: account, start: posted, stop: posted, repeat: true, within: "
     "7d, by: account}",
        "In each case with channel social, an account is posted within 7 d of being posted. No level "
        "is set; figures are taken over all time, for each account. Events with the same account "
        "belong together; those without are left out. Once a case has ended, the next start begins "
        "another."},
    {"{match: {channel: phone}, per: [contact, queue], start: [offered, transferred], stop: "
     "[answered, left], within: 1m, by: queue}",
        "In each case with channel phone, a combination of contact and queue is answered or has the "
        "event left within 1 min of being offered or transferred. No level is set; figures are taken "
        "over all time, for each queue. Events with the same contact and queue belong together, and "
        "make one case; those without are left out."},
    {"{start: offered, stop: answered, abandon: {event: abandoned, short: 5s}, within: 2m, "
     "target: [90%, p95 <= 5m], window: day}",
        "At least 90 % of contacts are answered within 2 min of being offered, over the day so far "
        "in Europe/Riga; the 95th percentile of the times is at most 5 min. One that is abandoned "
        "within 5 s is not counted; later, but within the limit, it is not counted; past the limit "
        "it counts as missed."},
    {"{start: offered, stop: answered, abandon: {event: [abandoned, hangup], formula: answered}, "
     "within: 2m, target: 90%}",
        "At least 90 % of contacts are answered within 2 min of being offered, over all time. One "
        "that is abandoned or has the event hangup within the limit is not counted; past the limit "
        "it is not counted. A limit that runs out decides nothing before the end."},
    {"{start: offered, stop: answered, abandon: {event: abandoned, formula: short-met, short: "
     "5s}, within: 2m, target: 90%}",
        "At least 90 % of contacts are answered within 2 min of being offered, over all time. One "
        "that is abandoned within 5 s counts as met; later, but within the limit, it counts as "
        "missed; past the limit it counts as missed."},
    {"{start: offered, stop: answered, abandon: {event: abandoned, formula: offered}, target: "
     "[mean <= 45s, max < 5m, min > 1s, missed < 20, p99.9 <= 1h], min_count: 5, window: 1h}",
        "Contacts are answered after being offered, however late. Over the last 1 h, the mean time "
        "is at most 45 s, the longest time is less than 5 min, the shortest time is more than 1 s, "
        "the number missed is less than 20 and the 99.9th percentile of the times is at most 1 h. "
        "One that is abandoned counts as missed. The times are judged from 5 measured on, the number "
        "missed always."},
    {"{start: opened, stop: solved, fail: escalated, within: 3d, target: 90%}",
        "At least 90 % of contacts are solved within 3 d of being opened, over all time. One that is "
        "escalated first is missed."},
    {"{start: opened, stop: solved, within: 8h, paused_while: {status: [pending, on-hold]}, "
     "target: 90%}",
        "At least 90 % of contacts are solved within 8 h of being opened, over all time. The clock "
        "stands still while status is pending or on-hold."},
    {"{start: opened, stop: solved, within: 8h, pause: waiting, paused_while: [{status: pending}, "
     "{}], target: 90%}",
        "At least 90 % of contacts are solved within 8 h of being opened, over all time. The clock "
        "stands still from the event waiting on, and while anything holds."},
    {"{start: opened, stop: solved, within: [{match: {priority: 1}, limit: 1h}, {match: "
     "{priority: {at_most: 3}}, limit: 3d}], target: [90%, attainment <= 99%, mean <= 1d], "
     "window: year}",
        "At least 90 % of contacts are solved within 1 h when priority is 1, or else 3 d when "
        "priority is at most 3, of being opened, over the year so far in Europe/Riga; the share that "
        "is met is at most 99 % and the mean time is at most 1 d. Where none of these holds, the "
        "standard does not apply."},
    {"{when: [scored, rated], value: csat, at_least: 1, at_most: 3, void: spam, per: customer, "
     "match: {channel: [chat, mail]}, target: attainment < 10%}",
        "Less than 10 % of the values of csat on the event scored or the event rated, from contacts "
        "with channel chat or mail, are at least 1 and at most 3, over all time. Events without "
        "customer are left out. The event spam takes back all earlier ones of the same customer."},
    {"{when: answered, value: rings, window: day, by: agent}",
        "Values of rings on the event answered are met, whatever they are. No level is set; figures "
        "are taken over the day so far in Europe/Riga, for each agent."},
    {"{when: answered, value: rings, at_most: 3, target: [p50 <= 2, p2 <= 1, p3 > 0, p11 >= 0, "
     "p21 <= 9, p1.5 <= 8, min >= 0, max <= 10], min_count: 3}",
        "Values of rings on the event answered are at most 3. Over all time, the 50th percentile is "
        "at most 2, the 2nd percentile is at most 1, the 3rd percentile is more than 0, the 11th "
        "percentile is at least 0, the 21st percentile is at most 9, the 1.5th percentile is at most "
        "8, the lowest is at least 0 and the highest is at most 10. The values are judged from 3 "
        "measured on."},
    {"{start: opened, fail: [reopened, complained, \"no show\"], within: 2w, per: \"customer "
     "id\", target: 99%}",
        "In at least 99 % of cases, a \"customer id\" is not reopened, has not complained and does "
        "not have the event \"no show\" within 14 d of being opened, over all time. Events with the "
        "same \"customer id\" belong together, and make one case; those without are left out."},
    {"{start: opened, stop: solved, within: 1h, void: [spam, {event: merged, into: {exists: "
     "true}}], per: ticket, repeat: true, target: 90%}",
        "In at least 90 % of cases, a ticket is solved within 1 h of being opened, over all time. "
        "Events with the same ticket belong together; those without are left out. Once a case has "
        "ended, the next start begins another. The event spam or the event merged with own into "
        "present takes it back, and all earlier cases of the same ticket."},
    {"{match: {}, start: \"call offered\", stop: \"17\", within: 1500ms, by: \"by day\", target: "
     "90%}",
        "At least 90 % of contacts have the event 17 within 1.5 s of the event \"call offered\", "
        "over all time, for each \"by day\"."},
    {"{start: sent, stop: [arrived, seen], within: [{match: {a: b}, limit: 24h}, {match: {a: c}, "
     "limit: 48h, calendar: nights}], calendar: office, target: 90%}",
        "At least 90 % of contacts have arrived or are seen within 24 h (hours of calendar office) "
        "when a is b, or else 48 h (hours of calendar nights) when a is c, of being sent, over all "
        "time. Where none of these holds, the standard does not apply."},
    {"{start: opened, stop: solved, within: 24h, calendar: office, abandon: {event: withdrawn, "
     "short: 1h, before_limit: met, after_limit: excluded}, target: [mean <= 24h]}",
        "Contacts are solved within 24 h of being opened, counting only hours of calendar office. "
        "Over all time, the mean time is at most 24 h. One that is withdrawn within 1 h is not "
        "counted; later, but within the limit, it counts as met; past the limit it is not counted. A "
        "limit that runs out decides nothing before the end."},
    {"{match: {q: [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, "
     "a18, a19, a20, a21, a22, a23]}, start: offered, fail: complained, target: 90%}",
        "At least 90 % of contacts with q a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, "
        "a14, a15, a16, a17, a18, a19, a20 or 3 more have not complained after being offered, "
        "however late, over all time."},
    {"{match: {a: {not: {not: [x, {at_least: 3, at_most: 4}]}}, b: {not: {glob: \"*\"}}}, start: "
     "offered, stop: answered, within: 0s}",
        "Contacts without a not (x or (at least 3 and at most 4)) and without b like \"*\" are "
        "answered within 0 s of being offered. No level is set; figures are taken over all time."},
};
enum { CASES = sizeof cases / sizeof *cases };

static void each_standard_has_its_sentence(void **state) {
    (void)state;
    struct buf yaml = {0}, sentence = {0};
    buf_add_text(&yaml, BEFORE);
    for (size_t i = 0; i < CASES; i++) buf_printf(&yaml, "  s%zu: %s\n", i, cases[i].definition);
    struct config *config = folder_load_text(buf_text(&yaml));
    assert_int_equal(config->rules.standard_count, CASES);
    for (size_t i = 0; i < CASES; i++) {
        buf_clear(&sentence);
        sentence_standard(config->rules.standards[i], &sentence);
        assert_string_equal(buf_text(&sentence), cases[i].sentence);
    }
    config_free(config);
    buf_fini(&yaml);
    buf_fini(&sentence);
}

/* Whatever a file holds, a sentence stays on one line, is added to what is there, and ends. */
static void odd_names_do_no_harm(void **state) {
    (void)state;
    struct config *config = folder_load_text("standards:\n"
                                             "  s:\n"
                                             "    match: {\"a b\": \"x\\ny\\\"z\", c: {glob: \"\\e[*\"}}\n"
                                             "    start: é\n"
                                             "    stop: \"\\u202Eevil\"\n"
                                             "    within: 1s\n");
    struct buf sentence = {0};
    buf_add_text(&sentence, "1. ");
    sentence_standard(config->rules.standards[0], &sentence);
    assert_string_equal(buf_text(&sentence),
        "1. Contacts with \"a b\" \"x\\x0ay\\\"z\" and with c like \"\\x1b[*\" have the event "
        "\\xe2\\x80\\xaeevil within 1 s of the event é. No level is set; figures are taken over all time.");
    config_free(config);
    buf_fini(&sentence);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_standard_has_its_sentence),
        cmocka_unit_test(odd_names_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
