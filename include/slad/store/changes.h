/* changes: which breaches and warnings were written or changed, in the order of committing, so that a reader can say
 * how far it has come and go on from there after any break.
 * Owns: the table `changes`.
 * Must not know: what a change means, who follows. */
#ifndef SLAD_STORE_CHANGES_H
#define SLAD_STORE_CHANGES_H

#include <stddef.h>
#include "slad/store/store.h"

enum {
    /* The latest so many are kept, at least, about 4 MiB: days of a large centre, and a reader that was away for longer reads
     * the breaches anew. */
    CHANGES_KEPT = 250000,
};

enum change_of { CHANGE_BREACH, CHANGE_WARNING };
struct change {
    int64_t seq; /* its place, rising */
    enum change_of of;
    int64_t id; /* of the breach or warning */
    bool is_new; /* it was first written down among the changes that were looked at */
};

/* Forgets those that are no longer kept, by at most `rows`. 1: there may be more to do; 0: none was left. */
int changes_trim(struct store *store, size_t rows, struct err *err) WARN_UNUSED;

/* ---- reading: committed rows only ---- */

struct changes_bounds {
    int64_t first, last; /* 0 and 0 while there are none */
};
int changes_bounds(struct store *store, struct changes_bounds *out, struct err *err) WARN_UNUSED;

/* Of the next `window` changes after this place, those that none of them comes after for the same breach or warning, in
 * order: one that changed often is visited once. *through is the place of the last one looked at, or `after`. The visit
 * may read. */
int changes_read(struct store *store, int64_t after, size_t window, void (*visit)(void *arg, const struct change *change),
    void *arg, int64_t *through, struct err *err) WARN_UNUSED;

#endif
