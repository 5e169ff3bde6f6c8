/* Configurations that are not in files here: texts read elsewhere, and edits laid over one. */
#include "folder.h"

static struct config_text text(const char *path, const char *yaml) {
    return (struct config_text){path, span_of(yaml)};
}

static const struct standard *find(const struct config *config, const char *name) {
    return ruleset_find(&config->rules, span_of(name));
}

static void assert_says(const struct findings *findings, const char *expected) {
    struct buf said = {0};
    findings_render(findings, &said);
    if (!strstr(buf_text(&said), expected)) fail_msg("%s", buf_text(&said));
    buf_fini(&said);
}

static const char MAIN[] = "include: more/*.yaml\ntimezone: Europe/Riga\ngrace: 3s\n"
                           "calendars: {office: {hours: {mon-fri: \"09:00-18:00\"}}}\n"
                           "standards:\n  a: {start: a, stop: b, within: 1h, calendar: office}\n";
static const char MORE[] = "standards:\n  b: {start: a, stop: b, within: 2h, calendar: office}\n"
                           "  c: {start: a, stop: b, within: 3h}\n";

static void files_and_their_texts_make_the_same_configuration(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct config_texts texts = {0};
    struct config *again;
    folder_make(&folder);
    assert_int_equal(mkdir(folder_at(&folder, "more"), 0700), 0);
    folder_write(&folder, "slad.yaml", MAIN);
    folder_write(&folder, "more/1.yaml", MORE);
    struct config *config = folder_load(&folder, &findings);
    assert_non_null(config);
    assert_int_equal(config_texts_read(folder_at(&folder, "slad.yaml"), &texts, &findings), 0);
    assert_true(texts.is_whole);
    assert_int_equal(texts.count, 2);
    folder_remove(&folder);
    assert_int_equal(config_load_texts(texts.list, texts.count, &again, &findings), 0);
    assert_int_equal(findings_errors(&findings), 0);
    assert_int_equal(again->file_count, config->file_count);
    assert_int_equal(again->grace_ms, 3000);
    assert_string_equal(again->path, config->path);
    for (size_t i = 0; i < config->rules.standard_count; i++) {
        const struct standard *s = config->rules.standards[i], *same = find(again, s->name);
        assert_string_equal(s->meaning, same->meaning);
        assert_string_equal(s->file, same->file);
        assert_int_equal(s->line, same->line);
    }
    config_texts_fini(&texts);
    config_free(again);
    config_free(config);
    findings_fini(&findings);
}

static void reading_says_only_what_keeps_from_it(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct config_texts texts = {0};
    folder_make(&folder);
    folder_write(&folder, "part.yaml", "standards: {a: {strat: x}}\n");
    folder_write(&folder, "broken.yaml", "standards: [\n");
    folder_write(&folder, "lacks.yaml", "include: gone.yaml\n");
    assert_int_equal(config_texts_read(folder_at(&folder, "part.yaml"), &texts, &findings), 0);
    assert_false(texts.is_whole);
    assert_int_equal(findings.count, 0);
    assert_int_equal(config_texts_read(folder_at(&folder, "broken.yaml"), &texts, &findings), ERR_INVALID);
    assert_int_equal(config_texts_read(folder_at(&folder, "lacks.yaml"), &texts, &findings), ERR_INVALID);
    assert_says(&findings, "lacks.yaml:1:10: error: ");
    assert_int_equal(config_texts_read(folder_at(&folder, "gone.yaml"), &texts, &findings), ERR_INVALID);
    assert_says(&findings, "gone.yaml: error: cannot be read");
    config_texts_fini(&texts);
    findings_fini(&findings);
    folder_remove(&folder);
}

static struct config *edit(const struct config *config, const char *yaml, struct findings *findings) {
    struct config *out = NULL;
    struct buf said = {0};
    struct config_text file = text("edit.yaml", yaml);
    int code = config_load_edit(config, &file, 1, &out, findings);
    assert_true((code == 0) == (out != NULL));
    findings_render(findings, &said);
    if (code) print_message("%s", buf_text(&said));
    buf_fini(&said);
    return out;
}

static void an_edit_takes_the_place_of_its_names(void **state) {
    (void)state;
    struct findings findings = {0};
    struct config_text files[] = {text("etc/slad.yaml", MAIN), text("etc/more/1.yaml", MORE)};
    struct config *config, *edited;
    assert_int_equal(config_load_texts(files, 2, &config, &findings), 0);

    edited = edit(config, "standards:\n  c: {start: a, stop: b, within: 4h}\n  d: {start: a, stop: b}\n", &findings);
    assert_int_equal(edited->rules.standard_count, 4);
    assert_string_equal(find(edited, "a")->meaning, find(config, "a")->meaning);
    assert_string_equal(find(edited, "b")->file, "etc/more/1.yaml");
    assert_string_equal(find(edited, "c")->file, "edit.yaml");
    assert_int_equal(find(edited, "c")->line, 2);
    assert_int_equal(find(edited, "c")->limits[0].limit_ms, 4 * 3600000);
    assert_int_equal(edited->grace_ms, 3000);
    config_free(edited);

    edited = edit(config, "calendars: {office: {hours: {mon-fri: \"08:00-12:00\"}}}\n", &findings);
    assert_string_not_equal(find(edited, "a")->meaning, find(config, "a")->meaning);
    assert_string_not_equal(find(edited, "b")->meaning, find(config, "b")->meaning);
    assert_string_equal(find(edited, "c")->meaning, find(config, "c")->meaning);
    config_free(edited);

    assert_int_equal(findings_errors(&findings), 0);
    config_free(config);
    findings_fini(&findings);
}

static void a_wrong_edit_is_told_by_its_place(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *says;
    } cases[] = {
        {"standards:\n  c: {start: a, stop: b, within: 4h, calendar: ofice}\n", "edit.yaml:2:48: error: unknown calendar"},
        {"calendars: {office: {hours: {mon-fri: \"9\"}}}\n", "edit.yaml:1:"},
        {"publish: 1s\n", "edit.yaml:1:1: error: \"publish\" belongs in the main file"},
        {"standards: 3\n", "edit.yaml:1:12: error: "},
        {"- 1\n", "edit.yaml:1:1: error: "},
        {"{", "edit.yaml:"},
    };
    struct config_text files[] = {text("etc/slad.yaml", MAIN), text("etc/more/1.yaml", MORE)};
    struct findings findings = {0};
    struct config *config;
    assert_int_equal(config_load_texts(files, 2, &config, &findings), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct findings wrong = {0};
        assert_null(edit(config, cases[i].yaml, &wrong));
        assert_says(&wrong, cases[i].says);
        findings_fini(&wrong);
    }
    config_free(config);
    findings_fini(&findings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_their_texts_make_the_same_configuration),
        cmocka_unit_test(reading_says_only_what_keeps_from_it),
        cmocka_unit_test(an_edit_takes_the_place_of_its_names),
        cmocka_unit_test(a_wrong_edit_is_told_by_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
