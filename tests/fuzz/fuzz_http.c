/* A request or several, as a connection brings them: heads, bodies in both framings; and an answer's fields. Holds that
 * texts are whole, and that a body does not depend on how it was cut. */
#include <stdlib.h>
#include "loop/http_body.h"
#include "loop/http_head.h"
#include "slad/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_fields(const struct http_fields *fields) {
    for (size_t i = 0; i < fields->count; i++)
        if (strlen(fields->all[i].name) > 100000 || strlen(fields->all[i].value) > 100000) abort();
    (void)http_field_find(fields, "host");
    (void)http_field_has(fields, "connection", "close");
}

/* All of the body that comes in pieces of at most `step` bytes. Returns how many bytes were taken; -1 when it is broken. */
static int64_t take_body(const struct http_head *head, struct span data, size_t step, struct buf *out) {
    struct http_body body = {.framing = head->framing, .left = head->framing == HTTP_LENGTH ? head->length : 0};
    size_t taken = 0;
    while (!body.done && taken < data.n) {
        size_t size = data.n - taken < step ? data.n - taken : step;
        struct span rest = {data.p + taken, size}, piece = {0};
        while (rest.n && !body.done) {
            size_t before = rest.n;
            if (http_body_take(&body, &rest, &piece)) return -1;
            if (piece.n) buf_add_span(out, piece);
            if (rest.n == before && !body.done && !piece.n) abort(); /* it would stand still */
        }
        taken += size - rest.n;
    }
    return (int64_t)taken;
}

static size_t read_body(const struct http_head *head, struct span data) {
    struct buf whole = {0}, parts = {0};
    if (head->framing == HTTP_NO_BODY || (head->framing == HTTP_LENGTH && head->length == 0)) return 0;
    int64_t taken = take_body(head, data, SIZE_MAX, &whole);
    if (take_body(head, data, 3, &parts) != taken) abort();
    if (taken >= 0 && !span_eq(buf_span(&whole), buf_span(&parts))) abort();
    buf_fini(&whole);
    buf_fini(&parts);
    return taken < 0 ? data.n : (size_t)taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span rest = {(const char *)data, size};
    struct arena arena = {0};
    struct http_fields fields = {0};
    const char *why = NULL;
    size_t head_bytes;
    if (http_fields_parse(rest, &arena, &fields, &why) == 0) read_fields(&fields);
    else if (!why) abort();
    while ((head_bytes = http_head_size(rest)) > 0) {
        struct http_head head = {0};
        if (head_bytes > rest.n) abort();
        if (http_head_parse((struct span){rest.p, head_bytes}, &arena, &head, &why)) break;
        if (head.path[0] != '/' && strcmp(head.path, "*") != 0) abort();
        read_fields(&head.headers);
        read_fields(&head.params);
        rest = (struct span){rest.p + head_bytes, rest.n - head_bytes};
        size_t body = read_body(&head, rest);
        rest = (struct span){rest.p + body, rest.n - body};
    }
    arena_fini(&arena);
    return 0;
}
