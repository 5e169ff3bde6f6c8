/* run: one standard over the whole timeline of a subject.
 * Owns: the cycles of a run, until run_fini().
 * Must not know: what was posted before. */
#ifndef SLAD_ENGINE_RUN_H
#define SLAD_ENGINE_RUN_H

#include "state.h"

/* All cycles, oldest first. */
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
/* What a run measures; of a value standard, what its values do. last: the track whose cycle comes after those of the
 * run; NULL when there is none. */
void run_measures(struct engine *engine, uint32_t standard, struct subject *subject, const struct run *run,
    const struct track *last, struct measures *out);
/* Puts the outcome of a run in the place of the subject's track. */
void run_install(struct engine *engine, struct subject *subject, struct run *run);

#endif
