/* 1. cell_count is a multiple of column_count between rows.
 * 2. In CSV every cell is on its way to standard output as soon as it is added, so that no number of rows
 *    costs memory.
 * 3. Columns have a width only once table_end() has made the table fit. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    COLUMN_GAP = 2,
    COLUMN_MIN = 8, /* no column is cut below that: enough to tell things apart */
    NAME_MIN = 20,  /* names of contacts begin alike: a number of a call, a time */
};

void table_init(struct table *table, const struct options *options) {
    *table = (struct table){
        .style = option_given(options, OPTION_CSV) ? TABLE_CSV : TABLE_PEOPLE, .screen = options->screen};
}

bool table_column(struct table *table, const char *header, enum align align) {
    if (table->column_count == TABLE_COLUMNS_MAX) return false;
    struct span text = span_of(header);
    table->columns[table->column_count++] =
        (struct column){arena_text(&table->arena, text), align, text_width(text), 0};
    return true;
}

/* ---- comma-separated values (RFC 4180) ---- */

static void write_csv(const struct table *table, size_t at, struct span text) {
    bool quoted = false;
    for (size_t i = 0; i < text.n && !quoted; i++) quoted = strchr("\",\r\n", text.p[i]) != NULL;
    if (at) putchar(',');
    if (quoted) putchar('"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"') putchar('"');
        putchar(text.p[i]);
    }
    if (quoted) putchar('"');
    if (at + 1 == table->column_count) fputs("\r\n", stdout);
}

static void write_csv_header(struct table *table) {
    if (table->has_header) return;
    table->has_header = true;
    for (size_t i = 0; i < table->column_count; i++) write_csv(table, i, span_of(table->columns[i].header));
}

static void add_csv(struct table *table, struct span text) {
    struct buf safe = {0};
    write_csv_header(table);
    if (table->screen.is_terminal) { /* a file gets what is, a terminal nothing it would obey */
        text_safe(&safe, text);
        text = buf_span(&safe);
    }
    write_csv(table, table->at, text);
    table->at = (table->at + 1) % table->column_count;
    if (table->at == 0) table->row_count++;
    buf_fini(&safe);
}

void table_add(struct table *table, struct span text, enum tint tint) {
    if (table->style == TABLE_CSV) {
        add_csv(table, text);
        return;
    }
    struct column *column = &table->columns[table->cell_count % table->column_count];
    table->cells = mem_grow(table->cells, &table->cell_capacity, table->cell_count + 1, sizeof *table->cells);
    size_t width = text_width(text);
    table->cells[table->cell_count++] = (struct cell){arena_text(&table->arena, text), width, tint};
    if (width > column->natural) column->natural = width;
    if (table->cell_count % table->column_count == 0) table->row_count++;
}

/* ---- for people ---- */

static size_t table_width(const struct table *table, size_t count) {
    size_t width = table->indent + COLUMN_GAP * (count - 1);
    for (size_t i = 0; i < count; i++) width += table->columns[i].width;
    return width;
}

static struct column *widest_text(struct table *table, size_t count) {
    struct column *widest = NULL;
    for (size_t i = 0; i < count; i++) {
        struct column *column = &table->columns[i];
        size_t least = column->align == ALIGN_NAME ? NAME_MIN : COLUMN_MIN;
        bool can = (column->align == ALIGN_LEFT || column->align == ALIGN_NAME) && column->width > least &&
                   column->width > text_width(span_of(column->header));
        if (can && (!widest || column->width > widest->width)) widest = column;
    }
    return widest;
}

/* Takes from the widest texts until so many columns fit the screen; false when no text can be narrower. */
static bool fit(struct table *table, size_t count) {
    for (size_t i = 0; i < count; i++) table->columns[i].width = table->columns[i].natural;
    while (table->screen.columns && table_width(table, count) > table->screen.columns) {
        struct column *widest = widest_text(table, count);
        if (!widest) return false;
        widest->width--;
    }
    return true;
}

static void add_spaces(struct buf *line, size_t count) {
    while (count--) buf_add_char(line, ' ');
}

/* A text in its column, cut with "…" where it is too wide. */
static void add_cell(struct buf *line, const struct cell *cell, const struct column *column, enum tint tint) {
    struct span text = span_of(cell->text);
    size_t width = cell->width;
    bool cut = width > column->width;
    if (cut) {
        text.n = text_fitting(text, column->width - 1);
        width = text_width(text) + 1;
    }
    if (column->align == ALIGN_RIGHT) add_spaces(line, column->width - width);
    buf_add_text(line, tint_begin(tint));
    buf_add_span(line, text);
    if (cut) buf_add_text(line, "…");
    if (tint != TINT_NONE) buf_add_text(line, TINT_END);
    if (column->align != ALIGN_RIGHT) add_spaces(line, column->width - width);
}

static void print_line(const struct table *table, const struct cell *cells, size_t count, struct buf *line) {
    buf_clear(line);
    add_spaces(line, table->indent);
    for (size_t i = 0; i < count; i++) {
        if (i) add_spaces(line, COLUMN_GAP);
        add_cell(line, &cells[i], &table->columns[i], table->screen.has_color ? cells[i].tint : TINT_NONE);
    }
    while (line->size && line->data[line->size - 1] == ' ') line->size--;
    fwrite(line->data, 1, line->size, stdout);
    putchar('\n');
}

static void print_header(const struct table *table, size_t count, struct buf *line) {
    struct cell headers[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++) {
        char *text = table->columns[i].header;
        headers[i] = (struct cell){text, text_width(span_of(text)), TINT_BOLD};
    }
    print_line(table, headers, count, line);
}

/* How many columns are shown: those that do not fit at all are left out from the right, as a line that wraps
 * is no table any more. The first is in any case. */
static size_t columns_shown(struct table *table) {
    size_t count = table->column_count;
    while (!fit(table, count) && count > 1) count--;
    if (count == 1 && table->screen.columns &&
        table->columns[0].width + table->indent > table->screen.columns)
        table->columns[0].width =
            table->screen.columns > table->indent ? table->screen.columns - table->indent : 1;
    return count;
}

void table_begin(struct table *table) {
    if (table->style == TABLE_CSV) write_csv_header(table);
}

void table_end(struct table *table) {
    if (table->style == TABLE_CSV) {
        write_csv_header(table);
        return;
    }
    if (table->row_count == 0) return;
    struct buf line = {0};
    size_t count = columns_shown(table), hidden = table->column_count - count;
    print_header(table, count, &line);
    for (size_t row = 0; row < table->row_count; row++)
        print_line(table, table->cells + row * table->column_count, count, &line);
    if (hidden)
        fprintf(stderr, "%zu column%s of the table do%s not fit this terminal; --csv has all\n", hidden,
            hidden == 1 ? "" : "s", hidden == 1 ? "es" : "");
    buf_fini(&line);
}

void table_fini(struct table *table) {
    arena_fini(&table->arena);
    free(table->cells);
}
