/* What an edit would change of what a running service has judged. */
#include "running.h"
#include "slad/wire/write.h"

static const char CONFIG[] = "listen: []\ninputs: []\ntimezone: Europe/Riga\n"
                             "calendars: {office: {hours: {mon-fri: \"09:00-18:00\"}}}\n"
                             "standards:\n"
                             "  calls: {start: offered, stop: answered, within: 1m, by: queue, target: 50%}\n"
                             "  mails: {start: opened, stop: closed, within: 8h, calendar: office}\n"
                             "  timed: {start: offered, stop: answered}\n";

#define OFFERED(c, at, q)                                                                                    \
    "{\"contact\":\"" c "\",\"event\":\"offered\",\"at\":\"" at "\",\"queue\":\"" q "\"}"
#define ANSWERED(c, at) "{\"contact\":\"" c "\",\"event\":\"answered\",\"at\":\"" at "\"}"

static int setup(void **state) {
    struct running *r = mem_zalloc(sizeof *r);
    running_start(r, CONFIG, "2026-03-02T08:00:00Z");
    running_turn(r, "2026-03-02T08:00:02Z",
        LINES(OFFERED("a", "2026-03-02T08:00:00Z", "q1"), OFFERED("b", "2026-03-02T08:00:01Z", "q1"),
            OFFERED("c", "2026-03-02T08:00:02Z", "q2")));
    running_turn(r, "2026-03-02T08:00:30Z", LINES(ANSWERED("a", "2026-03-02T08:00:30Z")));
    running_turn(r, "2026-03-02T08:01:30Z", LINES(ANSWERED("b", "2026-03-02T08:01:30Z")));
    *state = r;
    return 0;
}

static int teardown(void **state) {
    running_stop(*state);
    free(*state);
    return 0;
}

/* ---------------------------------------------------------------- asking */

struct asked {
    const char *path, *text;
};

static int begin(struct running *r, const char *whole, const struct asked *files, size_t count,
    struct view_diff **view, struct buf *findings) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    json_object_begin(&w);
    json_field_raw(&w, "whole", span_of(whole));
    json_key(&w, "files");
    json_array_begin(&w);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(&w);
        json_field_text(&w, "path", files[i].path);
        json_field_text(&w, "text", files[i].text);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    int code = view_diff_new(r->service, buf_span(&body), view, findings, &r->err);
    buf_fini(&body);
    return code;
}

static const struct json *ask(struct running *r, const char *whole, const struct asked *files, size_t count) {
    struct view_diff *view;
    struct buf findings = {0};
    int code;
    RUNNING_OK(r, begin(r, whole, files, count, &view, &findings));
    buf_clear(&r->answer);
    while ((code = view_diff_step(view, &r->answer, &r->err)) == 1) continue;
    RUNNING_OK(r, code);
    view_diff_free(view);
    buf_fini(&findings);
    return running_answer(r);
}

static const struct json *edit(struct running *r, const char *text) {
    return ask(r, "false", &(struct asked){"edited.yaml", text}, 1);
}

/* ---------------------------------------------------------------- tests */

static void a_part_is_laid_over_what_is_in_force(void **state) {
    struct running *r = *state;
    const struct json *s = edit(r, "standards:\n\n\n  calls: {start: offered, stop: answered, within: 2m, by: queue, target: 50%}\n");
    assert_string_equal(at(s, "differs"), "true");
    assert_string_equal(at(s, "changed"), "1");
    assert_string_equal(at(s, "removed"), "0");
    assert_string_equal(at(s, "unchanged"), "2");
    assert_string_equal(at(s, "until"), "2026-03-02T08:01:30.000Z");
    assert_string_equal(at(s, "standards.0.new.file"), "edited.yaml");
    assert_string_equal(at(s, "standards.0.new.line"), "4");
    assert_string_equal(at(s, "standards.0.groups.0.group.queue"), "q1");
    assert_string_equal(at(s, "standards.0.groups.0.old.missed"), "1");
    assert_string_equal(at(s, "standards.0.groups.0.new.missed"), "0");
    assert_string_equal(at(s, "standards.0.breaches.old"), "2");
    assert_string_equal(at(s, "standards.0.breaches.new"), "0");
    assert_string_equal(at(s, "standards.0.breaches.lost.first.1.contact"), "c");
    assert_non_null(strstr(json_text(json_get(s, "text")), "contact breaches 2 → 0: 2 lost (b, c)\n"));
}

static void one_that_is_added_is_computed_too(void **state) {
    struct running *r = *state;
    const struct json *s = edit(r, "standards: {quick: {start: offered, stop: answered, within: 10s, target: 90%}}\n");
    assert_string_equal(at(s, "added"), "1");
    assert_string_equal(at(s, "unchanged"), "3");
    assert_string_equal(at(s, "standards.0.groups.0.old"), "null");
    assert_string_equal(at(s, "standards.0.groups.0.new.missed"), "3");
    assert_string_equal(at(s, "standards.0.breaches.gained.count"), "3");
    assert_non_null(strstr(json_text(json_get(s, "text")),
        "\n  figures: counted 3, met 0, missed 3, attainment 0.0 %, state breached\n"
        "  contact breaches 3: 3 gained (a, b, c)\n"));
}

static void a_calendar_changes_all_that_use_it(void **state) {
    struct running *r = *state;
    const struct json *s = edit(r, "calendars: {office: {hours: {mon-fri: \"09:00-17:00\"}}}\n");
    assert_string_equal(at(s, "changed"), "1");
    assert_string_equal(at(s, "standards.0.name"), "mails");
    s = edit(r, "calendars: {late: {hours: {mon-fri: \"12:00-22:00\"}}}\n"
                "standards: {mails: {start: opened, stop: closed, within: 8h, calendar: late}}\n");
    assert_string_equal(at(s, "changed"), "1");
}

static void what_means_the_same_is_not_computed(void **state) {
    struct running *r = *state;
    const struct json *s =
        edit(r, "# another file\nstandards:\n  calls: {describe: Quick, start: [offered], stop: answered, within: 60s, "
                "by: queue, target: 50%}\n  timed: {start: offered, stop: answered}\n");
    assert_string_equal(at(s, "differs"), "false");
    assert_string_equal(at(s, "noted"), "1");
    assert_string_equal(at(s, "unchanged"), "2");
}

static void a_whole_configuration_lacks_what_it_does_not_hold(void **state) {
    struct running *r = *state;
    const struct asked files[] = {{"new/slad.yaml", "listen: []\ninclude: more/*.yaml\n"},
        {"new/more/calls.yaml", "standards: {timed: {start: offered, stop: answered}}\n"}};
    const struct json *s = ask(r, "true", files, 2);
    assert_string_equal(at(s, "removed"), "2");
    assert_string_equal(at(s, "noted"), "1"); /* in another file */
    assert_string_equal(at(s, "standards.0.new.file"), "new/more/calls.yaml");
}

static void old_figures_are_those_in_force(void **state) {
    struct running *r = *state;
    static const struct view_query calls = {.standard = "calls"};
    running_turn(r, "2026-03-02T08:02:00Z", LINES(OFFERED("d", "2026-03-02T07:00:00Z", "q2")));
    running_turn(r, "2026-03-02T08:02:30Z", NULL); /* it is decided when nothing came of it within grace */
    const struct json *s = edit(r, "standards: {calls: {start: offered, stop: answered, within: 1h, by: queue}}\n");
    char old[2][20];
    for (int i = 0; i < 2; i++)
        snprintf(old[i], sizeof old[i], "%s", at(s, i ? "standards.0.groups.1.old.missed" : "standards.0.groups.0.old.missed"));
    s = ASK(r, view_figures(r->service, &calls, &r->answer, &r->err));
    assert_string_equal(at(s, "standards.0.groups.0.missed"), old[0]);
    assert_string_equal(at(s, "standards.0.groups.1.missed"), old[1]);
    assert_string_equal(old[1], "2");
}

static void wrong_edits_are_refused(void **state) {
    struct running *r = *state;
    struct view_diff *view;
    struct buf findings = {0};
    struct asked wrong = {"x/edited.yaml", "standards:\n  calls: {start: offered, stop: answered, witin: 2m}\n  x: {start: a}\n"};
    assert_int_equal(begin(r, "false", &wrong, 1, &view, &findings), ERR_INVALID);
    assert_non_null(strstr(buf_text(&findings), "x/edited.yaml:2:43: error: unknown key \"witin\""));
    assert_non_null(strstr(buf_text(&findings), "x/edited.yaml:3:3: error: "));
    assert_string_equal(r->err.text, "the edit has 2 errors");
    buf_clear(&findings);
    wrong.text = "grace: 3s\n";
    assert_int_equal(begin(r, "false", &wrong, 1, &view, &findings), ERR_INVALID);
    assert_non_null(strstr(buf_text(&findings), "belongs in the main file"));
    buf_fini(&findings);
    static const char *const bodies[] = {"", "[]", "{}", "{\"files\":[]}", "{\"files\":[{}]}", "{\"files\":[{\"path\":\"\",\"text\":\"\"}]}",
        "{\"files\":[{\"path\":\"a\",\"text\":3}]}", "{\"files\":[{\"path\":\"a\",\"text\":\"\\u0000\"}]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_int_equal(view_diff_new(r->service, span_of(bodies[i]), &view, &findings, &r->err), ERR_INVALID);
        assert_int_equal(findings.size, 0);
    }
}

static void a_change_of_standards_ends_it(void **state) {
    struct running *r = *state;
    struct view_diff *view;
    struct buf findings = {0};
    struct asked file = {"edited.yaml", "standards: {calls: {start: offered, stop: answered, within: 2m}}\n"};
    RUNNING_OK(r, begin(r, "false", &file, 1, &view, &findings));
    assert_int_equal(view_diff_step(view, &r->answer, &r->err), 1);
    assert_int_equal(view_diff_step(view, &r->answer, &r->err), 1);
    RUNNING_OK(r, service_reload(r->service, NULL, NULL, NULL, &r->err)); /* nothing changes, and yet */
    while (service_idle(r->service)) continue;
    assert_int_equal(view_diff_step(view, &r->answer, &r->err), ERR_IN_USE);
    assert_int_equal(view_diff_step(view, &r->answer, &r->err), ERR_IN_USE);
    view_diff_free(view);
    buf_fini(&findings);
    /* After a reload that changed nothing the next edit is laid over the new texts. */
    assert_string_equal(at(edit(r, file.text), "changed"), "1");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_part_is_laid_over_what_is_in_force),
        TEST(one_that_is_added_is_computed_too),
        TEST(a_calendar_changes_all_that_use_it),
        TEST(what_means_the_same_is_not_computed),
        TEST(a_whole_configuration_lacks_what_it_does_not_hold),
        TEST(old_figures_are_those_in_force),
        TEST(wrong_edits_are_refused),
        TEST(a_change_of_standards_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
