#include "ingest/lines.h"

struct span lines_last(struct span rest) {
    if (rest.n > 0 && rest.p[rest.n - 1] == '\r') rest.n--;
    return rest;
}

static void advance(struct span *data, size_t bytes) {
    data->p += bytes;
    data->n -= bytes;
}

static enum cut skip(bool *skipping, struct span *data, const char *newline) {
    *skipping = newline == NULL;
    advance(data, newline ? (size_t)(newline - data->p) + 1 : data->n);
    return newline ? CUT_SKIPPED : CUT_MORE;
}

enum cut lines_cut(bool *skipping, struct span *data, struct span *line) {
    const char *newline = data->n ? memchr(data->p, '\n', data->n) : NULL;
    if (*skipping) return skip(skipping, data, newline);
    struct span found = {data->p, newline ? (size_t)(newline - data->p) : data->n};
    size_t taken = found.n + (newline != NULL);
    bool too_long = lines_last(found).n > EVENT_LINE_MAX;
    if (!newline && !too_long) return CUT_MORE;
    *skipping = newline == NULL;
    *line = lines_last(found);
    advance(data, taken);
    return too_long ? CUT_TOO_LONG : CUT_LINE;
}
