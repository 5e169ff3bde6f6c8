#include "event_batch.h"

#include <string.h>

bool event_batch_put(struct event_batch *batch, const struct event *event) {
    struct attr *attrs = batch->attrs[batch->count];
    struct event *own = &batch->events[batch->count++];
    *own = *event;
    if (event->attr_count > EVENT_BATCH_ATTRS) return false;
    if (event->attr_count) memcpy(attrs, event->attrs, event->attr_count * sizeof *attrs);
    own->attrs = attrs;
    return true;
}
