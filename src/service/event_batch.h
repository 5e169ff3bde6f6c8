/* event_batch: events that were read and wait to be taken apart together (engine_prepare()), and then to be taken.
 * Owns: copies of their attributes; texts stay where their line is.
 * Must not know: where lines come from, what becomes of the moments. */
#ifndef SLAD_SERVICE_EVENT_BATCH_H
#define SLAD_SERVICE_EVENT_BATCH_H

#include <stdbool.h>
#include "slad/engine/engine.h"

enum { EVENT_BATCH_ATTRS = 24 }; /* of one: with more, more than most events have, it is taken alone */
struct event_batch {             /* zero-initialise to start; empty again with count = 0 */
    struct event events[ENGINE_PREPARE_MOST];
    struct attr attrs[ENGINE_PREPARE_MOST][EVENT_BATCH_ATTRS];
    size_t count;
};

static inline bool event_batch_is_full(const struct event_batch *batch) {
    return batch->count == ENGINE_PREPARE_MOST;
}
/* False: it must be prepared before another one is read, as its attributes are still the reader's. */
bool event_batch_put(struct event_batch *batch, const struct event *event);

struct event_entry {
    int64_t at;
    struct moment *moment; /* NULL: no standard asks for it, or it was taken */
};
/* The i-th of them is about to be taken: fetches what those behind it will need (engine_foresee()). */
void event_entries_foresee(const struct engine *engine, const struct event_entry *entries, size_t count, size_t i);

#endif
