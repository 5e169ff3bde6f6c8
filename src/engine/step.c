#include "step.h"

#include "deadline.h"
#include "post.h"
#include "run.h"
#include "sieve.h"
#include "warn.h"

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
    warn_keep(ledger->rule->standard, &track->cycle, old ? (enum outcome)old->outcome : OUTCOME_NONE,
        engine->held > m->at ? engine->held : m->at + 1);
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

/* Whether what was started needs a track from here on; if not, the standard goes to the contact's idle ones. */
static bool applies_from_here(
    struct engine *engine, struct contact *contact, uint32_t standard, const struct moment *m) {
    if (limit_of(engine->ledgers[standard].rule, m->attrs).kind != LIMIT_NONE) return true;
    contact_add_idle(&engine->texts.pool, contact, standard);
    return false;
}

/* A standard that has no track here and may begin one, or measures a value. */
static void begin(
    struct engine *engine, struct subject *subject, uint32_t standard, const struct moment *m, unsigned roles) {
    if (engine->ledgers[standard].rule->standard->is_value) {
        step_value(engine, subject, standard, roles, m->at);
        return;
    }
    struct contact *contact = contact_of(subject);
    if (subject_track(subject, standard)) return; /* it was stepped */
    if (contact) {
        if (!(roles & ROLE_START) || !applies_from_here(engine, contact, standard, m)) return;
        if (subject->moments.count > 1) {
            first_run(engine, subject, standard, m->at);
            return;
        }
    }
    if (roles & (ROLE_START | ROLE_PAUSE))
        step_track(engine, subject, subject_add_track(&engine->texts.pool, subject, standard), m, roles);
}

static void begin_each(struct engine *engine, struct subject *subject, const struct event_name *name,
    struct sieve_list list, const struct moment *m) {
    for (size_t i = 0; i < list.count; i++) {
        const struct reaction *reaction = &name->reactions[list.list[i]];
        unsigned roles = reaction_roles(reaction, m->own, m->own_count);
        if (roles) begin(engine, subject, reaction->standard, m, roles);
    }
}

/* Whether the moment brings the cycle's contact attributes that its standard reads. A contact that comes back to the
 * subject of another keyspace may have changed while it was away, so there any other attributes are news. */
static bool brings_news(
    const struct engine *engine, const struct subject *subject, const struct track *track, const struct moment *m) {
    if (!track->exists || track->cycle.contact != m->contact || track->cycle.now_attrs == m->attrs) return false;
    const uint64_t *mask = engine->program->standards[track->standard].mask;
    return subject->keyspace != 0 || mask_touches(mask, m->own, m->own_count);
}

static void apply_now(struct engine *engine, struct subject *subject, uint32_t standard, const struct moment *m) {
    if (subject_track(subject, standard)) return;
    if (applies_from_here(engine, contact_of(subject), standard, m)) first_run(engine, subject, standard, m->at);
}

static bool changes_pivot(const struct program *program, const struct attrs *before, const struct moment *m) {
    for (uint16_t i = 0; i < m->own_count; i++)
        if (mask_has(program->pivots, m->own[i].slot) && attrs_get(before, m->own[i].slot) != m->own[i].value) return true;
    return false;
}

/* The moment changes an attribute that standards are sieved by: those of its new value may have been started before. */
static void resift(
    struct engine *engine, struct subject *subject, const struct attrs *before, const struct moment *m) {
    const struct moments *moments = &subject->moments;
    for (size_t i = 0; i + 1 < moments->count; i++) {
        const struct moment *past = moments->list[i];
        if (past->name == NAME_UNKNOWN) continue;
        const struct event_name *name = engine->program->names[past->name];
        const struct sieve *sieve = &name->sieves[0];
        if (sieve->pivot == SLOT_NONE || attrs_get(before, sieve->pivot) == attrs_get(m->attrs, sieve->pivot)) continue;
        struct sieve_list list = sieve_find(sieve, m->attrs);
        for (size_t k = 0; k < list.count; k++) {
            const struct reaction *reaction = &name->reactions[list.list[k]];
            if (engine->ledgers[reaction->standard].rule->standard->is_value) continue;
            if (reaction_roles(reaction, past->own, past->own_count) & ROLE_START)
                apply_now(engine, subject, reaction->standard, m);
        }
    }
}

/* Standards that were started here and did not apply, until now perhaps. */
static void step_by_attrs(struct engine *engine, struct subject *subject, const struct moment *m) {
    struct contact *contact = contact_of(subject);
    if (!contact || subject->moments.count < 2) return;
    const struct attrs *before = subject->moments.list[subject->moments.count - 2]->attrs;
    if (before == m->attrs) return;
    const struct idle *idle = contact->idle;
    for (uint32_t i = 0; idle && i < idle->count; i++)
        if (mask_touches(engine->ledgers[idle->standards[i]].rule->mask, m->own, m->own_count))
            apply_now(engine, subject, idle->standards[i], m);
    if (changes_pivot(engine->program, before, m)) resift(engine, subject, before, m);
}

void step_subject(struct engine *engine, struct subject *subject, const struct moment *m) {
    const struct event_name *name = m->name == NAME_UNKNOWN ? NULL : engine->program->names[m->name];
    for (uint32_t i = 0; i < subject->track_count; i++) {
        struct track *track = &subject->tracks[i];
        const struct reaction *reaction = name ? program_reaction(engine->program, m->name, track->standard) : NULL;
        unsigned roles = reaction ? reaction_roles(reaction, m->own, m->own_count) : 0;
        if (roles || brings_news(engine, subject, track, m)) step_track(engine, subject, track, m, roles);
    }
    if (name) {
        const struct sieve *sieve = &name->sieves[subject->keyspace];
        begin_each(engine, subject, name, sieve->always, m);
        begin_each(engine, subject, name, sieve_find(sieve, m->attrs), m);
    }
    if (m->own_count) step_by_attrs(engine, subject, m);
    deadline_schedule(engine, subject);
}
