/* slactl open: the clocks that run, the nearest due first. */
#include <stdio.h>
#include <string.h>
#include "cell.h"
#include "listing.h"
#include "query.h"

struct columns {
    struct table table;
    bool subjects; /* some are not just their contact */
    bool warnings; /* some have reached one */
};

static void add_state(struct table *table, const struct json *clock) {
    bool missed = json_is_true(json_get(clock, "missed")), paused = json_is_true(json_get(clock, "paused"));
    bool at_risk = json_is_true(json_get(clock, "at_risk"));
    cell_words(table,
        missed    ? "missed"
        : paused  ? "paused"
        : at_risk ? "at risk"
                  : "running",
        missed              ? TINT_BAD
        : paused || at_risk ? TINT_WARNING
                            : TINT_NONE);
}

static void add_row(struct columns *columns, const struct json *clock) {
    struct table *table = &columns->table;
    const struct json *left = json_get(clock, "left");
    cell_text(table, json_get(clock, "standard"));
    cell_text(table, json_get(clock, "contact"));
    if (columns->subjects) cell_subject(table, json_get(clock, "subject"));
    cell_group(table, json_get(clock, "group"));
    add_state(table, clock);
    if (table->style == TABLE_CSV) cell_time(table, json_get(clock, "started"));
    if (columns->warnings) cell_text(table, json_get(clock, "warning"));
    if (table->style == TABLE_CSV) cell_time(table, json_get(clock, "next_warning"));
    cell_time(table, json_get(clock, "due"));
    cell_measured(table, left, MEASURE_SECONDS, json_number(left, 0) < 0 ? TINT_BAD : TINT_NONE);
    cell_measured(table, json_get(clock, "elapsed"), MEASURE_SECONDS, TINT_NONE);
    cell_measured(table, json_get(clock, "limit"), MEASURE_SECONDS, TINT_NONE);
}

static bool has_subjects(const struct json *clocks) {
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock)) {
        const char *contact = json_text(json_get(clock, "contact")),
                   *subject = json_text(json_get(clock, "subject"));
        if (!contact || !subject || strcmp(contact, subject) != 0) return true;
    }
    return false;
}

static bool has_warnings(const struct json *clocks) {
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock))
        if (json_text(json_get(clock, "warning"))) return true;
    return false;
}

static void begin_columns(struct columns *columns, const struct options *options, const struct json *clocks) {
    struct table *table = &columns->table;
    table_init(table, options);
    columns->subjects = table->style == TABLE_CSV || has_subjects(clocks);
    columns->warnings = table->style == TABLE_CSV || has_warnings(clocks);
    table_column(table, "standard", ALIGN_LEFT);
    table_column(table, "contact", ALIGN_NAME);
    if (columns->subjects) table_column(table, "subject", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    table_column(table, "clock", ALIGN_WHOLE);
    if (table->style == TABLE_CSV) table_column_time(table, "started");
    if (columns->warnings) table_column(table, "warning", ALIGN_LEFT);
    if (table->style == TABLE_CSV) table_column_time(table, "next_warning");
    table_column_time(table, "due");
    table_column(table, "left", ALIGN_RIGHT);
    table_column(table, "elapsed", ALIGN_RIGHT);
    table_column(table, "limit", ALIGN_RIGHT);
}

static void show_table(const struct options *options, const struct json *clocks) {
    struct columns columns;
    begin_columns(&columns, options, clocks);
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock))
        add_row(&columns, clock);
    table_end(&columns.table);
    if (columns.table.row_count == 0) listing_say_empty(options, "open clocks");
    table_fini(&columns.table);
}

int command_open(const struct options *options) {
    struct buf target = {0};
    struct answer open = {0};
    buf_add_text(&target, "/v1/open");
    query_options(&target, options, 0);
    query_add_number(&target, "limit", options->limit);
    int code = ask(options, &(struct question){.target = buf_text(&target)}, &open);
    const struct json *clocks = json_get(open.json, "open");
    if (code == EXIT_FINE && option_given(options, OPTION_JSON)) {
        answer_print(&open);
    } else if (code == EXIT_FINE) {
        show_table(options, clocks);
        const struct json *complete = json_get(open.json, "complete");
        if (json_is_bool(complete) && !json_is_true(complete))
            fprintf(stderr, "the first %zu; --limit N shows more\n", json_size(clocks));
    }
    answer_fini(&open);
    buf_fini(&target);
    return code;
}
