/* Invariants:
 *  1. between calls, what is posted to a standard's ledger for a subject is exactly what its track's cycle measures,
 *     and what the cycles before that measure when the standard is run over the subject's timeline, besides what those
 *     measured that left memory (evict.c, 5). (The last cycle of such a run may be ahead of the track: a moment that brings
 *     no news is not stepped, so its limit, run out before that moment, is left to the clock);
 *  2. no track for a contact: running it would measure nothing now; the standards it started without applying are in
 *     contact->idle, but for those that a sieve passes by (sieve.h): they join them, or apply, when their attribute changes;
 *  3. a subject is in engine->deadlines exactly while a cycle of it is open, at the least `fires` of its tracks. */
#include "fold.h"

#include "redo.h"
#include "rest.h"
#include "step.h"

/* The clock has decided something that this moment comes before. */
static bool clock_was_early(const struct track *track, const struct moment *m) {
    return track->exists && track->cycle.by_clock && track->cycle.due >= m->at;
}

static bool needs_redo(struct engine *engine, struct subject *subject, const struct moment *m) {
    const struct moments *moments = &subject->moments;
    if (!moments->count) return false;
    if (moment_cmp(m, moments->list[moments->count - 1]) < 0) return true;
    for (uint32_t i = 0; i < subject->track_count; i++)
        if (clock_was_early(&subject->tracks[i], m)) return true;
    const struct event_name *name = m->name == NAME_UNKNOWN ? NULL : engine->program->names[m->name];
    if (!name || !name->voids[subject->keyspace]) return false;
    for (size_t i = 0; i < name->count; i++) {
        const struct compiled *rule = &engine->program->standards[name->reactions[i].standard];
        if (rule->keyspace != subject->keyspace || !rule->reaches_back) continue;
        if (reaction_roles(&name->reactions[i], m->own, m->own_count) & ROLE_VOID) return true;
    }
    return false;
}

/* Each is looked up once: in a large table that is much of what a moment costs. */
static void find_subjects(
    struct timeline *timeline, struct contact *contact, const struct moment *m, const struct attrs *before) {
    for (uint32_t k = 0; k < timeline->program->keyspace_count; k++)
        timeline->in_hand[k] = k == 0 || moment_matters(timeline->program, m, before, k)
                                   ? timeline_subject(timeline, contact, k, m->attrs, m->at, FIND_OR_MAKE)
                                   : NULL;
}

static bool needs_redo_anywhere(struct engine *engine, const struct moment *m) {
    for (uint32_t k = 0; k < engine->program->keyspace_count; k++) {
        struct subject *subject = engine->timeline.in_hand[k];
        if (subject && needs_redo(engine, subject, m)) return true;
    }
    return false;
}

static void append(struct engine *engine, struct moment *m) {
    for (uint32_t k = 0; k < engine->program->keyspace_count; k++) {
        struct subject *subject = engine->timeline.in_hand[k];
        if (!subject) continue;
        moments_insert(&engine->texts.pool, &subject->moments, m);
        step_subject(engine, subject, m);
    }
}

void fold_moment(struct engine *engine, struct moment *m) {
    struct contact *contact = m->contact;
    rest_wake(engine, &contact->subject);
    const struct moments *own = &contact->subject.moments;
    const struct moment *last = own->count ? own->list[own->count - 1] : NULL;
    bool late = last && moment_cmp(m, last) < 0;
    if (!late) {
        struct attrs *before = last ? last->attrs : engine->timeline.nothing;
        m->attrs = attrs_after(&engine->texts, before, m->own, m->own_count);
        find_subjects(&engine->timeline, contact, m, before);
        late = needs_redo_anywhere(engine, m);
    }
    if (late) redo_moment(engine, contact, m);
    else append(engine, m);
}
