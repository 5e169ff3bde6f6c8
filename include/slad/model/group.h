/* group: the values that split a standard's figures, and that name a subject, as reports show them.
 * Owns: nothing; texts are borrowed.
 * Must not know: interning. */
#ifndef SLAD_MODEL_GROUP_H
#define SLAD_MODEL_GROUP_H

#include "slad/base/span.h"

/* One text for each attribute of `by` (or `per`); p == NULL stands for an absent attribute. */
struct group {
    const struct span *texts;
    size_t count;
};

#endif
