/* ack: what a client that said hello is answered, a line at a time (docs/EVENTS.md, Answers).
 * Owns: nothing; lines are added to the caller's buffer.
 * Must not know: connections, when a commit is done. */
#ifndef SLAD_WIRE_ACK_H
#define SLAD_WIRE_ACK_H

#include <stdint.h>
#include "slad/base/buf.h"

enum { REJECT_REASON_MAX = 300 }; /* bytes: a bad line must not cost more to answer than to send */

/* {"ack":N}: the first N lines of the connection are on disk, or were rejected. */
void ack_line(struct buf *out, uint64_t line);
/* {"reject":N,"reason":"…"}: line N, counted from 1, was not taken. */
void reject_line(struct buf *out, uint64_t line, const char *reason);
/* {"refused":"…"}: nothing of this connection is taken, and it ends here. */
void refuse_line(struct buf *out, const char *reason);

#endif
