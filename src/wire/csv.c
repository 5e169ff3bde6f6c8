/* Invariants:
 * 1. columns is what the header (or the configuration, or the row before) says, while `known`; each slot of
 * the mapper is one of them, else `fault` says which is not, and no row is taken.
 * 2. Of the columns that are kept, no two have the same name. */
#include <stdio.h>
#include <stdlib.h>
#include "csv_row.h"
#include "mapper.h"
#include "slad/base/mem.h"
#include "slad/base/nearest.h"
#include "slad/base/utf8.h"
#include "slad/model/event.h"
#include "translator.h"

enum {
    COLUMNS_MAX = 1000, /* the names are compared with one another */
    NAME_SHOWN_MAX = 60,
    NAMES_SHOWN_MAX = 200, /* bytes of all names, where a column is missing */
};

struct column {
    const char *name;
    int place; /* mapper_place() */
};
struct csv {
    const struct csv_dialect *dialect;
    char delimiter;
    struct mapper *mapper;
    struct csv_row row;
    struct arena names;
    struct column *columns;
    size_t column_count, column_capacity;
    bool known;
    struct err fault;  /* code 0: none */
    struct buf header; /* as it was written: where files are joined it comes again */
};

static void forget(struct csv *csv) {
    arena_fini(&csv->names);
    csv->names = (struct arena){0};
    csv->column_count = 0;
    csv->known = false;
    csv->fault.code = 0;
    buf_clear(&csv->header);
}

/* ---- which columns there are */

static struct span trim(struct span text) {
    while (text.n && (*text.p == ' ' || *text.p == '\t')) text.p++, text.n--;
    while (text.n && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t')) text.n--;
    return text;
}

static void add_column(struct csv *csv, struct span name) {
    csv->columns = mem_grow(csv->columns, &csv->column_capacity, csv->column_count + 1, sizeof *csv->columns);
    csv->columns[csv->column_count++] =
        (struct column){arena_text(&csv->names, name), mapper_place(csv->mapper, name)};
}

static const struct column *find_column(const struct csv *csv, struct span name, size_t before) {
    for (size_t i = 0; i < before; i++)
        if (span_eq(span_of(csv->columns[i].name), name)) return &csv->columns[i];
    return NULL;
}

static void describe_columns(const struct csv *csv, struct buf *out) {
    struct buf names = {0};
    for (size_t i = 0; i < csv->column_count && names.size <= NAMES_SHOWN_MAX; i++)
        buf_printf(&names, "%s%s", i ? ", " : "", csv->columns[i].name);
    buf_add_text(out, ": it has ");
    utf8_escape(out, buf_span(&names), NAMES_SHOWN_MAX);
    buf_fini(&names);
}

static int lacks(const struct csv *csv, struct span name, struct err *err) {
    struct buf text = {0};
    const char **words = mem_alloc((csv->column_count + 1) * sizeof *words);
    for (size_t i = 0; i < csv->column_count; i++) words[i] = csv->columns[i].name;
    const char *near = nearest_word(name, words, csv->column_count);
    buf_add_text(
        &text, csv->dialect->headless ? "the row has no column \"" : "the header has no column \"");
    utf8_escape(&text, name, NAME_SHOWN_MAX);
    buf_add_char(&text, '"');
    if (near) {
        buf_add_text(&text, ": is \"");
        utf8_escape(&text, span_of(near), NAME_SHOWN_MAX);
        buf_add_text(&text, "\" meant?");
    } else {
        describe_columns(csv, &text);
    }
    err_set(err, ERR_INVALID, "%s", buf_text(&text));
    free(words);
    buf_fini(&text);
    return ERR_INVALID;
}

static int check_columns(const struct csv *csv, struct err *err) {
    for (size_t i = 0; i < mapper_slots(csv->mapper); i++) {
        struct span name = mapper_field(csv->mapper, i);
        if (!find_column(csv, name, csv->column_count)) return lacks(csv, name, err);
    }
    for (size_t i = 0; i < csv->column_count; i++) {
        const struct column *column = &csv->columns[i];
        if (column->place == MAPPER_DROP || !find_column(csv, span_of(column->name), i)) continue;
        return err_set(
            err, ERR_INVALID, "the header has two columns of one name, number %zu is the second", i + 1);
    }
    return 0;
}

static void number_columns(struct csv *csv) {
    char name[24];
    for (size_t i = 0; i < csv->row.count; i++)
        add_column(csv, (struct span){name, (size_t)snprintf(name, sizeof name, "%zu", i + 1)});
}

static void name_columns(struct csv *csv, const struct span *names, size_t count) {
    for (size_t i = 0; i < count; i++) add_column(csv, trim(names[i]));
}

static int know(struct csv *csv, struct err *err) {
    csv->known = true;
    if (csv->column_count > COLUMNS_MAX)
        err_set(&csv->fault, ERR_LIMIT, "more than %d columns", COLUMNS_MAX);
    else
        (void)check_columns(csv, &csv->fault); /* said now, and of each row */
    if (csv->fault.code) *err = csv->fault;
    return csv->fault.code;
}

static void know_configured(struct csv *csv) {
    const struct csv_dialect *dialect = csv->dialect;
    struct err err;
    for (size_t i = 0; i < dialect->column_count; i++) add_column(csv, span_of(dialect->columns[i]));
    if (dialect->column_count) (void)!know(csv, &err);
}

/* ---- records */

static int take_header(struct csv *csv, struct span record, struct translation *out, struct err *err) {
    buf_add_span(&csv->header, record);
    name_columns(csv, csv->row.cells, csv->row.count);
    *out = (struct translation){0};
    return know(csv, err);
}

/* What comes after it is no header, and without one tells nothing. */
static int lose_header(struct csv *csv, struct err *err) {
    csv->known = true;
    err_add(err, "the header");
    csv->fault = *err;
    return err->code;
}

static int take_row(struct csv *csv, struct translation *out, struct err *err) {
    if (csv->row.count != csv->column_count)
        return err_set(err, ERR_INVALID, "the row has %zu column%s, %s %zu", csv->row.count,
            csv->row.count == 1 ? "" : "s", csv->dialect->headless ? "\"columns\" has" : "the header has",
            csv->column_count);
    mapper_start(csv->mapper);
    for (size_t i = 0; i < csv->column_count; i++) {
        const struct column *column = &csv->columns[i];
        struct span cell = csv->row.cells[i];
        if (column->place == MAPPER_DROP || !trim(cell).n) continue;
        if (column->place == MAPPER_KEEP) {
            mapper_keep(csv->mapper, span_of(column->name), value_text(cell));
            continue;
        }
        int code = mapper_set(csv->mapper, (size_t)column->place, value_text(cell), err);
        if (code) return code;
    }
    return mapper_finish(csv->mapper, out, err);
}

/* Numbered columns are as many as the row has: no row says how many there should be. */
static int take_unnamed(struct csv *csv, struct translation *out, struct err *err) {
    if (csv->known && csv->column_count == csv->row.count) return take_row(csv, out, err);
    forget(csv);
    number_columns(csv);
    int code = know(csv, err);
    if (code) forget(csv);
    return code ? code : take_row(csv, out, err);
}

static bool csv_needs_head(const void *state) {
    const struct csv *csv = state;
    return !csv->known && !csv->dialect->headless;
}

static int csv_translate(void *state, struct span record, struct translation *out, struct err *err) {
    struct csv *csv = state;
    if (record.n > EVENT_LINE_MAX)
        return err_set(err, ERR_LIMIT, "longer than %d KiB", EVENT_LINE_MAX / 1024);
    bool is_header = csv->header.size && !csv->fault.code && span_eq(record, buf_span(&csv->header));
    if (is_header || !trim(record).n) {
        *out = (struct translation){0};
        return 0;
    }
    int code = csv_row_cut(&csv->row, record, csv->delimiter, err);
    if (code) return csv_needs_head(csv) ? lose_header(csv, err) : code;
    if (csv->dialect->headless && !csv->dialect->column_count) return take_unnamed(csv, out, err);
    if (!csv->known) return take_header(csv, record, out, err);
    if (csv->fault.code) return *err = csv->fault, csv->fault.code;
    return take_row(csv, out, err);
}

/* ---- life */

static void *csv_new(const struct format *format, const struct translate_options *options) {
    struct csv *csv = mem_zalloc(sizeof *csv);
    (void)options;
    csv->dialect = &format->csv;
    csv->delimiter = format_framing(format).delimiter;
    csv->mapper = mapper_new(format->map ? format->map : mapping_default(FORMAT_CSV));
    know_configured(csv);
    return csv;
}

static void csv_free(void *state) {
    struct csv *csv = state;
    mapper_free(csv->mapper);
    csv_row_fini(&csv->row);
    arena_fini(&csv->names);
    free(csv->columns);
    buf_fini(&csv->header);
    free(csv);
}

static void csv_begin(void *state) {
    forget(state);
    know_configured(state);
}

const struct translator_kind csv_translator = {csv_new, csv_free, csv_translate, csv_begin, csv_needs_head};
