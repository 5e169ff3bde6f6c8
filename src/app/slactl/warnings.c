/* slactl warnings: what came to be at risk, and what became of it. */
#include <string.h>
#include "cell.h"
#include "listing.h"
#include "query.h"

static const char *const csv_texts[] = {"kind", "standard", "state", "outcome", "warning", "contact", "target"};
static const char *const csv_times[] = {"started", "due", "reached", "closed", "recorded", "updated"};
enum { CSV_TEXTS = sizeof csv_texts / sizeof *csv_texts, CSV_TIMES = sizeof csv_times / sizeof *csv_times };

static void columns_for_people(struct table *table) {
    table_column(table, "id", ALIGN_RIGHT);
    table_column(table, "standard", ALIGN_LEFT);
    table_column(table, "contact or target", ALIGN_NAME);
    table_column(table, "group", ALIGN_LEFT);
    table_column(table, "warning", ALIGN_WHOLE);
    table_column_time(table, "reached");
    table_column_time(table, "due");
    table_column(table, "state", ALIGN_WHOLE);
    table_column_time(table, "closed");
}

static void columns_for_csv(struct table *table) {
    table_column(table, "id", ALIGN_RIGHT);
    for (size_t i = 0; i < CSV_TEXTS; i++) table_column(table, csv_texts[i], ALIGN_LEFT);
    table_column(table, "subject", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    table_column(table, "version", ALIGN_RIGHT);
    for (size_t i = 0; i < CSV_TIMES; i++) table_column(table, csv_times[i], ALIGN_LEFT);
    table_column(table, "reason", ALIGN_LEFT);
}

static void add_for_csv(struct table *table, const struct json *warning) {
    cell_count(table, json_get(warning, "id"), TINT_NONE);
    for (size_t i = 0; i < CSV_TEXTS; i++) cell_text(table, json_get(warning, csv_texts[i]));
    if (json_get(warning, "subject"))
        cell_subject(table, json_get(warning, "subject"));
    else
        cell_words(table, NULL, TINT_NONE);
    cell_group(table, json_get(warning, "group"));
    cell_count(table, json_get(warning, "version"), TINT_NONE);
    for (size_t i = 0; i < CSV_TIMES; i++) cell_time(table, json_get(warning, csv_times[i]));
    cell_text(table, json_get(warning, "reason"));
}

/* How it went is what people want to know of one that is closed. */
static void add_state(struct table *table, const struct json *warning) {
    const char *state = json_text(json_get(warning, "state"));
    if (state && strcmp(state, "open") == 0)
        cell_words(table, "open", TINT_WARNING);
    else if (json_text(json_get(warning, "outcome")))
        cell_state(table, json_get(warning, "outcome"));
    else if (state && strcmp(state, "closed") == 0 && json_text(json_get(warning, "reason")))
        cell_state(table, json_get(warning, "reason"));
    else
        cell_state(table, json_get(warning, "state"));
}

static void add_row(void *arg, const struct json *warning, struct span raw) {
    (void)raw;
    struct table *table = arg;
    if (table->style == TABLE_CSV) {
        add_for_csv(table, warning);
        return;
    }
    const struct json *contact = json_get(warning, "contact");
    cell_count(table, json_get(warning, "id"), TINT_NONE);
    cell_text(table, json_get(warning, "standard"));
    cell_text(table, contact ? contact : json_get(warning, "target"));
    cell_group(table, json_get(warning, "group"));
    cell_text(table, json_get(warning, "warning"));
    cell_time(table, json_get(warning, "reached"));
    cell_time(table, json_get(warning, "due"));
    add_state(table, warning);
    cell_time(table, json_get(warning, "closed"));
}

int command_warnings(const struct options *options) {
    struct table table;
    struct buf target = {0};
    buf_add_text(&target, "/v1/warnings");
    query_options(&target, options, 0);
    table_init(&table, options);
    if (table.style == TABLE_CSV)
        columns_for_csv(&table);
    else
        columns_for_people(&table);
    int code = listing_show(options, &(struct listing){buf_text(&target), "warnings", add_row, &table});
    if (code == EXIT_FINE && !option_given(options, OPTION_JSON)) table_end(&table);
    table_fini(&table);
    buf_fini(&target);
    return code;
}
