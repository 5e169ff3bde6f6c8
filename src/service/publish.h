/* publish: the rolling figures as of an instant, written to the store in slices.
 * Owns: the figures that are to be taken, and those that are taken and not written yet.
 * Must not know: when it is time to. */
#ifndef SLAD_SERVICE_PUBLISH_H
#define SLAD_SERVICE_PUBLISH_H

#include "state.h"

/* The next instant to publish as of, after this one. */
static inline int64_t publish_after(int64_t now_ms, const struct config *config) {
    return now_ms - now_ms % config->publish_ms + config->publish_ms;
}

struct publish *publish_new(void);
void publish_free(struct publish *publish); /* NULL is fine */
/* Begins to take the figures that changed since the last time, as of the engine's now, which must not be freed before they
 * are. With service->first_publish, which it
 * clears, all count as changed, but those that stand as they were last written; and groups that were published and are
 * no more end. None may be waiting. */
void publish_take(struct publish *publish, struct service *service);
bool publish_waits(const struct publish *publish); /* some are to be taken, or taken and not written */
/* Takes and writes a slice in the turn's transaction; a failure to write fails the batch. */
void publish_step(struct publish *publish, struct service *service);
/* Forgets what waits: the batch is lost. After the recovery all counts as changed. */
void publish_drop(struct publish *publish);

#endif
