#include "csv_row.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/base/utf8.h"

static void add_cell(struct csv_row *row, struct span cell) {
    if (row->count == row->capacity)
        row->cells = mem_grow(row->cells, &row->capacity, row->count + 1, sizeof *row->cells);
    row->cells[row->count++] = cell;
}

/* The text before `from` is in `undoubled` from *start on. The buffer was made large enough, so it does not
 * move. */
static void undouble(struct csv_row *row, const char *from, const char *quote, size_t *start) {
    if (*start == SIZE_MAX) *start = row->undoubled.size;
    buf_add(&row->undoubled, from, (size_t)(quote - from));
}

/* p stands after the opening quote; returns what follows the closing one, or NULL. */
static const char *cut_quoted(struct csv_row *row, const char *p, const char *end, struct err *err) {
    const char *from = p;
    size_t start = SIZE_MAX;
    for (;;) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote) {
            err_set(err, ERR_INVALID, "column %zu: a quote is opened and never closed", row->count + 1);
            return NULL;
        }
        p = quote + 1;
        if (p == end || *p != '"') {
            struct span cell = {from, (size_t)(quote - from)};
            if (start != SIZE_MAX) {
                undouble(row, from, quote, &start);
                cell = (struct span){row->undoubled.data + start, row->undoubled.size - start};
            }
            add_cell(row, cell);
            return p;
        }
        undouble(row, from, p, &start); /* with one of the two quotes */
        from = ++p;
    }
}

static int cut_all(struct csv_row *row, struct span record, char delimiter, struct err *err) {
    const char *p = record.p, *end = record.p + record.n;
    for (;;) {
        if (p < end && *p == '"') {
            p = cut_quoted(row, p + 1, end, err);
            if (!p) return ERR_INVALID;
            if (p < end && *p != delimiter)
                return err_set(
                    err, ERR_INVALID, "column %zu: something follows the closing quote", row->count);
        } else {
            const char *stop = memchr(p, delimiter, (size_t)(end - p));
            if (!stop) stop = end;
            add_cell(row, (struct span){p, (size_t)(stop - p)});
            p = stop;
        }
        if (p == end) return 0;
        p++;
    }
}

static bool is_text(struct span text) {
    return !memchr(text.p, '\0', text.n) && utf8_valid(text);
}

static int not_text(const struct csv_row *row, struct err *err) {
    size_t column = 0;
    while (column + 1 < row->count && is_text(row->cells[column])) column++;
    return err_set(err, ERR_INVALID,
        "column %zu: not UTF-8 text (a file in another encoding has to be converted first)", column + 1);
}

int csv_row_cut(struct csv_row *row, struct span record, char delimiter, struct err *err) {
    if (!record.n) record.p = "";
    row->count = 0;
    buf_clear(&row->undoubled);
    buf_reserve(&row->undoubled, record.n);
    int code = cut_all(row, record, delimiter, err);
    if (code) return code;
    return is_text(record) ? 0 : not_text(row, err);
}

void csv_row_fini(struct csv_row *row) {
    free(row->cells);
    buf_fini(&row->undoubled);
}
