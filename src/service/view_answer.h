/* view_answer: what is added to an answer and taken back when the question fails half-way.
 * Owns: nothing.
 * Must not know: any question. */
#ifndef SLAD_SERVICE_VIEW_ANSWER_H
#define SLAD_SERVICE_VIEW_ANSWER_H

#include "slad/base/buf.h"

/* Back to this size: an answer is whole or not there. */
static inline void answer_undo(struct buf *out, size_t size) {
    out->size = size;
    if (out->data) out->data[size] = '\0';
}

#endif
