/* slactl percentiles: their history, as published. */
#include "listing.h"
#include "query.h"
#include "units.h"

struct rows {
    struct table table;
    struct units units;
};

static void add_row(void *arg, const struct json *row, struct span raw) {
    struct rows *rows = arg;
    struct buf name = {0};
    (void)raw;
    if (rows->table.style == TABLE_PEOPLE) buf_add_char(&name, 'p');
    show_scalar(&name, json_get(row, "q"));
    cell_text(&rows->table, json_get(row, "standard"));
    cell_group(&rows->table, json_get(row, "group"));
    cell_time(&rows->table, json_get(row, "at"));
    table_add(&rows->table, buf_span(&name), TINT_NONE);
    cell_measured(
        &rows->table, json_get(row, "value"), units_of(&rows->units, json_get(row, "standard")), TINT_NONE);
    buf_fini(&name);
}

static void begin(struct rows *rows, const struct options *options) {
    table_init(&rows->table, options);
    table_column(&rows->table, "standard", ALIGN_LEFT);
    table_column(&rows->table, "group", ALIGN_LEFT);
    table_column_time(&rows->table, "at");
    table_column(&rows->table, "percentile", ALIGN_RIGHT);
    table_column(&rows->table, "value", ALIGN_RIGHT);
}

int command_percentiles(const struct options *options) {
    struct rows rows;
    struct buf target = {0};
    buf_add_text(&target, "/v1/percentiles");
    query_options(&target, options, OPTION_BIT(SINCE) | OPTION_BIT(UNTIL));
    query_add_time(&target, "from", options->value[OPTION_SINCE]);
    query_add_time(&target, "to", options->value[OPTION_UNTIL]);
    begin(&rows, options);
    int code = units_ask(options, &rows.units);
    if (code == EXIT_FINE)
        code = listing_show(options, &(struct listing){buf_text(&target), "percentiles", add_row, &rows});
    if (code == EXIT_FINE && !option_given(options, OPTION_JSON)) table_end(&rows.table);
    table_fini(&rows.table);
    units_fini(&rows.units);
    buf_fini(&target);
    return code;
}
