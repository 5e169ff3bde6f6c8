/* Contacts that have finished and are quiet leave memory, and come back as if they had never left. */
#include "running.h"

#include "service/rebuild.h"
#include "service/state.h"
#include "slad/base/counters.h"
#include "slad/store/journal.h"

static const char YAML[] = "keep_finished: 0\n"
                           "standards:\n"
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

static void as_many_stay_as_the_settings_say(void **state) {
    (void)state;
    struct running r;
    running_start(&r, "keep_finished: 2\n"
                      "standards: {answered: {start: offered, stop: answered, within: 20s}}\n", "2026-03-02T09:00:00Z");
    for (int i = 0; i < 5; i++) {
        char offered[64], answered[64];
        snprintf(offered, sizeof offered, "{\"contact\":\"c%d\",\"event\":\"offered\"}", i);
        snprintf(answered, sizeof answered, "{\"contact\":\"c%d\",\"event\":\"answered\"}", i);
        running_turn(&r, "2026-03-02T09:00:00Z", LINES(offered, answered));
    }
    idle(&r, "2026-03-02T09:05:00Z");
    assert_string_equal(in_memory(&r), "5");
    idle(&r, "2026-03-02T09:15:00Z");
    assert_string_equal(in_memory(&r), "2");
    uint64_t recalled = counter_values[COUNTER_contacts_recalled];
    running_turn(&r, "2026-03-02T09:16:00Z", LINES("{\"contact\":\"c4\",\"event\":\"closed\"}")); /* the last to be quiet */
    assert_int_equal(counter_values[COUNTER_contacts_recalled], recalled);
    running_stop(&r);
}

/* ---------------------------------------------------------------- several of a customer */

static const char BY_CUSTOMER[] = "keep_finished: 0\n"
                                  "standards:\n"
                                  "  answered: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}\n";

/* Two of a customer, of whom the first was closed half an hour before the second came. */
static void begin_customer(struct running *r) {
    running_start(r, BY_CUSTOMER, "2026-03-02T09:00:00Z");
    running_turn(r, "2026-03-02T09:00:00Z",
        LINES("{\"contact\":\"x\",\"event\":\"offered\",\"customer\":\"k\"}", "{\"contact\":\"x\",\"event\":\"closed\"}"));
    running_turn(r, "2026-03-02T09:30:00Z",
        LINES("{\"contact\":\"y\",\"event\":\"offered\",\"customer\":\"k\"}", "{\"contact\":\"y\",\"event\":\"closed\"}"));
    idle(r, "2026-03-02T10:20:00Z");
    assert_string_equal(in_memory(r), "2"); /* it may come again */
    idle(r, "2026-03-02T10:31:00Z");
    idle(r, "2026-03-02T10:42:00Z");
    assert_string_equal(in_memory(r), "0");
    assert_string_equal(gone(r), "2");
    assert_string_equal(figure(r, "met"), "1");
    assert_string_equal(figure(r, "missed"), "1");
}

/* As nobody had left: by a contact that was not known of, in between. */
static void comes_in_between(struct running *r, const char *now) {
    running_turn(r, now,
        LINES("{\"contact\":\"z\",\"event\":\"offered\",\"customer\":\"k\",\"at\":\"2026-03-02T09:40:00Z\"}"));
    assert_string_equal(in_memory(r), "3");
    assert_string_equal(figure(r, "met"), "0");
    assert_string_equal(figure(r, "missed"), "2");
}

static void a_customer_who_comes_again_brings_them_back(void **state) {
    (void)state;
    struct running r;
    begin_customer(&r);
    uint64_t recalled = counter_values[COUNTER_contacts_recalled];
    comes_in_between(&r, "2026-03-09T09:00:00Z");
    assert_int_equal(counter_values[COUNTER_contacts_recalled], recalled + 2);
    idle(&r, "2026-03-09T11:00:00Z");
    assert_string_equal(gone(&r), "3");
    running_stop(&r);
}

static void after_a_restart_too(void **state) {
    (void)state;
    struct running r;
    begin_customer(&r);
    service_close(r.service);
    running_open(&r, "2026-03-02T12:00:00Z");
    idle(&r, "2026-03-02T12:00:00Z");
    idle(&r, "2026-03-02T12:11:00Z");
    assert_string_equal(gone(&r), "2");
    comes_in_between(&r, "2026-03-02T12:30:00Z");
    running_stop(&r);
}

static void explaining_one_brings_the_others_along(void **state) {
    (void)state;
    struct running r;
    begin_customer(&r);
    struct view_query query = {0};
    const struct json *story = ASK(&r, view_contact(r.service, SPAN("x"), &query, &r.answer, &r.err));
    assert_string_equal(at(story, "clocks.0.outcome"), "missed"); /* by y */
    assert_string_equal(in_memory(&r), "2");
    running_stop(&r);
}

static void one_of_them_is_let_go_of_by_the_journal(void **state) {
    (void)state;
    struct running r;
    begin_customer(&r);
    running_turn(&r, "2026-03-20T09:00:00Z", LINES("{\"contact\":\"y\",\"event\":\"noted\"}"));
    idle(&r, "2026-04-10T09:00:00Z"); /* a leap of the clock: nothing is let go of by it for a day */
    idle(&r, "2026-04-11T08:00:00Z");
    assert_string_equal(gone(&r), "2");
    for (int i = 0; i < 2; i++) idle(&r, i ? "2026-04-11T10:01:00Z" : "2026-04-11T10:00:00Z");
    assert_string_equal(figure(&r, "met"), "1"); /* y's; with x goes what it missed */
    assert_string_equal(figure(&r, "missed"), "0");
    running_stop(&r);
}

static size_t count_figures;
static int64_t sum_figures;
static void add_figures(void *arg, const struct figures *figures) {
    (void)arg;
    count_figures++;
    sum_figures = sum_figures * 31 + figures->met * 7 + figures->missed;
}

/* A second engine over the same journal says the same, however many stay in its memory meanwhile. */
static void an_engine_built_anew_with_little_room_says_the_same(void **state) {
    (void)state;
    struct running r;
    int64_t sums[2];
    running_start(&r, BY_CUSTOMER, "2026-03-02T09:00:00Z");
    for (int i = 0; i < 300; i++) {
        char now[32], offered[128], closed[128];
        snprintf(now, sizeof now, "2026-03-%02dT%02d:%02d:00Z", 2 + i / 60, 8 + i % 60 / 6, i % 6 * 10);
        snprintf(offered, sizeof offered, "{\"contact\":\"c%d\",\"event\":\"offered\",\"customer\":\"k%d\"}", i % 170, i * 7 % 23);
        snprintf(closed, sizeof closed, "{\"contact\":\"c%d\",\"event\":\"closed\"}", i % 170);
        running_turn(&r, now, LINES(offered, closed));
    }
    for (size_t keeps = 0; keeps < 2; keeps++) {
        struct rebuild_options options = {.rules = &r.service->judging->rules,
            .through_seq = journal_last(r.service->store), .keeps = keeps};
        options.now_ms = options.held_ms = engine_now(r.service->engine);
        uint64_t recalled = counter_values[COUNTER_contacts_recalled];
        struct rebuild *rebuild = rebuild_new(r.service->store, &options);
        int code;
        while ((code = rebuild_step(rebuild, 5, &r.err)) > 0) continue;
        assert_int_equal(code, 0);
        assert_int_equal(counter_values[COUNTER_contacts_recalled] > recalled + 100, keeps);
        sum_figures = 0;
        engine_figures(rebuild_engine(rebuild), 0, add_figures, NULL);
        sums[keeps] = sum_figures;
        rebuild_free(rebuild);
    }
    assert_true(count_figures > 0);
    assert_int_equal(sums[0], sums[1]);
    running_stop(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_customer_who_comes_again_brings_them_back),
        cmocka_unit_test(after_a_restart_too),
        cmocka_unit_test(explaining_one_brings_the_others_along),
        cmocka_unit_test(one_of_them_is_let_go_of_by_the_journal),
        cmocka_unit_test(an_engine_built_anew_with_little_room_says_the_same),
        cmocka_unit_test(what_left_is_reopened_weeks_later),
        cmocka_unit_test(as_many_stay_as_the_settings_say),
        cmocka_unit_test(a_late_event_corrects_what_left),
        cmocka_unit_test(it_is_explained_all_the_same),
        cmocka_unit_test(a_restart_lets_go_of_it_too),
        cmocka_unit_test(what_the_journal_lets_go_of_is_gone_from_the_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
