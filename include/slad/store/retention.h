/* retention: letting go of what is older than it need be kept, a slice at a time.
 * Owns: nothing; journal_prune() does the same for the journal.
 * Must not know: the wall clock, settings. */
#ifndef SLAD_STORE_RETENTION_H
#define SLAD_STORE_RETENTION_H

#include <stddef.h>
#include "slad/store/store.h"

struct retention {
    int64_t figures_before_ms;  /* figures and percentiles published before it go */
    int64_t breaches_before_ms; /* breaches and warnings recorded before it go, once closed or withdrawn; an open one too
                                 * when the journal has dropped its contact, as it can never end */
    size_t max_rows;            /* the slice: rows looked at or deleted */
};
/* Deletes a slice, within a transaction. 1: the slice is used up, there may be more to do; 0: a pass over
 * everything is complete, and the next call begins anew. When much of the file is unused some of it is given
 * back to the disk. */
int retention_slice(
    struct store *store, const struct retention *retention, size_t *deleted, struct err *err) WARN_UNUSED;

#endif
