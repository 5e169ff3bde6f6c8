/* rebuild: an engine made anew from the journal, or one that is behind brought up to it, in slices.
 * Owns: the engine until it is taken, the order in which rows are fed.
 * Must not know: why it is done; breaches in the store.
 *
 * Rows are fed by (at, arrival), as a replay orders them, so every limit is decided and every level judged at its
 * instant; rows that arrive meanwhile are fed as they came. */
#ifndef SLAD_SERVICE_REBUILD_H
#define SLAD_SERVICE_REBUILD_H

#include "slad/engine/engine.h"
#include "slad/store/store.h"

struct rebuild;
struct rebuild_options {
    const struct ruleset *rules; /* must outlive the engine */
    struct engine_options engine;
    uint64_t through_seq;        /* rows up to here are sorted and fed */
    struct engine *goes_on;      /* it has all these rows already: it only catches up. NULL: one is made */
    int64_t now_ms, held_ms;     /* the clocks that the engine is to end at */
    bool puts_off; /* leaves open what a running engine may: limits of contacts that were heard of after held_ms */
    size_t keeps;                /* contacts in memory, while some share subjects; 0: a million */
    size_t keep_finished;        /* else: those that have nothing open */
};

struct rebuild *rebuild_new(struct store *store, const struct rebuild_options *options);
/* A slice of up to `events` rows. 1: there is more; 0: done, at the clocks; negative: the store's error. */
int rebuild_step(struct rebuild *rebuild, size_t events, struct err *err) WARN_UNUSED;
/* After rebuild_step() returned 0: a slice of about `events` rows of those that came since, and of the way to these
 * clocks. 1: there is more, ask again with what the goal is by then; 0: it is there; negative: the store's error. */
struct rebuild_goal {
    uint64_t through_seq;
    int64_t now_ms, held_ms;
};
int rebuild_catch_up(
    struct rebuild *rebuild, const struct rebuild_goal *goal, size_t events, struct err *err) WARN_UNUSED;
/* Rows fed, and to be fed. */
uint64_t rebuild_done(const struct rebuild *rebuild);
uint64_t rebuild_total(const struct rebuild *rebuild);
struct engine *rebuild_engine(struct rebuild *rebuild);
/* The engine becomes the caller's. */
struct engine *rebuild_take_engine(struct rebuild *rebuild);
void rebuild_free(struct rebuild *rebuild); /* NULL is fine */

#endif
