/* Settings, endpoints, included files. */
#include "folder.h"

#include "slad/conf/paths.h"

static void everything_has_a_default(void **state) {
    (void)state;
    setenv("STATE_DIRECTORY", "/state/slad", 1);
    setenv("RUNTIME_DIRECTORY", "/runtime/slad", 1);
    struct config *config = folder_load_text("");
    assert_string_equal(config->database, "/state/slad/slad.db");
    assert_int_equal(config->listen_count, 1);
    assert_int_equal(config->listens[0].kind, ENDPOINT_UNIX);
    assert_string_equal(config->listens[0].path, "/runtime/slad/slad.sock");
    assert_int_equal(config->listens[0].mode, 0);
    assert_null(config->listens[0].file);
    assert_int_equal(config->input_count, 1);
    assert_string_equal(config->inputs[0].path, "/runtime/slad/events.sock");
    assert_int_equal(config->inputs[0].format.kind, FORMAT_JSONL);
    assert_true(config->retain_events_ms == 35 * INT64_C(86400000));
    assert_true(config->retain_figures_ms == 35 * INT64_C(86400000));
    assert_true(config->retain_breaches_ms == 400 * INT64_C(86400000));
    assert_true(config->publish_ms == 10000 && config->grace_ms == 2000 && config->max_ahead_ms == 86400000 && config->keep_finished == 65536 && config->keep_engine == 100000);
    assert_string_equal(config->timezone, "UTC");
    assert_int_equal(config->file_count, 1);
    assert_int_equal(config->rules.standard_count, 0);
    config_free(config);
    unsetenv("STATE_DIRECTORY");
    unsetenv("RUNTIME_DIRECTORY");
}

static void every_setting_is_read(void **state) {
    (void)state;
    struct config *config = folder_load_text("\xEF\xBB\xBF# with a byte order mark\n"
                                             "database: /var/lib/x.db\n"
                                             "listen:\n"
                                             "  - unix: /run/a.sock\n"
                                             "    mode: 0600\n"
                                             "    group: wallboard\n"
                                             "  - http: \"[::1]:8470\"\n"
                                             "inputs:\n"
                                             "  - unix: /run/b.sock\n"
                                             "    mode: \"0o666\"\n"
                                             "  - tcp: localhost:0\n"
                                             "  - file: /var/log/*.jsonl\n"
                                             "    format: jsonl\n"
                                             "retain: {events: 7d, breaches: 1w}\n"
                                             "publish: 1s\ngrace: 0s\nmax_ahead: 1h\nkeep_finished: 7\nkeep_engine: 8\ntimezone: Asia/Kolkata\n"
                                             "standards:\ncalendars:\n");
    assert_string_equal(config->database, "/var/lib/x.db");
    assert_int_equal(config->listen_count, 2);
    assert_int_equal(config->listens[0].mode, 0600);
    assert_string_equal(config->listens[0].group, "wallboard");
    assert_int_equal(config->listens[0].line, 4);
    assert_string_equal(config->listens[0].file, config->path);
    assert_int_equal(config->listens[1].kind, ENDPOINT_HTTP);
    assert_string_equal(config->listens[1].host, "::1");
    assert_int_equal(config->listens[1].port, 8470);
    assert_int_equal(config->input_count, 3);
    assert_int_equal(config->inputs[0].mode, 0666);
    assert_int_equal(config->inputs[1].kind, ENDPOINT_TCP);
    assert_string_equal(config->inputs[1].host, "127.0.0.1");
    assert_int_equal(config->inputs[1].port, 0);
    assert_int_equal(config->inputs[2].kind, ENDPOINT_FILE);
    assert_string_equal(config->inputs[2].path, "/var/log/*.jsonl");
    assert_true(config->retain_events_ms == 7 * INT64_C(86400000));
    assert_true(config->retain_figures_ms == 35 * INT64_C(86400000));
    assert_true(config->retain_breaches_ms == 7 * INT64_C(86400000));
    assert_true(config->publish_ms == 1000 && config->grace_ms == 0 && config->max_ahead_ms == 3600000 && config->keep_finished == 7 && config->keep_engine == 8);
    assert_string_equal(config->timezone, "Asia/Kolkata");
    config_free(config);
}

static void no_endpoints_can_be_said(void **state) {
    (void)state;
    struct config *config = folder_load_text("listen: []\ninputs: []\n");
    assert_int_equal(config->listen_count + config->input_count, 0);
    config_free(config);
}

static void relative_paths_begin_at_the_files_folder(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(
        &folder, "slad.yaml", "database: x.db\nlisten: [{unix: s.sock}]\ninputs: [{file: logs/*.jsonl}]\n");
    struct config *config = folder_load(&folder, &findings);
    assert_non_null(config);
    assert_string_equal(config->database, folder_at(&folder, "x.db"));
    assert_string_equal(config->listens[0].path, folder_at(&folder, "s.sock"));
    assert_string_equal(config->inputs[0].path, folder_at(&folder, "logs/*.jsonl"));
    config_free(config);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void included_files_are_read_in_order(void **state) {
    (void)state;
    struct folder folder, *f = &folder;
    struct findings findings = {0};
    folder_make(f);
    assert_int_equal(mkdir(folder_at(f, "d[x]"), 0700), 0); /* the folder's own name is no pattern */
    assert_int_equal(mkdir(folder_at(f, "d[x]/standards.d"), 0700), 0);
    folder_write(f, "d[x]/slad.yaml",
        "include: [one.yaml, standards.d/*.yaml, none.d/*.yaml, \"*.yaml\"]\n"
        "standards: {m: {start: a, stop: b, calendar: office}}\n");
    folder_write(f, "d[x]/one.yaml", "standards: {o: {start: a, stop: b}}\n");
    folder_write(f, "d[x]/standards.d/b.yaml", "standards: {b: {start: a, stop: b, calendar: office}}\n");
    folder_write(f, "d[x]/standards.d/a.yaml", "standards: {a: {start: a, stop: b, calendar: office}}\n");
    folder_write(f, "d[x]/standards.d/c.yaml", "calendars: {office: {hours: {mon: \"09:00-10:00\"}}}\n");
    folder_write(f, "d[x]/standards.d/d.yaml", "# nothing yet\n");
    folder_write(f, "d[x]/standards.d/.hidden.yaml", "wrong\n");
    folder_write(f, "d[x]/standards.d/e.yaml~", "wrong\n");
    struct config *config = NULL;
    assert_int_equal(config_load(folder_at(f, "d[x]/slad.yaml"), &config, &findings), 0);
    static const char *const names[] = {"m", "o", "a", "b"};
    assert_int_equal(config->rules.standard_count, 4);
    for (size_t i = 0; i < 4; i++) assert_string_equal(config->rules.standards[i]->name, names[i]);
    assert_int_equal(config->rules.calendar_count, 1);
    assert_ptr_equal(config->rules.standards[0]->calendar, config->rules.standards[2]->calendar);
    assert_int_equal(config->file_count, 6);
    assert_string_equal(config->files[0], folder_at(f, "d[x]/slad.yaml"));
    assert_string_equal(config->files[2], folder_at(f, "d[x]/standards.d/a.yaml"));
    assert_int_equal(config->include_count, 4);
    assert_string_equal(config->includes[1], folder_at(f, "d[x]/standards.d/*.yaml"));
    assert_string_equal(config->rules.standards[2]->file, config->files[2]);
    config_free(config);
    findings_fini(&findings);
    folder_remove(f);
}

static void assert_says(
    const struct findings *findings, size_t i, const char *file, int line, const char *text) {
    assert_true(i < findings->count);
    assert_string_equal(findings->list[i].file, file);
    assert_int_equal(findings->list[i].line, line);
    if (!strstr(findings->list[i].text, text)) fail_msg("%s: %s", text, findings->list[i].text);
}

static void names_are_unique_over_all_files(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    char first[400];
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "include: b.yaml\ncalendars: {office: {hours: {mon: \"09:00-10:00\"}}}\n"
        "standards:\n  a: {start: a, stop: b}\n");
    folder_write(&folder, "b.yaml",
        "standards:\n  a: {start: a, stop: b}\ncalendars:\n  office: {hours: {tue: \"09:00-10:00\"}}\n");
    assert_null(folder_load(&folder, &findings));
    assert_int_equal(findings.count, 2);
    snprintf(first, sizeof first, "standard \"a\" is defined twice, first at %s/slad.yaml:4", folder.path);
    assert_says(&findings, 0, folder_at(&folder, "b.yaml"), 2, first);
    snprintf(
        first, sizeof first, "calendar \"office\" is defined twice, first at %s/slad.yaml:2", folder.path);
    assert_says(&findings, 1, folder_at(&folder, "b.yaml"), 4, first);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void an_included_file_may_have_its_own_zone(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(&folder, "slad.yaml", "timezone: Europe/Riga\ninclude: b.yaml\n"
                                       "standards:\n  a: {start: a, stop: b, window: day}\n");
    folder_write(&folder, "b.yaml", "timezone: America/New_York\n"
                                    "standards:\n  b: {start: a, stop: b, window: day}\n");
    struct config *config = folder_load(&folder, &findings);
    assert_non_null(config);
    assert_string_equal(zone_name(config->rules.standards[0]->zone), "Europe/Riga");
    assert_string_equal(zone_name(config->rules.standards[1]->zone), "America/New_York");
    config_free(config);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void settings_belong_in_the_main_file(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(&folder, "slad.yaml", "include: [b.yaml, c.yaml, d.yaml]\n");
    folder_write(&folder, "b.yaml", "standards: {}\ninclude: c.yaml\ngrace: 1s\nstandard: {}\n");
    folder_write(&folder, "c.yaml", "- a\n");
    assert_int_equal(mkfifo(folder_at(&folder, "d.yaml"), 0600), 0);
    assert_null(folder_load(&folder, &findings));
    assert_int_equal(findings.count, 5);
    assert_says(&findings, 0, folder_at(&folder, "slad.yaml"), 1, "not a regular file");
    assert_says(&findings, 1, folder_at(&folder, "b.yaml"), 2, "\"include\" belongs in the main file");
    assert_says(&findings, 2, folder_at(&folder, "b.yaml"), 3, "\"grace\" belongs in the main file");
    assert_says(&findings, 3, folder_at(&folder, "b.yaml"), 4, "did you mean \"standards\"?");
    assert_says(
        &findings, 4, folder_at(&folder, "c.yaml"), 1, "a list instead of the keys of an included file");
    findings_fini(&findings);
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_has_a_default),
        cmocka_unit_test(every_setting_is_read),
        cmocka_unit_test(no_endpoints_can_be_said),
        cmocka_unit_test(relative_paths_begin_at_the_files_folder),
        cmocka_unit_test(included_files_are_read_in_order),
        cmocka_unit_test(names_are_unique_over_all_files),
        cmocka_unit_test(an_included_file_may_have_its_own_zone),
        cmocka_unit_test(settings_belong_in_the_main_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
