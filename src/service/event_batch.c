#include "event_batch.h"

#include <string.h>

enum { EVENTS_A_STEP = 6 }; /* some 10 us: what is fetched is there by then, and still there */

bool event_batch_put(struct event_batch *batch, const struct event *event) {
    struct attr *attrs = batch->attrs[batch->count];
    struct event *own = &batch->events[batch->count++];
    *own = *event;
    if (event->attr_count > EVENT_BATCH_ATTRS) return false;
    if (event->attr_count) memcpy(attrs, event->attrs, event->attr_count * sizeof *attrs);
    own->attrs = attrs;
    return true;
}

void event_entries_foresee(const struct engine *engine, const struct event_entry *entries, size_t count, size_t i) {
    for (unsigned step = 0; step < ENGINE_FORESEE_STEPS; step++) {
        size_t ahead = i + (ENGINE_FORESEE_STEPS - step) * EVENTS_A_STEP;
        if (ahead < count && entries[ahead].moment) engine_foresee(engine, entries[ahead].moment, step);
    }
}
