#include "cell.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include "slad/model/instant.h"
#include "slad/model/number.h"

void table_column_time(struct table *table, const char *header) {
    char zone[MOMENT_ZONE_MAX], text[2 * MOMENT_ZONE_MAX];
    bool name_it = table->style == TABLE_PEOPLE && !table->named_zone;
    snprintf(text, sizeof text, "%.60s (%s)", header, moment_zone(zone));
    table_column(table, name_it ? text : header, ALIGN_WHOLE);
    table->named_zone = true;
}

static bool is_csv(const struct table *table) {
    return table->style == TABLE_CSV;
}

/* Adds what is in buf and frees it. */
static void add_taken(struct table *table, struct buf *take_text, enum tint tint) {
    table_add(table, buf_span(take_text), tint);
    buf_fini(take_text);
}

static void add_nothing(struct table *table) {
    table_add(table, is_csv(table) ? SPAN("") : SPAN("-"), TINT_NONE);
}

void cell_words(struct table *table, const char *text, enum tint tint) {
    if (text)
        table_add(table, span_of(text), tint);
    else
        add_nothing(table);
}

/* Text as it is for CSV (table.h), safe for people. */
static void add_outside(struct table *table, const char *text, enum tint tint) {
    struct buf safe = {0};
    if (!text || is_csv(table)) {
        cell_words(table, text, tint);
        return;
    }
    text_safe(&safe, span_of(text));
    add_taken(table, &safe, tint);
}

void cell_text(struct table *table, const struct json *text) {
    add_outside(table, json_text(text), TINT_NONE);
}

enum tint tint_of_state(const char *state) {
    static const struct {
        const char *state;
        enum tint tint;
    } tints[] = {{"breached", TINT_BAD}, {"missed", TINT_BAD}, {"open", TINT_BAD}, {"failed", TINT_BAD},
        {"met", TINT_GOOD}, {"closed", TINT_GOOD}, {"running", TINT_GOOD}, {"no_data", TINT_FAINT},
        {"withdrawn", TINT_FAINT}, {"excluded", TINT_FAINT}};
    for (size_t i = 0; state && i < sizeof tints / sizeof *tints; i++)
        if (strcmp(state, tints[i].state) == 0) return tints[i].tint;
    return TINT_NONE;
}

void cell_state(struct table *table, const struct json *state) {
    add_outside(table, json_text(state), tint_of_state(json_text(state)));
}

void cell_count(struct table *table, const struct json *number, enum tint tint_above_zero) {
    char text[32];
    if (!json_is_number(number)) {
        add_nothing(table);
        return;
    }
    int64_t count = json_integer(number, 0);
    snprintf(text, sizeof text, "%" PRId64, count);
    cell_words(table, text, count > 0 ? tint_above_zero : TINT_NONE);
}

void cell_time(struct table *table, const struct json *at) {
    char text[MOMENT_TEXT_MAX];
    if (is_csv(table))
        add_outside(table, json_text(at), TINT_NONE);
    else
        cell_words(table, moment_text(instant_of(at), MOMENT_SECONDS, text), TINT_NONE);
}

void cell_measured(struct table *table, const struct json *number, enum measure measure, enum tint tint) {
    char text[NUMBER_TEXT_MAX];
    if (!json_is_number(number)) {
        add_nothing(table);
        return;
    }
    if (is_csv(table) || measure == MEASURE_VALUE || !length_of(number, text))
        number_text(json_number(number, 0), text);
    cell_words(table, text, tint);
}

/* Tenths of a per cent, exactly where the counts are there to count with. */
static int64_t permille(const struct json *share, const struct json *met, const struct json *counted) {
    int64_t all = json_integer(counted, 0), part = json_integer(met, -1);
    if (all > 0 && part >= 0 && part <= INT64_MAX / 1000) return part * 1000 / all;
    return (int64_t)floor(json_number(share, 0) * 1000 + 1e-9);
}

void cell_share(
    struct table *table, const struct json *share, const struct json *met, const struct json *counted) {
    char text[NUMBER_TEXT_MAX];
    if (!json_is_number(share) || fabs(json_number(share, 0)) > 1e6) {
        add_nothing(table);
        return;
    }
    int64_t tenths = permille(share, met, counted);
    if (is_csv(table))
        number_text(json_number(share, 0), text);
    else
        snprintf(text, sizeof text, "%" PRId64 ".%d %%", tenths / 10, (int)(tenths % 10));
    cell_words(table, text, TINT_NONE);
}

void cell_group(struct table *table, const struct json *group) {
    struct buf text = {0};
    show_group(&text, group);
    if (text.size)
        add_taken(table, &text, TINT_NONE);
    else
        add_nothing(table);
}

void cell_subject(struct table *table, const struct json *subject) {
    struct buf text = {0};
    if (is_csv(table) && json_text(subject)) {
        add_outside(table, json_text(subject), TINT_NONE);
        return;
    }
    show_subject(&text, subject);
    add_taken(table, &text, TINT_NONE);
}
