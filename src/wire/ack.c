#include "slad/wire/ack.h"
#include <inttypes.h>
#include "slad/wire/write.h"

void ack_line(struct buf *out, uint64_t line) {
    buf_printf(out, "{\"ack\":%" PRIu64 "}\n", line);
}

/* Cut between characters. */
static struct span cut(struct span text, size_t max) {
    if (text.n <= max) return text;
    while (max > 0 && ((unsigned char)text.p[max] & 0xC0) == 0x80) max--;
    return (struct span){text.p, max};
}

void reject_line(struct buf *out, uint64_t line, const char *reason) {
    struct json_writer w = {.out = out};
    json_object_begin(&w);
    json_field_int(&w, "reject", (int64_t)line);
    json_field_string(&w, "reason", cut(span_of(reason), REJECT_REASON_MAX));
    json_object_end(&w);
    buf_add_char(out, '\n');
}

void refuse_line(struct buf *out, const char *reason) {
    struct json_writer w = {.out = out};
    json_object_begin(&w);
    json_field_text(&w, "refused", reason); /* ours, and short */
    json_object_end(&w);
    buf_add_char(out, '\n');
}
