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
    if (table->style == TABLE_CSV) {
        table_column(table, "at_risk", ALIGN_LEFT);
        table_column(table, "data_gap", ALIGN_LEFT);
    }
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

/* For people "met, at risk, data gap"; in CSV columns of their own. */
static void add_state(struct table *table, const struct json *standard, const struct json *group) {
    bool at_risk = json_is_true(json_get(group, "at_risk")), has_gap = json_is_true(json_get(standard, "data_gap"));
    const char *state = json_text(json_get(group, "state"));
    bool doubtful = state && strcmp(state, "met") == 0 && (at_risk || has_gap);
    struct buf text = {0};
    if (table->style == TABLE_PEOPLE) {
        show_text(&text, json_get(group, "state"));
        if (doubtful && at_risk) buf_add_text(&text, ", at risk");
        if (has_gap) buf_add_text(&text, ", data gap");
        table_add(table, buf_span(&text), doubtful ? TINT_WARNING : tint_of_state(state));
        buf_fini(&text);
        return;
    }
    cell_state(table, json_get(group, "state"));
    cell_words(table, at_risk ? "true" : "false", TINT_NONE);
    cell_words(table, has_gap ? "true" : "false", TINT_NONE);
}

static void add_row(struct table *table, const struct json *standard, const struct json *group,
    const struct percentiles *percentiles, enum measure measure) {
    const struct json *counted = json_get(group, "counted");
    cell_text(table, json_get(standard, "name"));
    cell_group(table, json_get(group, "group"));
    add_state(table, standard, group);
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

/* ---- a row a target */

static void add_targets(struct table *table, const struct json *standard, const struct json *group) {
    const struct json *target = json_first(json_get(group, "targets"));
    for (; target; target = json_next(target)) {
        cell_text(table, json_get(standard, "name"));
        cell_group(table, json_get(group, "group"));
        cell_text(table, json_get(target, "target"));
        cell_state(table, json_get(target, "state"));
        cell_count(table, json_get(target, "headroom"), TINT_NONE);
        cell_count(table, json_get(target, "recover"), TINT_NONE);
    }
}

static void show_targets(const struct options *options, const struct json *standards) {
    struct table table;
    table_init(&table, options);
    table_column(&table, "standard", ALIGN_LEFT);
    table_column(&table, "group", ALIGN_LEFT);
    table_column(&table, "target", ALIGN_WHOLE);
    table_column(&table, "state", ALIGN_WHOLE);
    table_column(&table, "headroom", ALIGN_RIGHT);
    table_column(&table, "recover", ALIGN_RIGHT);
    for (const struct json *standard = json_first(standards); standard; standard = json_next(standard))
        for (const struct json *group = json_first(json_get(standard, "groups")); group; group = json_next(group))
            add_targets(&table, standard, group);
    table_end(&table);
    if (table.row_count == 0) fputs("no targets: no standard has one, or nothing was counted\n", stderr);
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
    else if (code == EXIT_FINE && option_given(options, OPTION_TARGETS))
        show_targets(options, json_get(figures.json, "standards"));
    else if (code == EXIT_FINE)
        show_table(options, &units, json_get(figures.json, "standards"));
    answer_fini(&figures);
    units_fini(&units);
    buf_fini(&target);
    return code;
}
