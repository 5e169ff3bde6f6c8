/* Invariants:
 *  1. a contact is in engine->busy, or in engine->quiet, or in none of them;
 *  2. a contact at rest has no tracks; running its standards over its moments, and letting the clock decide what was
 *     due before rest->held, gives the tracks that it had: this was tried when it was laid to rest, and neither its
 *     moments nor what the clock has decided change before rest_wake();
 *  3. resting changes no figure, and not when the subject is due. */
#include "rest.h"

#include <stdlib.h>
#include "cycle.h"
#include "deadline.h"
#include "run.h"

enum {
    AWAKE_MOST = 32 * 1024, /* some 50 MiB */
    MOMENTS_MOST = 32,      /* those with more would take long to run anew */
};

/* ---------------------------------------------------------------- who is awake */

static void take_off(struct engine *engine, struct contact *contact) {
    contacts_take_off(&engine->busy, contact);
    contact->is_busy = false;
}

static void put_last(struct engine *engine, struct contact *contact) {
    contacts_put_last(&engine->busy, contact);
    contact->is_busy = true;
    contact->touched = false;
}

void rest_note(struct engine *engine, struct contact *contact) {
    if (contact->is_resting) return; /* it is another of its subjects */
    if (contact->is_busy) contact->touched = true; /* moving it would cost two cache misses an event */
    else put_last(engine, contact);
}

void rest_forget(struct engine *engine, struct contact *contact) {
    if (contact->is_busy) take_off(engine, contact);
}

/* ---------------------------------------------------------------- resting */

/* What the clock does by and by, warnings and what it has put off, cannot be had from the moments. */
static bool comes_back(struct engine *engine, struct subject *subject, const struct track *track) {
    const struct cycle *c = &track->cycle;
    if (!track->exists || c->warned || c->warn_again || track->ripe_ms != INSTANT_NEVER) return false;
    struct run run;
    run_cycles_as_of(engine, track->standard, subject, engine->held, &run);
    bool same = track_same(&run.track, track) && !run.track.cycle.warned && !run.track.cycle.warn_again;
    run_fini(engine, &run);
    return same;
}

static bool may_rest(struct engine *engine, struct subject *subject) {
    if (!subject->track_count || subject->landmarks || subject->moments.count > MOMENTS_MOST) return false;
    for (uint32_t i = 0; i < subject->track_count; i++)
        if (!comes_back(engine, subject, &subject->tracks[i])) return false;
    return true;
}

static void lay(struct engine *engine, struct contact *contact) {
    struct subject *subject = &contact->subject;
    struct rest *rest = pool_alloc(&engine->texts.pool, rest_bytes(subject->track_count));
    rest->held = engine->held;
    rest->count = subject->track_count;
    for (uint32_t i = 0; i < subject->track_count; i++) rest->standards[i] = subject->tracks[i].standard;
    subject_drop_tracks(subject, &engine->texts);
    subject->rest = rest;
    contact->is_resting = true;
    engine->timeline.resting++;
}

/* One that cannot rest now is looked at again when it was touched. */
void engine_rest(struct engine *engine, size_t most) {
    size_t awake = engine->options.awake_most ? engine->options.awake_most : AWAKE_MOST;
    while (most-- && engine->busy.count > awake) {
        struct contact *contact = engine->busy.first;
        bool touched = contact->touched;
        take_off(engine, contact);
        if (touched) put_last(engine, contact);
        else if (may_rest(engine, &contact->subject)) lay(engine, contact);
    }
}

/* ---------------------------------------------------------------- waking */

void rest_wake(struct engine *engine, struct subject *subject) {
    struct contact *contact = contact_of(subject);
    if (!contact || !contact->is_resting) return;
    struct rest *rest = mem_dup(subject->rest, rest_bytes(subject->rest->count));
    timeline_drop_rest(&engine->timeline, contact);
    for (uint32_t i = 0; i < rest->count; i++) {
        struct run run;
        run_cycles_as_of(engine, rest->standards[i], subject, rest->held, &run);
        struct track *track = subject_add_track(&engine->texts.pool, subject, rest->standards[i]);
        *track = run.track;
        track->ripe_ms = INSTANT_NEVER;
        deadline_set(engine, track);
        run.track.exists = false;
        run_fini(engine, &run);
    }
    free(rest);
    if (!contact->is_quiet) put_last(engine, contact);
}
