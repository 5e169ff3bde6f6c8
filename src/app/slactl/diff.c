/* slactl diff: what an edited file would change, by the daemon that runs and the events it holds. */
#include <stdio.h>
#include "app/both/say.h"
#include "ask.h"
#include "cell.h"
#include "slad/conf/config.h"
#include "slad/wire/write.h"

/* As `slad diff` and diff(1): 0 for no difference in meaning, 1 for one, 2 for trouble. */
enum { SAME = EXIT_FINE, DIFFERS = EXIT_ANSWER, TROUBLE = EXIT_USAGE };

/* The files as this user may read them: the daemon, another user, may not. */
static int read_files(const struct options *options, struct config_texts *texts) {
    struct findings findings = {0};
    int code = 0;
    for (size_t i = 1; i < options->word_count; i++)
        if (config_texts_read(options->words[i], texts, &findings)) code = -1;
    say_errors(&findings);
    if (!code && texts->is_whole && options->word_count > 2) {
        fputs("slactl: a whole configuration is compared alone; several files may hold only calendars, standards "
              "and their timezone\n", stderr);
        code = -1;
    }
    findings_fini(&findings);
    return code;
}

static void write_request(const struct config_texts *texts, struct buf *out) {
    struct json_writer w = {.out = out};
    json_object_begin(&w);
    json_field_bool(&w, "whole", texts->is_whole);
    json_key(&w, "files");
    json_array_begin(&w);
    for (size_t i = 0; i < texts->count; i++) {
        json_object_begin(&w);
        json_field_text(&w, "path", texts->list[i].path);
        json_field_string(&w, "text", texts->list[i].text);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
}

/* Line by line: nothing else in it may reach a terminal. */
static void print_text(const char *text) {
    struct buf safe = {0};
    for (const char *end; text && *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, '\n');
        text_safe(&safe, (struct span){text, (size_t)(end - text)});
        buf_add_char(&safe, '\n');
    }
    fputs(buf_text(&safe), stdout);
    buf_fini(&safe);
}

/* ---------------------------------------------------------------- CSV: the groups whose figures differ */

static const char *const SIDES[] = {"old", "new"};
static const char *const COUNTS[] = {"counted", "met", "missed", "excluded"};
enum { SIDE_COUNT = 2, COUNT_COUNT = sizeof COUNTS / sizeof *COUNTS };

static void add_columns(struct table *table) {
    char name[32];
    table_column(table, "standard", ALIGN_LEFT);
    table_column(table, "change", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    for (int side = 0; side < SIDE_COUNT; side++) {
        snprintf(name, sizeof name, "%s_state", SIDES[side]);
        table_column(table, name, ALIGN_LEFT);
        snprintf(name, sizeof name, "%s_attainment", SIDES[side]);
        table_column(table, name, ALIGN_LEFT);
        for (int i = 0; i < COUNT_COUNT; i++) {
            snprintf(name, sizeof name, "%s_%s", SIDES[side], COUNTS[i]);
            table_column(table, name, ALIGN_LEFT);
        }
    }
}

/* group: NULL for a standard without figures that differ. */
static void add_row(struct table *table, const struct json *standard, const struct json *group) {
    cell_text(table, json_get(standard, "name"));
    cell_text(table, json_get(standard, "change"));
    cell_group(table, json_get(group, "group"));
    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct json *figures = json_get(group, SIDES[side]);
        cell_state(table, json_get(figures, "state"));
        cell_share(table, json_get(figures, "attainment"), json_get(figures, "met"), json_get(figures, "counted"));
        for (int i = 0; i < COUNT_COUNT; i++) cell_count(table, json_get(figures, COUNTS[i]), TINT_NONE);
    }
}

static void print_csv(const struct options *options, const struct json *answer) {
    struct table table;
    table_init(&table, options);
    add_columns(&table);
    for (const struct json *standard = json_first(json_get(answer, "standards")); standard; standard = json_next(standard)) {
        const struct json *group = json_first(json_get(standard, "groups"));
        if (!group) add_row(&table, standard, NULL);
        for (; group; group = json_next(group)) add_row(&table, standard, group);
    }
    table_end(&table);
    table_fini(&table);
}

static int show(const struct options *options, const struct answer *answer) {
    if (option_given(options, OPTION_JSON))
        answer_print(answer);
    else if (option_given(options, OPTION_CSV))
        print_csv(options, answer->json);
    else
        print_text(json_text(json_get(answer->json, "text")));
    return json_is_true(json_get(answer->json, "differs")) ? DIFFERS : SAME;
}

int command_diff(const struct options *options) {
    struct config_texts texts = {0};
    struct answer answer = {0};
    struct buf request = {0};
    int code = TROUBLE;
    if (read_files(options, &texts)) goto out;
    if (option_given(options, OPTION_WHOLE)) texts.is_whole = true;
    write_request(&texts, &request);
    struct question question = {
        .method = "POST", .target = "/v1/diff", .timeout_ms = ASK_PATIENTLY_MS, .body = buf_span(&request)};
    code = ask(options, &question, &answer);
    if (code == EXIT_FINE)
        code = show(options, &answer);
    else if (code == EXIT_ANSWER)
        code = TROUBLE;
out:
    answer_fini(&answer);
    buf_fini(&request);
    config_texts_fini(&texts);
    return code;
}
