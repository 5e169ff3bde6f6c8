/* queue_contact: what a call's visit to a queue is called as a contact (docs/ASTERISK.md, Visits).
 * Owns: nothing.
 * Must not know: which formats tell of calls. */
#ifndef SLAD_WIRE_QUEUE_CONTACT_H
#define SLAD_WIRE_QUEUE_CONTACT_H

#include <stdint.h>
#include "slad/base/buf.h"

/* Adds "CALL/QUEUE", from the second visit on "CALL/QUEUE#2". */
void queue_contact(struct span call, struct span queue, uint64_t visit, struct buf *out);

#endif
