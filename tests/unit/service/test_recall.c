/* Contacts that have finished and are quiet leave memory, and come back as if they had never left. */
#include "running.h"

#include "slad/base/counters.h"

static const char YAML[] = "standards:\n"
                           "  answered: {start: offered, stop: answered, reopen: reopened, within: 20s, target: 90%, by: [queue]}\n"
                           "  part: {per: [contact, queue], start: offered, stop: answered, within: 1m}\n";

static void idle(struct running *r, const char *now) {
    running_turn(r, now, NULL);
    (void)service_idle(r->service);
}

static const char *in_memory(struct running *r) {
    return at(json_get(ASK(r, view_status(r->service, &r->answer, &r->err)), "engine"), "contacts");
}

static const char *gone(struct running *r) {
    return at(json_get(ASK(r, view_status(r->service, &r->answer, &r->err)), "engine"), "quiet_contacts");
}

static const char *figure(struct running *r, const char *name) {
    struct view_query query = {.standard = "answered"};
    char path[64];
    snprintf(path, sizeof path, "standards.0.groups.0.%s", name);
    return at(ASK(r, view_figures(r->service, &query, &r->answer, &r->err)), path);
}

/* One that was answered in time, one that waits. Ten minutes later only the latter is in memory. */
static void begin(struct running *r) {
    running_start(r, YAML, "2026-03-02T09:00:00Z");
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"x\",\"event\":\"offered\",\"queue\":\"q1\"}", "{\"contact\":\"y\",\"event\":\"offered\",\"queue\":\"q1\"}"));
    running_turn(r, "2026-03-02T09:00:10Z", LINES("{\"contact\":\"x\",\"event\":\"answered\"}"));
    idle(r, "2026-03-02T09:05:00Z");
    assert_string_equal(in_memory(r), "2");
    idle(r, "2026-03-02T09:11:00Z");
    assert_string_equal(in_memory(r), "1");
    assert_string_equal(gone(r), "1");
    assert_string_equal(figure(r, "met"), "1");
    assert_string_equal(figure(r, "missed"), "1");
}

static void what_left_is_reopened_weeks_later(void **state) {
    (void)state;
    struct running r;
    begin(&r);
    uint64_t recalled = counter_values[COUNTER_contacts_recalled];
    running_turn(&r, "2026-03-23T09:00:00Z", LINES("{\"contact\":\"x\",\"event\":\"reopened\"}"));
    assert_int_equal(counter_values[COUNTER_contacts_recalled], recalled + 1);
    assert_string_equal(figure(&r, "met"), "0");
    assert_string_equal(figure(&r, "open"), "2");
    assert_string_equal(gone(&r), "0");
    running_stop(&r);
}

static void a_late_event_corrects_what_left(void **state) {
    (void)state;
    struct running r;
    begin(&r);
    /* It was offered a minute earlier than was known: so it was missed. */
    running_turn(&r, "2026-03-02T12:00:00Z",
        LINES("{\"contact\":\"x\",\"event\":\"offered\",\"queue\":\"q1\",\"at\":\"2026-03-02T08:59:00Z\"}"));
    assert_string_equal(figure(&r, "met"), "0");
    assert_string_equal(figure(&r, "missed"), "2");
    struct view_query query = {.standard = "answered", .kind = "contact"};
    const struct json *breaches = ASK(&r, view_breaches(r.service, &query, &r.answer, &r.err));
    assert_int_equal(size_at(breaches, "breaches"), 2);
    running_stop(&r);
}

static void it_is_explained_all_the_same(void **state) {
    (void)state;
    struct running r;
    begin(&r);
    struct view_query query = {0};
    const struct json *story = ASK(&r, view_contact(r.service, SPAN("x"), &query, &r.answer, &r.err));
    assert_int_equal(size_at(story, "events"), 2);
    assert_string_equal(at(story, "clocks.0.outcome"), "met");
    running_stop(&r);
}

static void a_restart_lets_go_of_it_too(void **state) {
    (void)state;
    struct running r;
    begin(&r);
    service_close(r.service);
    running_open(&r, "2026-03-02T09:30:00Z");
    idle(&r, "2026-03-02T09:30:00Z");
    assert_string_equal(gone(&r), "1");
    running_turn(&r, "2026-03-02T09:31:00Z", LINES("{\"contact\":\"x\",\"event\":\"reopened\"}"));
    assert_string_equal(figure(&r, "met"), "0");
    assert_string_equal(figure(&r, "missed"), "1");
    running_stop(&r);
}

static void what_the_journal_lets_go_of_is_gone_from_the_figures(void **state) {
    (void)state;
    struct running r;
    begin(&r);
    idle(&r, "2026-04-20T09:00:00Z"); /* a leap of the clock: nothing is let go of by it for a day */
    idle(&r, "2026-04-21T08:00:00Z");
    for (int i = 0; i < 2; i++) idle(&r, i ? "2026-04-21T10:01:00Z" : "2026-04-21T10:00:00Z");
    assert_string_equal(gone(&r), "0");
    assert_string_equal(in_memory(&r), "0");
    struct view_query query = {.standard = "answered"};
    const struct json *figures = ASK(&r, view_figures(r.service, &query, &r.answer, &r.err));
    assert_int_equal(size_at(json_at(json_get(figures, "standards"), 0), "groups"), 0);
    running_stop(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_left_is_reopened_weeks_later),
        cmocka_unit_test(a_late_event_corrects_what_left),
        cmocka_unit_test(it_is_explained_all_the_same),
        cmocka_unit_test(a_restart_lets_go_of_it_too),
        cmocka_unit_test(what_the_journal_lets_go_of_is_gone_from_the_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
