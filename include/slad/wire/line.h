/* line: one line of input to one event (docs/STANDARDS.md, Events).
 * Owns: the bytes of unescaped text and the attributes of the latest line, until the next line_read().
 * Must not know: where lines come from, which events are duplicates, the clock. */
#ifndef SLAD_WIRE_LINE_H
#define SLAD_WIRE_LINE_H

#include "slad/base/err.h"
#include "slad/base/span.h"
#include "slad/model/event.h"

struct line_reader;
struct line_reader *line_reader_new(void);
void line_reader_free(struct line_reader *reader); /* may be NULL */

enum line_kind {
    LINE_EVENT,
    LINE_HELLO, /* {"hello":{"client":"pbx-1"}} and no other key: the client wants to be answered */
    LINE_BLANK, /* nothing but white space: skipped, neither accepted nor rejected */
};

enum {
    LINE_DEPTH_MAX = 16
}; /* objects and arrays in one another, the line's own counted: scanning recurses */

/* Reads a line (without its newline). An event's text lies in the line or in the reader, until the next call;
 * received_ms and seq stay 0, and has_at is false when `at` is absent or null: the caller knows what then. Of
 * a hello only contact is set, to the client's name, with n == 0 when it gave none. ERR_INVALID, or ERR_LIMIT
 * for a line over EVENT_LINE_MAX or LINE_DEPTH_MAX, with a reason that the sender is told. Bytes are counted
 * from 1. */
int line_read(struct line_reader *reader, struct span line, enum line_kind *kind, struct event *out,
    struct err *err) WARN_UNUSED;

/* The texts of the event that was read last are all in its line: it had no escapes. */
bool line_in_place(const struct line_reader *reader);

#endif
