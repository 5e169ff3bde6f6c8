/* Invariants:
 *  1. text[head..] is the lines that are here, one after another;
 *  2. given_bytes <= sent <= text.size - head: only what was sent whole can be acknowledged. */
#include "unacked.h"

#include <stdlib.h>
#include "slad/base/mem.h"

/* What is done with is dropped once that moves less than it frees. */
static void make_room(struct unacked *u) {
    if (u->head > u->text.size / 2) {
        buf_drop_front(&u->text, u->head);
        u->head = 0;
    }
    if (u->first > u->count) {
        memmove(u->lines, u->lines + u->first, u->count * sizeof *u->lines);
        u->first = 0;
    }
}

void unacked_add(struct unacked *u, struct span line, uint64_t number) {
    make_room(u);
    u->lines = mem_grow(u->lines, &u->capacity, u->first + u->count + 1, sizeof *u->lines);
    u->lines[u->first + u->count++] = (struct unacked_line){line.n + 1, number, false};
    buf_add_span(&u->text, line);
    buf_add_char(&u->text, '\n');
}

bool unacked_has_room(const struct unacked *u) {
    return u->text.size - u->head < UNACKED_BYTES_MAX;
}

struct span unacked_rest(const struct unacked *u) {
    size_t at = u->head + u->sent;
    return (struct span){buf_text(&u->text) + at, u->text.size - at};
}

void unacked_sent(struct unacked *u, size_t bytes) {
    u->sent += bytes;
    while (u->given < u->count && u->given_bytes + u->lines[u->first + u->given].bytes <= u->sent)
        u->given_bytes += u->lines[u->first + u->given++].bytes;
}

void unacked_again(struct unacked *u) {
    u->resent += u->given;
    u->sent = u->given = u->given_bytes = 0;
    u->done = 0;
}

int unacked_ack(struct unacked *u, uint64_t n) {
    if (n < u->done || n - u->done > u->given) return -1;
    size_t bytes = 0;
    for (; u->done < n; u->done++, u->acknowledged++, u->count--, u->given--) bytes += u->lines[u->first++].bytes;
    u->head += bytes;
    u->sent -= bytes;
    u->given_bytes -= bytes;
    return 0;
}

int64_t unacked_reject(struct unacked *u, uint64_t n) {
    if (n <= u->done || n - u->done > u->given) return -1;
    struct unacked_line *line = &u->lines[u->first + (size_t)(n - u->done - 1)];
    if (line->rejected) return 0;
    line->rejected = true;
    u->rejected++;
    return (int64_t)line->number;
}

void unacked_fini(struct unacked *u) {
    buf_fini(&u->text);
    free(u->lines);
}
