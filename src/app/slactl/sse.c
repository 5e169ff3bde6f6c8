#include "sse.h"

#include <stdio.h>

static void clear(struct sse *sse) {
    buf_clear(&sse->data);
    sse->event[0] = '\0';
    sse->has_id = false;
}

static int end_message(struct sse *sse) {
    int code = 0;
    if (sse->has_id) memcpy(sse->id, sse->next_id, sizeof sse->id);
    if (sse->data.size) sse->data.data[--sse->data.size] = '\0'; /* the last newline is not of it */
    if (sse->data.size || sse->has_id)
        code = sse->message(sse->arg, *sse->event ? sse->event : "message", buf_span(&sse->data));
    clear(sse);
    return code;
}

static int take_line(struct sse *sse, struct span line) {
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (line.n == 0) return end_message(sse);
    const char *colon = memchr(line.p, ':', line.n);
    struct span name = {line.p, colon ? (size_t)(colon - line.p) : line.n};
    struct span value = {line.p + name.n + (colon != NULL), line.n - name.n - (colon != NULL)};
    if (value.n && *value.p == ' ') value.p++, value.n--;
    if (span_eq(name, SPAN("data"))) {
        buf_add_span(&sse->data, value);
        buf_add_char(&sse->data, '\n');
    } else if (span_eq(name, SPAN("event"))) {
        snprintf(sse->event, sizeof sse->event, "%.*s", SPAN_ARGS(value));
    } else if (span_eq(name, SPAN("id"))) {
        snprintf(sse->next_id, sizeof sse->next_id, "%.*s", SPAN_ARGS(value));
        sse->has_id = true;
    }
    return 0;
}

int sse_take(struct sse *sse, struct span bytes) {
    int code = 0;
    while (bytes.n && code == 0) {
        const char *newline = memchr(bytes.p, '\n', bytes.n);
        struct span piece = {bytes.p, newline ? (size_t)(newline - bytes.p) : bytes.n};
        buf_add_span(&sse->line, piece);
        if (sse->line.size + sse->data.size > SSE_BYTES_MAX) return -1;
        bytes.p += piece.n + (newline != NULL);
        bytes.n -= piece.n + (newline != NULL);
        if (!newline) break;
        code = take_line(sse, buf_span(&sse->line));
        buf_clear(&sse->line);
    }
    return code;
}

void sse_restart(struct sse *sse) {
    buf_clear(&sse->line);
    clear(sse);
}

void sse_fini(struct sse *sse) {
    buf_fini(&sse->line);
    buf_fini(&sse->data);
}
