/* buf: a growing byte buffer, always NUL-terminated after its last byte.
 * Owns: its bytes. Zero-initialise to start; buf_fini() frees.
 * Must not know: what the bytes mean. */
#ifndef SLAD_BASE_BUF_H
#define SLAD_BASE_BUF_H

#include "slad/base/err.h"
#include "slad/base/span.h"

struct buf {
    char *data; /* NULL while nothing was added */
    size_t size, capacity;
};

void buf_add(struct buf *buf, const void *data, size_t bytes);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_span(struct buf *buf, struct span text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* Drops the first `bytes` bytes, moving the rest to the front. */
void buf_drop_front(struct buf *buf, size_t bytes);
void buf_reserve(struct buf *buf, size_t more); /* room for `more` bytes beyond size */
static inline void buf_clear(struct buf *buf) {
    buf->size = 0;
    if (buf->data) buf->data[0] = '\0';
}
static inline struct span buf_span(const struct buf *buf) {
    return (struct span){buf->data, buf->size};
}
/* The text, "" when empty; borrowed. */
static inline const char *buf_text(const struct buf *buf) {
    return buf->data ? buf->data : "";
}
void buf_fini(struct buf *buf);

#endif
