/* slactl open: the clocks that run, the nearest due first. */
#include <stdio.h>
#include "cell.h"
#include "listing.h"
#include "query.h"

static void add_row(struct table *table, const struct json *clock) {
    const struct json *left = json_get(clock, "left");
    bool missed = json_is_true(json_get(clock, "missed")), paused = json_is_true(json_get(clock, "paused"));
    bool late = missed || (json_is_number(left) && json_number(left, 0) < 0);
    cell_text(table, json_get(clock, "standard"));
    cell_text(table, json_get(clock, "contact"));
    cell_subject(table, json_get(clock, "subject"));
    cell_group(table, json_get(clock, "group"));
    cell_time(table, json_get(clock, "started"));
    cell_time(table, json_get(clock, "due"));
    cell_measured(table, json_get(clock, "limit"), MEASURE_SECONDS, TINT_NONE);
    cell_measured(table, json_get(clock, "elapsed"), MEASURE_SECONDS, TINT_NONE);
    cell_measured(table, left, MEASURE_SECONDS, late ? TINT_BAD : TINT_NONE);
    cell_words(table, missed ? "missed" : paused ? "paused" : "running",
        missed ? TINT_BAD : paused ? TINT_WARNING : TINT_NONE);
}

static void show_table(const struct options *options, const struct json *clocks) {
    struct table table;
    table_init(&table, options);
    table_column(&table, "standard", ALIGN_LEFT);
    table_column(&table, "contact", ALIGN_LEFT);
    table_column(&table, "subject", ALIGN_LEFT);
    table_column(&table, "group", ALIGN_LEFT);
    table_column_time(&table, "started");
    table_column_time(&table, "due");
    table_column(&table, "limit", ALIGN_RIGHT);
    table_column(&table, "elapsed", ALIGN_RIGHT);
    table_column(&table, "left", ALIGN_RIGHT);
    table_column(&table, "clock", ALIGN_LEFT);
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock)) add_row(&table, clock);
    table_end(&table);
    if (table.row_count == 0) listing_say_empty(options, "open clocks");
    table_fini(&table);
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
        if ((int64_t)json_size(clocks) == options->limit)
            fprintf(stderr, "the %zu nearest due; --limit N shows more\n", json_size(clocks));
    }
    answer_fini(&open);
    buf_fini(&target);
    return code;
}
