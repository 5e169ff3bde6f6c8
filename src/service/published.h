/* published: which state of knowledge the latest figures on record are of, so that a replay can be brought to the same.
 * Owns: the numbers `published_…` of `meta`.
 * Must not know: how figures are counted, or compared. */
#ifndef SLAD_SERVICE_PUBLISHED_H
#define SLAD_SERVICE_PUBLISHED_H

#include <stdbool.h>
#include "slad/store/store.h"

struct published {
    int64_t at_ms;       /* the engine's clocks */
    int64_t held_ms;
    int64_t through_seq; /* of the journal */
    int64_t version;     /* the latest of the standards that the engine ran by */
    bool is_whole;       /* the journal has let go of nothing since */
};

/* In the transaction of the last figures of a publish. */
int published_set(struct store *store, const struct published *published, struct err *err) WARN_UNUSED;
/* 1: nothing was, or it is not known. */
int published_get(struct store *store, struct published *out, struct err *err) WARN_UNUSED;
/* In the transaction in which the journal lets go of events. */
int published_let_go(struct store *store, struct err *err) WARN_UNUSED;
/* In the transaction in which the engine's clock goes back to at_ms: what was published later never was. */
int published_back(struct store *store, int64_t at_ms, struct err *err) WARN_UNUSED;

#endif
