/* Invariants:
 *  1. engine->quiet holds contacts, the longest untouched first, none of them twice;
 *  2. a contact is in memory, or its hash is in engine->evicted, or no event of it was ever taken in that matters;
 *  3. building an evicted contact again changes no ledger: it had nothing open, so its cycles measure what they
 *     measured when it left. */
#include "evict.h"

#include <stdlib.h>
#include "deadline.h"
#include "run.h"

/* ---------------------------------------------------------------- who is quiet */

static void take_off(struct engine *engine, struct contact *contact) {
    if (!contact->is_quiet) return;
    *(contact->quiet_before ? &contact->quiet_before->quiet_after : &engine->quiet.first) = contact->quiet_after;
    *(contact->quiet_after ? &contact->quiet_after->quiet_before : &engine->quiet.last) = contact->quiet_before;
    contact->is_quiet = false;
}

static void put_last(struct engine *engine, struct contact *contact) {
    take_off(engine, contact);
    contact->quiet_before = engine->quiet.last;
    contact->quiet_after = NULL;
    *(engine->quiet.last ? &engine->quiet.last->quiet_after : &engine->quiet.first) = contact;
    engine->quiet.last = contact;
    contact->quiet_since = engine->now;
    contact->is_quiet = true;
}

/* Whose subject it is; NULL when it is nobody's alone. */
static struct contact *owner(const struct engine *engine, struct subject *subject) {
    if (subject->keyspace == 0) return contact_of(subject);
    if (!engine->program->keyspaces[subject->keyspace].by_contact || !subject->moments.count) return NULL;
    return subject->moments.list[0]->contact;
}

void evict_note(struct engine *engine, struct subject *subject, bool open) {
    struct contact *contact = owner(engine, subject);
    if (!contact) return;
    if (open) take_off(engine, contact);
    else put_last(engine, contact);
}

void evict_forget(struct engine *engine, struct contact *contact) {
    take_off(engine, contact);
}

/* ---------------------------------------------------------------- leaving */

typedef bool subject_visit(struct engine *engine, struct subject *subject);

/* The subjects of other keyspaces that the contact's moments are in, until visit says false. One may come twice. */
static bool each_elsewhere(struct engine *engine, struct contact *contact, subject_visit *visit) {
    const struct moments *own = &contact->subject.moments;
    for (uint32_t k = 1; k < engine->program->keyspace_count; k++)
        for (size_t i = 0; i < own->count; i++) {
            if (!moment_matters(&engine->timeline, own->list[i], k)) continue;
            struct subject *subject =
                timeline_subject(&engine->timeline, contact, k, own->list[i]->attrs, FIND_ONLY);
            if (subject && !visit(engine, subject)) return false;
        }
    return true;
}

static bool may_leave(struct engine *engine, struct subject *subject) {
    return owner(engine, subject) && !heap_holds(&subject->deadline);
}

static bool drop(struct engine *engine, struct subject *subject) {
    timeline_drop_subject(&engine->timeline, subject);
    return true;
}

enum { GROUPS_LOOKED = 32 }; /* a call: a microsecond */

/* Of one standard after the other. */
static void let_groups_go(struct engine *engine) {
    if (!engine->program->count) return;
    engine->looked = (engine->looked + 1) % engine->program->count;
    ledger_let_go(&engine->ledgers[engine->looked], GROUPS_LOOKED);
}

size_t engine_evict(struct engine *engine, int64_t quiet_since_ms, size_t most) {
    size_t gone = 0;
    struct contact *contact;
    while (most-- && (contact = engine->quiet.first) && contact->quiet_since <= quiet_since_ms) {
        take_off(engine, contact);
        if (contact->waiting || !may_leave(engine, &contact->subject)) continue;
        if (!each_elsewhere(engine, contact, may_leave)) continue;
        each_elsewhere(engine, contact, drop);
        hash_set_add(&engine->evicted, contact->name->hash);
        timeline_drop_contact(&engine->timeline, contact);
        gone++;
    }
    let_groups_go(engine);
    return gone;
}

/* ---------------------------------------------------------------- coming back */

bool engine_is_evicted(const struct engine *engine, struct span contact) {
    return engine->evicted.count && hash_set_has(&engine->evicted, span_hash(contact));
}

void engine_recall_event(struct engine *engine, const struct event *event) {
    struct timeline *timeline = &engine->timeline;
    struct moment *m = moment_new(timeline, event);
    if (!moment_is_of_interest(engine->program, m)) {
        moment_free(timeline, m);
        return;
    }
    struct contact *contact = m->contact = timeline_contact(timeline, event->contact);
    struct moments *own = &contact->subject.moments;
    if (event->received_ms > contact->received_ms) contact->received_ms = event->received_ms;
    m->attrs = attrs_after(timeline->texts, own->count ? own->list[own->count - 1]->attrs : timeline->nothing, m->own, m->own_count);
    moments_insert(&timeline->texts->pool, own, m);
}

/* The cycles of one subject, as they were: what the clock had decided it decides again. */
static void run_subject(struct engine *engine, struct subject *subject) {
    bool *marked = mem_zalloc(engine->program->count + 1);
    moments_mark(engine->program, &subject->moments, subject->keyspace, marked);
    for (uint32_t s = 0; s < engine->program->count; s++) {
        struct run run;
        if (!marked[s] || engine->program->standards[s].standard->is_value) continue;
        run_cycles(engine, s, subject, &run);
        if (run.track.exists) cycle_settle(&engine->ledgers[s], &run.track.cycle, engine->held);
        run_install(engine, subject, &run);
        run_fini(engine, &run);
    }
    free(marked);
    deadline_schedule(engine, subject);
}

static bool run_once(struct engine *engine, struct subject *subject) {
    if (!subject->track_count) run_subject(engine, subject);
    return true;
}

void engine_recalled(struct engine *engine, struct span name) {
    hash_set_remove(&engine->evicted, span_hash(name));
    struct contact *contact = timeline_find(&engine->timeline, name);
    if (!contact) return; /* the journal has let go of it */
    timeline_place_elsewhere(&engine->timeline, contact);
    run_subject(engine, &contact->subject);
    each_elsewhere(engine, contact, run_once);
}
