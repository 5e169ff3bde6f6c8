/* slactl standards: those in force, or one in full. */
#include <stdio.h>
#include "ask.h"
#include "cell.h"
#include "query.h"
#include "raw.h"

static void add_targets(struct table *table, const struct json *targets) {
    struct buf text = {0};
    for (const struct json *target = json_first(targets); target; target = json_next(target)) {
        if (text.size) buf_add_text(&text, ", ");
        show_text(&text, target);
    }
    cell_words(table, text.size ? buf_text(&text) : NULL, TINT_NONE);
    buf_fini(&text);
}

/* What each promises, below the table: a sentence is wider than any column. */
static void tell_sentences(const struct json *standards) {
    struct buf text = {0};
    for (const struct json *standard = json_first(standards); standard; standard = json_next(standard)) {
        if (!json_text(json_get(standard, "sentence"))) continue;
        buf_add_char(&text, '\n');
        show_text(&text, json_get(standard, "name"));
        buf_add_text(&text, ": ");
        show_text(&text, json_get(standard, "sentence"));
        buf_add_char(&text, '\n');
    }
    fputs(buf_text(&text), stdout);
    buf_fini(&text);
}

static void show_list(const struct options *options, const struct json *standards) {
    struct table table;
    table_init(&table, options);
    table_column(&table, "standard", ALIGN_LEFT);
    table_column(&table, "target", ALIGN_LEFT);
    table_column(&table, "window", ALIGN_LEFT);
    table_column(&table, "version", ALIGN_RIGHT);
    table_column_time(&table, "since");
    table_column(&table, "description", ALIGN_LEFT);
    if (table.style == TABLE_CSV) table_column(&table, "sentence", ALIGN_LEFT);
    for (const struct json *standard = json_first(standards); standard; standard = json_next(standard)) {
        cell_text(&table, json_get(standard, "name"));
        add_targets(&table, json_get(standard, "target"));
        cell_text(&table, json_get(standard, "window"));
        cell_count(&table, json_get(standard, "version"), TINT_NONE);
        cell_time(&table, json_get(standard, "since"));
        cell_text(&table, json_get(standard, "describe"));
        if (table.style == TABLE_CSV) cell_text(&table, json_get(standard, "sentence"));
    }
    table_end(&table);
    if (table.style == TABLE_PEOPLE) tell_sentences(standards);
    if (table.row_count == 0) fputs("no standards are in force\n", stderr);
    table_fini(&table);
}

static void show_versions(const struct options *options, const struct json *versions) {
    struct table table;
    table_init(&table, options);
    table_column(&table, "version", ALIGN_RIGHT);
    table_column_time(&table, "since");
    table_column_time(&table, "until");
    table_column(&table, "reason", ALIGN_LEFT);
    table_column(&table, "by uid", ALIGN_RIGHT);
    table_column(&table, "ended by uid", ALIGN_RIGHT);
    for (const struct json *version = json_first(versions); version; version = json_next(version)) {
        cell_count(&table, json_get(version, "version"), TINT_NONE);
        cell_time(&table, json_get(version, "since"));
        cell_time(&table, json_get(version, "until"));
        cell_text(&table, json_get(version, "reason"));
        cell_count(&table, json_get(version, "by_uid"), TINT_NONE);
        cell_count(&table, json_get(version, "ended_by_uid"), TINT_NONE);
    }
    table_end(&table);
    table_fini(&table);
}

/* Each key of the definition with its value, as compact JSON where it is more than a word. */
static void print_meaning(struct span meaning) {
    struct span member;
    while (raw_next(&meaning, &member)) {
        struct buf key = {0}, value = {0};
        struct span text = raw_value(member);
        raw_compact(&key, (struct span){member.p, (size_t)(text.p ? text.p - member.p : 0)});
        raw_compact(&value, text);
        while (key.size && strchr("\":", key.data[key.size - 1])) key.data[--key.size] = '\0';
        bool plain = value.size > 1 && value.data[0] == '"';
        struct span shown = plain ? (struct span){value.data + 1, value.size - 2} : buf_span(&value);
        if (key.size > 1) printf("  %-12s %.*s\n", key.data + 1, SPAN_ARGS(shown));
        buf_fini(&key);
        buf_fini(&value);
    }
}

/* They are no part of the meaning. */
static void print_warnings(const struct json *standard) {
    struct buf text = {0};
    for (const struct json *warning = json_first(json_get(standard, "warn")); warning; warning = json_next(warning)) {
        buf_add_text(&text, text.size ? ", " : "");
        show_text(&text, warning);
    }
    if (text.size) printf("  %-12s %s\n", "warn", buf_text(&text));
    buf_clear(&text);
    if (json_text(json_get(standard, "warn_below"))) show_text(&text, json_get(standard, "warn_below"));
    if (text.size) printf("  %-12s %s\n", "warn_below", buf_text(&text));
    buf_fini(&text);
}

static void show_one(const struct options *options, const struct answer *answer) {
    const struct json *standard = answer->json;
    struct buf text = {0};
    show_text(&text, json_get(standard, "name"));
    if (json_text(json_get(standard, "describe")) && *json_text(json_get(standard, "describe"))) {
        buf_add_text(&text, ": ");
        show_text(&text, json_get(standard, "describe"));
    }
    if (json_text(json_get(standard, "sentence"))) {
        buf_add_text(&text, "\n  ");
        show_text(&text, json_get(standard, "sentence"));
    }
    buf_add_text(&text, "\n  written in   ");
    show_text(&text, json_get(standard, "file"));
    buf_add_text(&text, ", line ");
    show_scalar(&text, json_get(standard, "line"));
    puts(buf_text(&text));
    print_meaning(raw_member(answer_text(answer), "meaning"));
    print_warnings(standard);
    putchar('\n');
    show_versions(options, json_get(standard, "versions"));
    buf_fini(&text);
}

int command_standards(const struct options *options) {
    struct answer answer = {0};
    struct buf target = {0};
    bool one = options->word_count > 1;
    buf_add_text(&target, "/v1/standards");
    if (one) query_segment(&target, options->words[1]);
    int code = ask(options, &(struct question){.target = buf_text(&target)}, &answer);
    if (code == EXIT_FINE && option_given(options, OPTION_JSON))
        answer_print(&answer);
    else if (code == EXIT_FINE && one && option_given(options, OPTION_CSV))
        show_versions(options, json_get(answer.json, "versions"));
    else if (code == EXIT_FINE && one)
        show_one(options, &answer);
    else if (code == EXIT_FINE)
        show_list(options, json_get(answer.json, "standards"));
    answer_fini(&answer);
    buf_fini(&target);
    return code;
}
