/* view_sentence: why a clock came to its verdict, told to a person.
 * Owns: nothing.
 * Must not know: JSON, the store. */
#ifndef SLAD_SERVICE_VIEW_SENTENCE_H
#define SLAD_SERVICE_VIEW_SENTENCE_H

#include "slad/base/buf.h"
#include "slad/engine/engine.h"

/* What happened to the contact when, so that events can be called by their names. */
struct story_event {
    int64_t at_ms;
    const char *name;
};
struct story_context {
    int64_t now_ms;
    struct span contact; /* that was asked about */
    const struct story_event *events;
    size_t event_count;
};

/* Adds one sentence, in wall-clock time of the standard's zone. */
void sentence_tell(const struct story_context *context, const struct story_cycle *cycle, struct buf *out);

#endif
