#include "step.h"

#include "deadline.h"
#include "post.h"
#include "run.h"

static void add_idle(struct contact *contact, uint32_t standard) {
    for (uint32_t i = 0; i < contact->idle_count; i++)
        if (contact->idle[i] == standard) return;
    size_t capacity = contact->idle_capacity;
    contact->idle = mem_grow(contact->idle, &capacity, contact->idle_count + 1, sizeof *contact->idle);
    contact->idle_capacity = (uint32_t)capacity;
    contact->idle[contact->idle_count++] = standard;
}

/* A standard without a track begins to apply to a contact that has a past. */
static void first_run(struct engine *engine, struct subject *subject, uint32_t standard, int64_t cause) {
    struct run run;
    struct measures none = {0}, now = {0};
    run_cycles(engine, standard, subject, &run);
    run_measures(engine, standard, subject, &run, &run.track, &now);
    post_changes(engine, standard, subject, &none, &now, cause);
    run_install(engine, subject, &run);
    measures_fini(&now);
    run_fini(engine, &run);
}

static void step_track(
    struct engine *engine, struct subject *subject, struct track *track, const struct moment *m, unsigned roles) {
    struct ledger *ledger = &engine->ledgers[track->standard];
    struct measure before = {0}, after;
    bool existed = track->exists;
    if (existed) before = measure_of(&track->cycle);
    const struct measure *old = existed && measure_counts(&before) ? &before : NULL;
    struct cycle retired;
    if (cycle_step(ledger, track, m, roles, &retired)) {
        after = measure_of(&retired);
        post_change(engine, track->standard, subject, old, measure_counts(&after) ? &after : NULL, m->at);
        cycle_fini(&engine->texts, &retired);
        old = NULL;
    }
    if (!track->exists) return;
    after = measure_of(&track->cycle);
    const struct measure *new = measure_counts(&after) ? &after : NULL;
    if (old || new) post_change(engine, track->standard, subject, old, new, m->at);
    deadline_set(engine, track);
}

static void step_value(
    struct engine *engine, struct subject *subject, uint32_t standard, unsigned roles, int64_t at) {
    struct measure m;
    if (roles & ROLE_WHEN && run_latest_value(engine, standard, subject, &m))
        post_change(engine, standard, subject, NULL, &m, at);
}

/* Whether this start needs a track at once; if not, the standard goes to the contact's idle ones. */
static bool applies_from_here(
    struct engine *engine, struct contact *contact, uint32_t standard, const struct moment *m) {
    if (limit_of(engine->ledgers[standard].rule, m->attrs).kind != LIMIT_NONE) return true;
    add_idle(contact, standard);
    return false;
}

static void step(
    struct engine *engine, struct subject *subject, uint32_t standard, const struct moment *m, unsigned roles) {
    if (engine->ledgers[standard].rule->standard->is_value) {
        step_value(engine, subject, standard, roles, m->at);
        return;
    }
    struct contact *contact = contact_of(subject);
    struct track *track = subject_track(subject, standard);
    if (!track && contact) {
        if (!(roles & ROLE_START) || !applies_from_here(engine, contact, standard, m)) return;
        if (subject->moments.count > 1) {
            first_run(engine, subject, standard, m->at);
            return;
        }
    }
    if (!track && !(roles & (ROLE_START | ROLE_PAUSE))) return;
    if (!track) track = subject_add_track(subject, standard);
    step_track(engine, subject, track, m, roles);
}

/* Whether the moment brings the cycle's contact attributes that its standard reads. A contact that comes back to the
 * subject of another keyspace may have changed while it was away, so there any other attributes are news. */
static bool brings_news(
    const struct engine *engine, const struct subject *subject, const struct track *track, const struct moment *m) {
    if (!track->exists || track->cycle.contact != m->contact || track->cycle.now_attrs == m->attrs) return false;
    const uint64_t *mask = engine->program->standards[track->standard].mask;
    return subject->keyspace != 0 || mask_touches(mask, m->own, m->own_count);
}

/* Cycles that the moment's attributes alone can change. */
static void step_by_attrs(struct engine *engine, struct subject *subject, const struct moment *m) {
    for (uint32_t i = 0; i < subject->track_count; i++) {
        struct track *track = &subject->tracks[i];
        if (!brings_news(engine, subject, track, m)) continue;
        if (program_reaction(engine->program, m->name, track->standard)) continue; /* stepped by its roles */
        step_track(engine, subject, track, m, 0);
    }
    struct contact *contact = contact_of(subject);
    for (uint32_t i = 0; contact && i < contact->idle_count; i++) {
        uint32_t standard = contact->idle[i];
        if (subject_track(subject, standard)) continue;
        if (!mask_touches(engine->ledgers[standard].rule->mask, m->own, m->own_count)) continue;
        if (limit_of(engine->ledgers[standard].rule, m->attrs).kind == LIMIT_NONE) continue;
        first_run(engine, subject, standard, m->at);
    }
}

void step_subject(struct engine *engine, struct subject *subject, const struct moment *m) {
    const struct event_name *name = m->name == NAME_UNKNOWN ? NULL : engine->program->names[m->name];
    for (size_t i = 0; name && i < name->count; i++) {
        uint32_t standard = name->reactions[i].standard;
        if (engine->program->standards[standard].keyspace != subject->keyspace) continue;
        struct track *track = subject_track(subject, standard);
        unsigned roles = reaction_roles(&name->reactions[i], m->own, m->own_count);
        if (roles || (track && brings_news(engine, subject, track, m))) step(engine, subject, standard, m, roles);
    }
    if (m->own_count) step_by_attrs(engine, subject, m);
    deadline_schedule(engine, subject);
}
