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
    bool partial; /* it began at a landmark */
};
/* A run moment by moment: from the start of a timeline, or from run->track as it was before the first moment given. */
void run_begin(struct run *run, uint32_t standard);
void run_step(struct engine *engine, struct run *run, const struct moment *moment);
void run_end(struct engine *engine, const struct subject *subject, struct run *run);
/* Forgets the cycles so far, but the last. */
void run_drop_cycles(struct engine *engine, struct run *run);
/* All of it; for clock standards. */
void run_cycles(struct engine *engine, uint32_t standard, struct subject *subject, struct run *run);
/* The same, with what the clock had decided of the last one when it had come to this instant. */
void run_cycles_as_of(
    struct engine *engine, uint32_t standard, struct subject *subject, int64_t held_ms, struct run *run);
void run_fini(struct engine *engine, struct run *run);
/* For value standards. */
void run_values(struct engine *engine, uint32_t standard, const struct subject *subject, struct measures *out);
/* Only what lies between these instants, both included; for those without `void`. */
void run_values_between(struct engine *engine, uint32_t standard, const struct subject *subject, int64_t from_ms,
    int64_t through_ms, struct measures *out);
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
