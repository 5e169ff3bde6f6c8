/* elements: a JSON array cut into its elements, one after another, without a tree in memory.
 * Owns: nothing; elements are parts of the text.
 * Must not know: what an element is. What stands in one is for its reader to check: a bad element does not spoil the
 * others. */
#ifndef SLAD_WIRE_ELEMENTS_H
#define SLAD_WIRE_ELEMENTS_H

#include "slad/base/buf.h"
#include "slad/base/err.h"

struct elements {
    struct span text;
    size_t at;    /* bytes of text that are done with */
    size_t count; /* elements given */
    bool ended;
};
/* To start: {.text = array}. 1: *out is the next element, without white space around it; 0: there are no more.
 * ERR_INVALID: it is not an array, or nothing that follows can be told apart; bytes are counted from 1. */
int elements_next(struct elements *elements, struct span *out, struct err *err) WARN_UNUSED;

/* Adds the element without the white space between its values, so that it is one line. */
void elements_compact(struct buf *out, struct span element);

#endif
