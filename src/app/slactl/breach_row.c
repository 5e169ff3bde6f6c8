#include "breach_row.h"

#include "slad/base/clock.h"
#include "slad/model/instant.h"

static bool is_level(const struct json *breach) {
    const char *kind = json_text(json_get(breach, "kind"));
    return kind && strcmp(kind, "level") == 0;
}

const struct json *breach_from(const struct json *breach) {
    return json_get(breach, is_level(breach) ? "opened" : "decided");
}

const struct json *breach_to(const struct json *breach) {
    return json_get(breach, is_level(breach) ? "closed" : "ended");
}

static void columns_for_people(struct table *table) {
    table_column(table, "id", ALIGN_RIGHT);
    table_column(table, "standard", ALIGN_LEFT);
    table_column(table, "version", ALIGN_RIGHT);
    table_column(table, "contact or target", ALIGN_NAME);
    table_column(table, "group", ALIGN_LEFT);
    table_column(table, "state", ALIGN_WHOLE);
    table_column_time(table, "breached");
    table_column(table, "elapsed", ALIGN_RIGHT);
    table_column_time(table, "ended");
}

static const char *const csv_texts[] = {"kind", "standard", "state", "contact", "target"};
static const char *const csv_times[] = {
    "started", "due", "decided", "ended", "opened", "closed", "recorded", "updated"};
enum { CSV_TEXTS = sizeof csv_texts / sizeof *csv_texts, CSV_TIMES = sizeof csv_times / sizeof *csv_times };

static void columns_for_csv(struct table *table) {
    table_column(table, "id", ALIGN_RIGHT);
    for (size_t i = 0; i < CSV_TEXTS; i++) table_column(table, csv_texts[i], ALIGN_LEFT);
    table_column(table, "subject", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    table_column(table, "version", ALIGN_RIGHT);
    for (size_t i = 0; i < CSV_TIMES; i++) table_column(table, csv_times[i], ALIGN_LEFT);
    table_column(table, "elapsed", ALIGN_RIGHT);
    table_column(table, "reason", ALIGN_LEFT);
    table_column(table, "excuse", ALIGN_LEFT);
}

int breach_rows_init(struct breach_rows *rows, const struct options *options) {
    table_init(&rows->table, options);
    if (rows->table.style == TABLE_CSV)
        columns_for_csv(&rows->table);
    else
        columns_for_people(&rows->table);
    return units_ask(options, &rows->units);
}

/* An excused breach stays one: its state is followed by that. */
static void add_state(struct table *table, const struct json *breach) {
    const char *state = json_text(json_get(breach, "state"));
    struct buf text = {0};
    show_text(&text, json_get(breach, "state"));
    bool excused = json_is_object(json_get(breach, "excused"));
    if (excused) buf_add_text(&text, ", excused");
    table_add(table, buf_span(&text), excused ? TINT_FAINT : tint_of_state(state));
    buf_fini(&text);
}

/* How long a level has not been held, or what the contact's clock shows; of a clock that runs on, so far. */
static void add_elapsed(struct breach_rows *rows, const struct json *breach) {
    enum measure measure = is_level(breach) ? MEASURE_SECONDS : units_of(&rows->units, json_get(breach, "standard"));
    cell_measured(&rows->table, json_get(breach, "elapsed"), measure, TINT_NONE);
}

static void add_for_csv(struct table *table, const struct json *breach) {
    cell_count(table, json_get(breach, "id"), TINT_NONE);
    for (size_t i = 0; i < CSV_TEXTS; i++) cell_text(table, json_get(breach, csv_texts[i]));
    if (json_get(breach, "subject"))
        cell_subject(table, json_get(breach, "subject"));
    else
        cell_words(table, NULL, TINT_NONE);
    cell_group(table, json_get(breach, "group"));
    cell_count(table, json_get(breach, "version"), TINT_NONE);
    for (size_t i = 0; i < CSV_TIMES; i++) cell_time(table, json_get(breach, csv_times[i]));
    cell_measured(table, json_get(breach, "elapsed"), MEASURE_SECONDS, TINT_NONE);
    cell_text(table, json_get(breach, "reason"));
    cell_text(table, json_get(json_get(breach, "excused"), "text"));
}

void breach_row_add(struct breach_rows *rows, const struct json *breach) {
    struct table *table = &rows->table;
    if (table->style == TABLE_CSV) {
        add_for_csv(table, breach);
        return;
    }
    cell_count(table, json_get(breach, "id"), TINT_NONE);
    cell_text(table, json_get(breach, "standard"));
    cell_count(table, json_get(breach, "version"), TINT_NONE);
    cell_text(table, json_get(breach, is_level(breach) ? "target" : "contact"));
    cell_group(table, json_get(breach, "group"));
    add_state(table, breach);
    cell_time(table, breach_from(breach));
    add_elapsed(rows, breach);
    cell_time(table, breach_to(breach));
}

void breach_rows_fini(struct breach_rows *rows) {
    table_fini(&rows->table);
    units_fini(&rows->units);
}
