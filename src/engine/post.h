/* post: what changed about one cycle or value, written to the ledger and told as effects.
 * Owns: nothing.
 * Must not know: why it changed. */
#ifndef SLAD_ENGINE_POST_H
#define SLAD_ENGINE_POST_H

#include "state.h"

/* before and after: the same measurement (start, nth) as it was and is known; either may be NULL. cause_ms: the instant
 * of the event that changed it; levels learn no earlier that something is taken back. */
void post_change(struct engine *engine, uint32_t standard, const struct subject *subject,
    const struct measure *before, const struct measure *after, int64_t cause_ms);
/* The clock has found a warning of the running cycle reached. */
void post_warned(struct engine *engine, uint32_t standard, const struct subject *subject, const struct cycle *cycle,
    size_t warning);
/* The same as post_change() for two lists, matched by (start, nth). */
void post_changes(struct engine *engine, uint32_t standard, const struct subject *subject,
    const struct measures *before, const struct measures *after, int64_t cause_ms);

#endif
