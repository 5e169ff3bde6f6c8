/* slactl figures: what is said of each group of each standard, now or at an instant. */
#include <stdio.h>
#include <stdlib.h>
#include "query.h"
#include "units.h"

/* The percentiles that any standard in the answer has, in rising order: the columns. */
struct percentiles {
    const char *names[TABLE_COLUMNS_MAX];
    size_t count;
};

static int by_number(const void *a, const void *b) {
    double x = strtod(*(const char *const *)a, NULL), y = strtod(*(const char *const *)b, NULL);
    return (x > y) - (x < y);
}

static void note_percentiles(struct percentiles *known, const struct json *group) {
    const struct json *item = json_first(json_get(group, "percentiles"));
    for (; item && known->count < TABLE_COLUMNS_MAX; item = json_next(item)) {
        const char *name = json_name(item);
        size_t i = 0;
        while (name && i < known->count && strcmp(known->names[i], name) != 0) i++;
        if (name && i == known->count) known->names[known->count++] = name;
    }
}

static void begin_columns(struct table *table, struct percentiles *percentiles) {
    static const char *const counts[] = {"counted", "met", "missed", "excluded", "open"};
    table_column(table, "standard", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    table_column(table, "state", ALIGN_WHOLE);
    table_column(table, "attainment", ALIGN_RIGHT);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) table_column(table, counts[i], ALIGN_RIGHT);
    size_t room = TABLE_COLUMNS_MAX - table->column_count - 3; /* for mean, min, max */
    if (percentiles->count > room) percentiles->count = room;
    for (size_t i = 0; i < percentiles->count; i++) {
        struct buf header = {0};
        buf_add_char(&header, 'p');
        text_safe(&header, span_of(percentiles->names[i]));
        table_column(table, buf_text(&header), ALIGN_RIGHT);
        buf_fini(&header);
    }
    table_column(table, "mean", ALIGN_RIGHT);
    if (table->style == TABLE_CSV) table_column(table, "min", ALIGN_RIGHT);
    table_column(table, "max", ALIGN_RIGHT);
}

static void add_row(struct table *table, const struct json *standard, const struct json *group,
    const struct percentiles *percentiles, enum measure measure) {
    const struct json *counted = json_get(group, "counted");
    cell_text(table, json_get(standard, "name"));
    cell_group(table, json_get(group, "group"));
    cell_state(table, json_get(group, "state"));
    cell_share(table, json_get(group, "attainment"), json_get(group, "met"), counted);
    cell_count(table, counted, TINT_NONE);
    cell_count(table, json_get(group, "met"), TINT_NONE);
    cell_count(table, json_get(group, "missed"), TINT_NONE);
    cell_count(table, json_get(group, "excluded"), TINT_NONE);
    cell_count(table, json_get(group, "open"), TINT_NONE);
    for (size_t i = 0; i < percentiles->count; i++) {
        const struct json *value = json_get(json_get(group, "percentiles"), percentiles->names[i]);
        cell_measured(table, value, measure, TINT_NONE);
    }
    cell_measured(table, json_get(group, "mean"), measure, TINT_NONE);
    if (table->style == TABLE_CSV) cell_measured(table, json_get(group, "min"), measure, TINT_NONE);
    cell_measured(table, json_get(group, "max"), measure, TINT_NONE);
}

static void show_table(
    const struct options *options, const struct units *units, const struct json *standards) {
    struct percentiles percentiles = {0};
    const struct json *standard, *group;
    struct table table;
    for (standard = json_first(standards); standard; standard = json_next(standard))
        for (group = json_first(json_get(standard, "groups")); group; group = json_next(group))
            note_percentiles(&percentiles, group);
    qsort(percentiles.names, percentiles.count, sizeof *percentiles.names, by_number);
    table_init(&table, options);
    begin_columns(&table, &percentiles);
    for (standard = json_first(standards); standard; standard = json_next(standard))
        for (group = json_first(json_get(standard, "groups")); group; group = json_next(group))
            add_row(&table, standard, group, &percentiles, units_of(units, json_get(standard, "name")));
    table_end(&table);
    if (table.row_count == 0) fputs("no figures yet: nothing was counted and nothing is open\n", stderr);
    table_fini(&table);
}

int command_figures(const struct options *options) {
    struct buf target = {0};
    struct answer figures = {0};
    struct units units;
    buf_add_text(&target, "/v1/figures");
    query_options(&target, options, 0);
    int code = units_ask(options, &units);
    /* A replay of a long journal takes its time. */
    if (code == EXIT_FINE)
        code = ask(options, &(struct question){.target = buf_text(&target), .timeout_ms = ASK_PATIENTLY_MS},
            &figures);
    if (code == EXIT_FINE && option_given(options, OPTION_JSON))
        answer_print(&figures);
    else if (code == EXIT_FINE)
        show_table(options, &units, json_get(figures.json, "standards"));
    answer_fini(&figures);
    units_fini(&units);
    buf_fini(&target);
    return code;
}
