#include "slad/wire/lines.h"

struct span lines_last(struct span rest) {
    if (rest.n > 0 && rest.p[rest.n - 1] == '\r') rest.n--;
    return rest;
}

static void advance(struct span *data, size_t bytes) {
    data->p += bytes;
    data->n -= bytes;
}

static const char *find(const char *p, const char *end, char c) {
    return p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
}

/* The newline that ends a CSV record, or NULL. Quotes open where a cell begins; between them, doubled or not,
 * a newline is text. */
static const char *csv_end(struct span data, char delimiter) {
    const char *p = data.p, *end = data.p + data.n;
    for (;;) {
        if (p < end && *p == '"') {
            do p = find(p + 1, end, '"');
            while (p && ++p < end && *p == '"');
            if (!p) return NULL;
        }
        const char *newline = find(p, end, '\n');
        const char *next = find(p, newline ? newline : end, delimiter);
        if (!next) return newline;
        p = next + 1;
    }
}

static const char *record_end(struct framing framing, struct span data) {
    const char *newline = find(data.p, data.p + data.n, '\n');
    const char *end = newline ? newline : data.p + data.n;
    if (framing.kind == FRAMING_LINES || !find(data.p, end, '"')) return newline;
    return csv_end(data, framing.delimiter);
}

static enum cut skip(bool *skipping, struct span *data) {
    const char *newline = find(data->p, data->p + data->n, '\n');
    *skipping = newline == NULL;
    advance(data, newline ? (size_t)(newline - data->p) + 1 : data->n);
    return newline ? CUT_SKIPPED : CUT_MORE;
}

static enum cut cut_too_long(bool *skipping, struct span *data, struct span *line) {
    *line = (struct span){data->p, 0};
    (void)skip(skipping, data);
    return CUT_TOO_LONG;
}

enum cut lines_cut(struct framing framing, bool *skipping, struct span *data, struct span *line) {
    if (*skipping) return skip(skipping, data);
    const char *end = record_end(framing, *data);
    struct span found = {data->p, end ? (size_t)(end - data->p) : data->n};
    if (lines_last(found).n > EVENT_LINE_MAX) return cut_too_long(skipping, data, line);
    if (!end) return CUT_MORE;
    *line = lines_last(found);
    advance(data, found.n + 1);
    return CUT_LINE;
}
