/* Invariants:
 * 1. data is NULL and capacity 0, or capacity > size and data[size] is NUL. */
#include "slad/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "slad/base/mem.h"

enum { BUF_MIN = 64 }; /* bytes; most texts fit, and few are moved while they grow */

void buf_reserve(struct buf *buf, size_t more) {
    size_t need;
    if (__builtin_add_overflow(buf->size, more, &need) || __builtin_add_overflow(need, 1, &need))
        need = SIZE_MAX;
    if (need <= buf->capacity) return;
    if (need < BUF_MIN) need = BUF_MIN;
    buf->data = mem_grow(buf->data, &buf->capacity, need, 1);
    buf->data[buf->size] = '\0';
}

void buf_add(struct buf *buf, const void *data, size_t bytes) {
    if (bytes == 0) return;
    buf_reserve(buf, bytes);
    memcpy(buf->data + buf->size, data, bytes);
    buf->size += bytes;
    buf->data[buf->size] = '\0';
}

void buf_add_text(struct buf *buf, const char *text) {
    buf_add(buf, text, strlen(text));
}

void buf_add_span(struct buf *buf, struct span text) {
    buf_add(buf, text.p, text.n);
}

void buf_add_char(struct buf *buf, char c) {
    buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = buf->capacity - buf->size;
    int wanted = vsnprintf(buf->data ? buf->data + buf->size : NULL, room, format, args);
    if (wanted > 0 && (size_t)wanted >= room) {
        buf_reserve(buf, (size_t)wanted);
        vsnprintf(buf->data + buf->size, (size_t)wanted + 1, format, again);
    }
    if (wanted > 0) buf->size += (size_t)wanted;
    va_end(again);
    va_end(args);
}

void buf_drop_front(struct buf *buf, size_t bytes) {
    if (bytes == 0 || !buf->data) return;
    if (bytes > buf->size) bytes = buf->size;
    buf->size -= bytes;
    memmove(buf->data, buf->data + bytes, buf->size + 1);
}

void buf_fini(struct buf *buf) {
    free(buf->data);
    *buf = (struct buf){0};
}
