/* fold: taking a moment into the timelines, and posting what it changes to the ledgers and as effects.
 * Owns: nothing beyond the engine's state.
 * Must not know: clocks, windows, how figures are read.
 *
 * A moment that is the latest of every subject it belongs to is one step of a few cycles. Any other (late, or one that
 * takes back what the clock decided, or a void over many cycles) is folded anew: the subjects it touches are run from
 * their timelines before and after, and the difference is posted. Both roads use cycle_step(). */
#ifndef SLAD_ENGINE_FOLD_H
#define SLAD_ENGINE_FOLD_H

#include "state.h"

/* Takes over the moment. */
void fold_moment(struct engine *engine, struct span contact, int64_t received_ms, struct moment *moment);
/* Settles the limits of this subject, the first in engine->deadlines, as far as engine->held allows. */
void fold_deadline(struct engine *engine, struct subject *subject);
/* Takes a contact out as if it had never been. */
void fold_forget(struct engine *engine, struct contact *contact);

/* All cycles of one standard over one subject, oldest first, as known now. */
struct run {
    struct cycle *cycles; /* but the last, which is in track when track.exists */
    size_t count, capacity;
    struct track track;
};
/* For clock standards. */
void run_cycles(struct engine *engine, uint32_t standard, struct subject *subject, struct run *run);
void run_fini(struct engine *engine, struct run *run);
/* For value standards. */
void run_values(struct engine *engine, uint32_t standard, const struct subject *subject, struct measures *out);
/* What the subject's latest moment, one with ROLE_WHEN, measures; false when nothing. */
bool run_latest_value(
    struct engine *engine, uint32_t standard, const struct subject *subject, struct measure *out);

#endif
