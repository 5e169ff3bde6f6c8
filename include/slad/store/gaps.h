/* gaps: when which input's events are missing, and what inputs that cannot be read again remember.
 * Owns: the tables `data_gaps` and `links`.
 * Must not know: why, or how inputs are connected. */
#ifndef SLAD_STORE_GAPS_H
#define SLAD_STORE_GAPS_H

#include "slad/base/buf.h"
#include "slad/base/span.h"
#include "slad/store/store.h"

struct data_gap {
    struct span input;
    int64_t since_ms, until_ms; /* INSTANT_NEVER: it lasts */
    struct span reason;
};

/* 0; 1: this input has one that lasts, which goes on. */
int gap_open(struct store *store, struct span input, int64_t since_ms, const char *reason,
    struct err *err) WARN_UNUSED;
/* Ends the one that lasts; nothing happens when there is none. */
int gap_end(struct store *store, struct span input, int64_t until_ms, struct err *err) WARN_UNUSED;
/* Forgets those that ended before. */
int gaps_drop(struct store *store, int64_t before_ms, struct err *err) WARN_UNUSED;

/* Reading: as of the last commit, so that no question waits for the next. */

/* Whether any lay within from_ms … to_ms, or did in part. */
int gaps_touch(struct store *store, int64_t from_ms, int64_t to_ms, bool *touch, struct err *err) WARN_UNUSED;
/* Those that last and then the last that ended, at most `most`. */
int gaps_each(struct store *store, size_t most, void (*visit)(void *arg, const struct data_gap *gap),
    void *arg, struct err *err) WARN_UNUSED;

/* Up to when a link was seen to work, and the calls it knew of then, as text. */
int link_put(
    struct store *store, struct span name, int64_t seen_ms, struct span calls, struct err *err) WARN_UNUSED;
/* calls is added to. 1: there is none of this name. */
int link_get(
    struct store *store, struct span name, int64_t *seen_ms, struct buf *calls, struct err *err) WARN_UNUSED;

#endif
