/* Questions to a running service: the shapes of docs/API.md. */
#include "running.h"

#include "slad/base/counters.h"

static const char STANDARDS[] = "listen: []\ninputs: []\nstandards:\n"
                                "  answered: {describe: Calls are answered, start: offered, stop: answered, "
                                "within: 1m, target: 90%, window: 30m, by: "
                                "[queue], percentiles: [50, 99.9]}\n"
                                "  resolved: {match: {channel: mail}, start: opened, stop: closed, pause: "
                                "waiting, resume: replied, within: 8h, by: [team]}\n";

#define OFFERED(c, at, q)                                                                                    \
    "{\"contact\":\"" c "\",\"event\":\"offered\",\"at\":\"" at "\",\"queue\":\"" q "\"}"
#define ANSWERED(c, at) "{\"contact\":\"" c "\",\"event\":\"answered\",\"at\":\"" at "\"}"

static int setup(void **state) {
    struct running *r = mem_zalloc(sizeof *r);
    running_start(r, STANDARDS, "2026-03-02T08:00:00Z");
    running_turn(r, "2026-03-02T08:00:00Z",
        LINES(OFFERED("a", "2026-03-02T07:59:50Z", "q1"), OFFERED("b", "2026-03-02T07:59:55Z", "q1"),
            OFFERED("c", "2026-03-02T08:00:00Z", "q2")));
    running_turn(r, "2026-03-02T08:00:30Z", LINES(ANSWERED("a", "2026-03-02T08:00:30Z")));
    running_turn(r, "2026-03-02T08:01:10Z", NULL);
    running_turn(r, "2026-03-02T08:02:25.5Z", LINES(ANSWERED("b", "2026-03-02T08:02:25.5Z")));
    *state = r;
    return 0;
}

static int teardown(void **state) {
    running_stop(*state);
    free(*state);
    return 0;
}

static const struct view_query nothing;

static void status(void **state) {
    struct running *r = *state;
    const struct json *s = ASK(r, view_status(r->service, &r->answer, &r->err));
    assert_string_equal(at(s, "state"), "running");
    assert_string_equal(at(s, "failure"), "null");
    assert_string_equal(at(s, "now"), "2026-03-02T08:02:25.500Z");
    assert_string_equal(at(s, "started"), "2026-03-02T08:00:00.000Z");
    assert_string_equal(at(s, "configuration.path"), r->config);
    assert_string_equal(at(s, "configuration.files.0"), r->config);
    assert_string_equal(at(s, "configuration.generation"), "1");
    assert_string_equal(at(s, "configuration.refused"), "null");
    assert_string_equal(at(s, "configuration.adopting"), "null");
    assert_string_equal(at(s, "database.events"), "5");
    assert_true(json_integer(json_get(json_get(s, "database"), "bytes"), 0) > 0);
    assert_string_equal(at(s, "engine.contacts"), "3");
    assert_string_equal(at(s, "engine.open"), "1");
    assert_string_equal(at(s, "engine.clock"), "2026-03-02T08:02:23.500Z");
    assert_string_equal(at(s, "standards.0.name"), "answered");
    assert_string_equal(at(s, "standards.0.state"), "breached");
    assert_string_equal(at(s, "standards.0.groups"), "2");
    assert_string_equal(at(s, "standards.0.breached"), "2");
    assert_string_equal(at(s, "standards.0.open"), "1");
    assert_string_equal(at(s, "standards.1.state"), "no_data");
    assert_int_equal(size_at(s, "counters"), COUNTER_COUNT);
}

static void a_refused_reload_shows_in_the_status(void **state) {
    struct running *r = *state;
    running_write_config(r, "standards:\n  answered: {start: offered, stop: answered, wihtin: 1m}\n");
    assert_int_equal(service_reload(r->service, NULL, NULL, NULL, &r->err), ERR_INVALID);
    const struct json *s = ASK(r, view_status(r->service, &r->answer, &r->err));
    assert_string_equal(at(s, "configuration.refused.at"), "2026-03-02T08:02:25.500Z");
    assert_non_null(strstr(at(s, "configuration.refused.findings.0"), "/slad.yaml:3:"));
    assert_string_equal(at(s, "configuration.generation"), "1");
}

static void standards(void **state) {
    struct running *r = *state;
    const struct json *s = ASK(r, view_standards(r->service, &r->answer, &r->err));
    assert_int_equal(size_at(s, "standards"), 2);
    assert_string_equal(at(s, "standards.0.name"), "answered");
    assert_string_equal(at(s, "standards.0.describe"), "Calls are answered");
    assert_non_null(strstr(at(s, "standards.0.sentence"), " are answered within "));
    assert_string_equal(at(s, "standards.0.line"), "5");
    assert_string_equal(at(s, "standards.0.version"), "1");
    assert_string_equal(at(s, "standards.0.since"), "2026-03-02T08:00:00.000Z");
    assert_string_equal(at(s, "standards.0.target.0"), "attainment >= 90%");
    assert_string_equal(at(s, "standards.0.window"), "30m");
    assert_string_equal(at(s, "standards.0.meaning.start"), "offered");
    assert_string_equal(at(s, "standards.1.window"), "null");
    s = ASK(r, view_standard(r->service, SPAN("resolved"), &r->answer, &r->err));
    assert_string_equal(at(s, "name"), "resolved");
    assert_int_equal(size_at(s, "versions"), 1);
    assert_string_equal(at(s, "versions.0.version"), "1");
    assert_string_equal(at(s, "versions.0.until"), "null");
    buf_clear(&r->answer);
    buf_add_text(&r->answer, "before");
    assert_int_equal(view_standard(r->service, SPAN("anwsered"), &r->answer, &r->err), ERR_NOT_FOUND);
    assert_string_equal(r->err.text, "no standard is named \"anwsered\": did you mean \"answered\"?");
    assert_string_equal(buf_text(&r->answer), "before");
}

static void a_standard_that_is_gone_is_remembered(void **state) {
    struct running *r = *state;
    running_write_config(
        r, "listen: []\ninputs: []\nstandards:\n  resolved: {start: opened, stop: closed, within: 4h}\n");
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    const struct json *s = ASK(r, view_status(r->service, &r->answer, &r->err));
    assert_string_equal(at(s, "configuration.adopting.step"), "computing");
    assert_string_equal(at(s, "configuration.adopting.done"), "0");
    assert_string_equal(at(s, "configuration.adopting.total"), "5");
    while (service_idle(r->service)) {
    }
    s = ASK(r, view_standard(r->service, SPAN("answered"), &r->answer, &r->err));
    assert_string_equal(at(s, "version"), "1");
    assert_string_equal(at(s, "target"), "null");
    assert_string_equal(at(s, "meaning.start"), "offered");
    assert_string_equal(at(s, "versions.0.reason"), "standard removed");
    s = ASK(r, view_standard(r->service, SPAN("resolved"), &r->answer, &r->err));
    assert_string_equal(at(s, "version"), "2");
    assert_int_equal(size_at(s, "versions"), 2);
    assert_string_equal(at(s, "versions.0.reason"), "standard changed");
    struct view_query query = {.standard = "answered"};
    s = ASK(r, view_breaches(r->service, &query, &r->answer, &r->err));
    assert_true(size_at(s, "breaches") > 0);
    buf_clear(&r->answer);
    assert_int_equal(view_figures(r->service, &query, &r->answer, &r->err), ERR_NOT_FOUND);
}

static void breaches(void **state) {
    struct running *r = *state;
    struct view_query query = {.kind = "contact", .standard = "answered", .since = "24h"};
    const struct json *s = ASK(r, view_breaches(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "breaches"), 2);
    assert_string_equal(at(s, "next"), "null");
    assert_string_equal(at(s, "breaches.0.contact"), "c");
    assert_string_equal(at(s, "breaches.0.state"), "open");
    assert_string_equal(at(s, "breaches.0.ended"), "null");
    assert_string_equal(at(s, "breaches.0.elapsed"), "null");
    assert_string_equal(at(s, "breaches.1.contact"), "b");
    assert_string_equal(at(s, "breaches.1.subject"), "b");
    assert_string_equal(at(s, "breaches.1.kind"), "contact");
    assert_string_equal(at(s, "breaches.1.version"), "1");
    assert_string_equal(at(s, "breaches.1.state"), "closed");
    assert_string_equal(at(s, "breaches.1.group.queue"), "q1");
    assert_string_equal(at(s, "breaches.1.started"), "2026-03-02T07:59:55.000Z");
    assert_string_equal(at(s, "breaches.1.due"), "2026-03-02T08:00:55.000Z");
    assert_string_equal(at(s, "breaches.1.elapsed"), "150.5");
    assert_string_equal(at(s, "breaches.1.reason"), "null");
    assert_string_equal(at(s, "breaches.1.excused"), "null");
    query = (struct view_query){.kind = "level", .state = "open"};
    s = ASK(r, view_breaches(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "breaches"), 2);
    assert_string_equal(at(s, "breaches.0.target"), "attainment >= 90%");
    assert_string_equal(at(s, "breaches.0.closed"), "null");
    const char *attrs[] = {"queue"}, *values[] = {"q2"};
    query = (struct view_query){.group_attrs = attrs, .group_values = values, .group_count = 1};
    s = ASK(r, view_breaches(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "breaches"), 2);
}

static void breaches_come_in_pages(void **state) {
    struct running *r = *state;
    char after[24];
    struct view_query query = {.limit = "1"};
    size_t count = 0;
    for (int pages = 0; pages < 10; pages++) {
        const struct json *s = ASK(r, view_breaches(r->service, &query, &r->answer, &r->err));
        count += size_at(s, "breaches");
        if (json_is_null(json_get(s, "next"))) break;
        snprintf(after, sizeof after, "%s", at(s, "next"));
        query.after = after;
    }
    assert_int_equal(count, 4);
    query.after = "x";
    assert_int_equal(view_breaches(r->service, &query, &r->answer, &r->err), ERR_INVALID);
    query = (struct view_query){.standard = "anwered"};
    assert_int_equal(view_breaches(r->service, &query, &r->answer, &r->err), ERR_NOT_FOUND);
    query = (struct view_query){.state = "opn"};
    assert_int_equal(view_breaches(r->service, &query, &r->answer, &r->err), ERR_INVALID);
}

static void figures(void **state) {
    struct running *r = *state;
    const struct json *s = ASK(r, view_figures(r->service, &nothing, &r->answer, &r->err));
    assert_string_equal(at(s, "until"), "2026-03-02T08:02:25.500Z");
    assert_int_equal(size_at(s, "standards"), 2);
    assert_string_equal(at(s, "standards.0.groups.0.group.queue"), "q1");
    assert_string_equal(at(s, "standards.0.groups.0.counted"), "2");
    assert_string_equal(at(s, "standards.0.groups.0.attainment"), "0.5");
    assert_string_equal(at(s, "standards.0.groups.0.max"), "150.5");
    const char *attrs[] = {"queue"}, *values[] = {"q2"};
    struct view_query query = {
        .standard = "answered", .group_attrs = attrs, .group_values = values, .group_count = 1};
    s = ASK(r, view_figures(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "standards"), 1);
    assert_string_equal(at(s, "standards.0.groups.0.group.queue"), "q2");
    assert_string_equal(at(s, "standards.0.groups.0.missed"), "1");
    attrs[0] = "qeue";
    assert_int_equal(view_figures(r->service, &query, &r->answer, &r->err), ERR_INVALID);
}

static const struct json *figures_at(struct running *r, const char *at) {
    struct view_query query = {.standard = "answered", .at = at};
    struct view_past *past;
    int code;
    buf_clear(&r->answer);
    RUNNING_OK(r, view_past_new(r->service, &query, &past, &r->err));
    while ((code = view_past_step(past, &r->answer, &r->err)) > 0) {
    }
    RUNNING_OK(r, code);
    view_past_free(past);
    return running_answer(r);
}

static void figures_of_the_past(void **state) {
    struct running *r = *state;
    const struct json *s = figures_at(r, "2026-03-02T08:00:55Z");
    assert_string_equal(at(s, "until"), "2026-03-02T08:00:55.000Z");
    assert_string_equal(at(s, "standards.0.groups.0.group.queue"), "q1");
    assert_string_equal(at(s, "standards.0.groups.0.open"), "1");
    assert_string_equal(at(s, "standards.0.groups.0.met"), "1");
    assert_string_equal(at(s, "standards.0.groups.0.missed"), "0"); /* due, and not yet past it */
    s = figures_at(r, "2026-03-02T08:00:55.001Z");
    assert_string_equal(at(s, "standards.0.groups.0.missed"), "1");
    s = figures_at(r, "2026-03-02T07:59:50Z");
    assert_int_equal(json_size(json_get(json_at(json_get(s, "standards"), 0), "groups")), 1);
    s = figures_at(r, "24h");
    assert_int_equal(json_size(json_get(json_at(json_get(s, "standards"), 0), "groups")), 0);
    struct view_query query = {.at = "2026-03-03T00:00:00Z"};
    struct view_past *past;
    assert_int_equal(view_past_new(r->service, &query, &past, &r->err), ERR_INVALID);
}

static void a_change_of_standards_ends_a_question_about_the_past(void **state) {
    struct running *r = *state;
    struct view_query query = {.at = "1h"};
    struct view_past *past, *second;
    RUNNING_OK(r, view_past_new(r->service, &query, &past, &r->err));
    assert_int_equal(view_past_step(past, &r->answer, &r->err), 1);
    running_write_config(r, "standards: {answered: {start: offered, stop: answered, within: 61s}}\n");
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    assert_int_equal(service_idle(r->service), 1);
    assert_int_equal(view_past_step(past, &r->answer, &r->err), ERR_IN_USE);
    assert_int_equal(view_past_new(r->service, &query, &second, &r->err), ERR_IN_USE);
    while (service_idle(r->service)) {
    }
    assert_int_equal(view_past_step(past, &r->answer, &r->err), ERR_IN_USE);
    view_past_free(past);
}

static void a_reload_that_means_the_same_computes_nothing(void **state) {
    struct running *r = *state;
    struct view_query query = {.at = "1h"};
    struct view_past *past;
    struct buf noted = {0};
    RUNNING_OK(r, view_past_new(r->service, &query, &past, &r->err));
    assert_int_equal(view_past_step(past, &r->answer, &r->err), 1);
    buf_printf(&noted, "# a note\ngrace: 7s\npublish: 3s\n%s", STANDARDS);
    running_write_config(r, buf_text(&noted));
    uint64_t recomputed = counter_values[COUNTER_events_recomputed];
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    assert_int_equal(service_idle(r->service), 0);
    assert_int_equal(counter_values[COUNTER_events_recomputed], recomputed);
    assert_int_equal(service_config(r->service)->grace_ms, 7000);
    const struct json *s = ASK(r, view_status(r->service, &r->answer, &r->err));
    assert_string_equal(at(s, "configuration.generation"), "2");
    s = ASK(r, view_standard(r->service, SPAN("answered"), &r->answer, &r->err));
    assert_string_equal(at(s, "line"), "8"); /* three further down */
    assert_string_equal(at(s, "version"), "1");
    buf_clear(&r->answer);
    int code;
    while ((code = view_past_step(past, &r->answer, &r->err)) == 1) continue;
    RUNNING_OK(r, code);
    view_past_free(past);
    /* The engine outlives the configuration it was built from, and judges on. */
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    assert_int_equal(service_idle(r->service), 0);
    running_turn(r, "2026-03-02T08:03:00Z", LINES(ANSWERED("c", "2026-03-02T08:03:00Z")));
    s = ASK(r, view_figures(r->service, &nothing, &r->answer, &r->err));
    assert_string_equal(at(s, "standards.0.groups.1.missed"), "1");
    running_write_config(r, "standards: {answered: {start: offered, stop: answered, within: 1h}}\n");
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err));
    while (service_idle(r->service)) continue;
    assert_true(counter_values[COUNTER_events_recomputed] > recomputed);
    s = ASK(r, view_figures(r->service, &nothing, &r->answer, &r->err));
    assert_string_equal(at(s, "standards.0.groups.0.met"), "3");
    buf_fini(&noted);
}

static void percentiles_as_published(void **state) {
    struct running *r = *state;
    struct view_query query = {.standard = "answered", .q = "50"};
    const struct json *s = ASK(r, view_percentiles(r->service, &query, &r->answer, &r->err));
    assert_true(size_at(s, "percentiles") > 0);
    assert_string_equal(at(s, "percentiles.0.q"), "50");
    assert_string_equal(at(s, "percentiles.0.standard"), "answered");
    query = (struct view_query){.limit = "1"};
    char after[100], first[100];
    s = ASK(r, view_percentiles(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "percentiles"), 1);
    snprintf(first, sizeof first, "%s", at(s, "percentiles.0.q"));
    snprintf(after, sizeof after, "%s", at(s, "next"));
    query.after = after;
    s = ASK(r, view_percentiles(r->service, &query, &r->answer, &r->err));
    assert_string_equal(first, "50");
    assert_string_equal(at(s, "percentiles.0.q"), "99.9");
    const char *const wrong[] = {"1", "1_2", "1_2_x", "1_2_3x", "-1_2_3", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        query.after = wrong[i];
        assert_int_equal(view_percentiles(r->service, &query, &r->answer, &r->err), ERR_INVALID);
    }
}

static void open_cycles_by_urgency(void **state) {
    struct running *r = *state;
    running_turn(r, "2026-03-02T08:03:00Z",
        LINES("{\"contact\":\"t1\",\"event\":\"opened\",\"at\":\"2026-03-02T08:03:00Z\",\"channel\":\"mail\","
              "\"team\":\"x\"}",
            OFFERED("d", "2026-03-02T08:02:59Z", "q1"), OFFERED("e", "2026-03-02T08:02:50Z", "q1"),
            "{\"contact\":\"t2\",\"event\":\"opened\",\"at\":\"2026-03-02T08:01:00Z\",\"channel\":\"mail\","
            "\"team\":\"x\"}",
            "{\"contact\":\"t3\",\"event\":\"opened\",\"at\":\"2026-03-02T08:01:00Z\",\"channel\":\"mail\","
            "\"team\":\"x\"}",
            "{\"contact\":\"t3\",\"event\":\"waiting\",\"at\":\"2026-03-02T08:02:00Z\"}"));
    const struct json *s = ASK(r, view_open(r->service, &nothing, &r->answer, &r->err));
    static const char *const order[] = {"e", "d", "t2", "t1", "c", "t3"};
    assert_int_equal(size_at(s, "open"), 6);
    assert_string_equal(at(s, "complete"), "true");
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(json_text(json_get(json_at(json_get(s, "open"), i), "contact")), order[i]);
    assert_string_equal(at(s, "open.0.due"), "2026-03-02T08:03:50.000Z");
    assert_string_equal(at(s, "open.0.left"), "50");
    assert_string_equal(at(s, "open.0.elapsed"), "10");
    assert_string_equal(at(s, "open.0.limit"), "60");
    assert_string_equal(at(s, "open.0.missed"), "false");
    assert_string_equal(at(s, "open.4.missed"), "true");
    assert_string_equal(at(s, "open.4.left"), "-120");
    assert_string_equal(at(s, "open.5.paused"), "true");
    assert_string_equal(at(s, "open.5.due"), "null");
    struct view_query query = {.at_risk = "59s"};
    s = ASK(r, view_open(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "open"), 2);
    assert_string_equal(at(s, "complete"), "true");
    query = (struct view_query){.standard = "resolved", .limit = "1"};
    s = ASK(r, view_open(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "open"), 1);
    assert_string_equal(at(s, "open.0.contact"), "t2");
    assert_string_equal(at(s, "complete"), "false");
    const char *attrs[] = {"queue"}, *values[] = {"q2"};
    query = (struct view_query){.group_attrs = attrs, .group_values = values, .group_count = 1};
    s = ASK(r, view_open(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "open"), 1);
    query = (struct view_query){.at_risk = "10"};
    assert_int_equal(view_open(r->service, &query, &r->answer, &r->err), ERR_INVALID);
}

/* Many more than are shown: the walk ends early, and still shows the right ones. */
static void the_most_urgent_of_many(void **state) {
    struct running *r = *state;
    int64_t now = running_instant("2026-03-02T08:03:00Z");
    service_turn(r->service, now);
    for (int i = 0; i < 500; i++) {
        char line[160];
        snprintf(line, sizeof line,
            "{\"contact\":\"m%03d\",\"event\":\"offered\",\"at\":%lld,\"queue\":\"q3\"}", i,
            (long long)(now - (i * 7919) % 500 * 100));
        assert_int_equal(intake_line(r->service, &(struct intake_source){"test", NULL}, span_of(line), &r->err), INTAKE_ACCEPTED);
    }
    RUNNING_OK(r, service_commit(r->service, &r->err));
    struct view_query query = {.limit = "50"};
    const struct json *s = ASK(r, view_open(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "open"), 50);
    assert_string_equal(at(s, "complete"), "false");
    const struct json *item = json_first(json_get(s, "open"));
    for (int i = 0; i < 50; i++, item = json_next(item))
        assert_int_equal((int64_t)(json_number(json_get(item, "left"), -1) * 1000 + 0.5), 10100 + 100 * i);
    query = (struct view_query){.at_risk = "20s", .limit = "1000"};
    s = ASK(r, view_open(r->service, &query, &r->answer, &r->err));
    assert_int_equal(size_at(s, "open"), 100);
    assert_string_equal(at(s, "complete"), "true");
}

static void a_contact_and_its_clocks(void **state) {
    struct running *r = *state;
    const struct json *s = ASK(r, view_contact(r->service, SPAN("b"), &nothing, &r->answer, &r->err));
    assert_string_equal(at(s, "contact"), "b");
    assert_int_equal(size_at(s, "events"), 2);
    assert_string_equal(at(s, "events.0.seq"), "2");
    assert_string_equal(at(s, "events.0.event"), "offered");
    assert_string_equal(at(s, "events.0.line.queue"), "q1");
    assert_string_equal(at(s, "events.1.received"), "2026-03-02T08:02:25.500Z");
    assert_int_equal(size_at(s, "clocks"), 1);
    assert_string_equal(at(s, "clocks.0.standard"), "answered");
    assert_string_equal(at(s, "clocks.0.version"), "1");
    assert_string_equal(at(s, "clocks.0.since"), "2026-03-02T08:00:00.000Z");
    assert_string_equal(at(s, "clocks.0.closed"), "0");
    assert_string_equal(at(s, "clocks.0.limits.1"), "(none)");
    assert_string_equal(at(s, "clocks.0.limits.0.since"), "2026-03-02T07:59:55.000Z");
    assert_string_equal(at(s, "clocks.0.applies"), "true");
    assert_string_equal(at(s, "clocks.0.why_not"), "null");
    assert_string_equal(at(s, "clocks.0.limit"), "60");
    assert_string_equal(at(s, "clocks.0.limit_rule"), "1");
    assert_string_equal(at(s, "clocks.0.calendar"), "always");
    assert_string_equal(at(s, "clocks.0.outcome"), "missed");
    assert_string_equal(at(s, "clocks.0.decided"), "2026-03-02T08:00:55.000Z");
    assert_string_equal(at(s, "clocks.0.how"), "stop");
    assert_string_equal(at(s, "clocks.0.elapsed"), "150.5");
    assert_string_equal(at(s, "complete"), "true");
    assert_int_equal(view_contact(r->service, SPAN("z\n"), &nothing, &r->answer, &r->err), ERR_NOT_FOUND);
    assert_string_equal(r->err.text, "the journal holds no event of a contact \"z\\x0a\": it is named letter by letter, and kept for retain.events");
}

static void a_long_story_is_cut(void **state) {
    struct running *r = *state;
    service_turn(r->service, running_instant("2026-03-02T08:03:00Z"));
    for (int i = 0; i < 1001; i++)
        assert_int_equal(
            intake_line(r->service, &(struct intake_source){"test", NULL}, SPAN("{\"contact\":\"l\",\"event\":\"touched\"}"), &r->err),
            INTAKE_ACCEPTED);
    RUNNING_OK(r, service_commit(r->service, &r->err));
    const struct json *s = ASK(r, view_contact(r->service, SPAN("l"), &nothing, &r->answer, &r->err));
    assert_int_equal(size_at(s, "events"), 1000);
    assert_string_equal(at(s, "complete"), "false");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(status),
        TEST(a_refused_reload_shows_in_the_status),
        TEST(standards),
        TEST(a_standard_that_is_gone_is_remembered),
        TEST(breaches),
        TEST(breaches_come_in_pages),
        TEST(figures),
        TEST(figures_of_the_past),
        TEST(a_change_of_standards_ends_a_question_about_the_past),
        TEST(a_reload_that_means_the_same_computes_nothing),
        TEST(percentiles_as_published),
        TEST(open_cycles_by_urgency),
        TEST(the_most_urgent_of_many),
        TEST(a_contact_and_its_clocks),
        TEST(a_long_story_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
