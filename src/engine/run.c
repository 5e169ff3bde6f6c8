/* Running a standard over the whole timeline of a subject. */
#include "run.h"

#include <stdlib.h>
#include "deadline.h"
#include "warn.h"

static unsigned roles_of(const struct engine *engine, uint32_t standard, const struct moment *m) {
    const struct reaction *reaction = program_reaction(engine->program, m->name, standard);
    return reaction ? reaction_roles(reaction, m->own, m->own_count) : 0;
}

void run_begin(struct run *run, uint32_t standard) {
    *run = (struct run){.track = {.standard = standard, .fires = INSTANT_NEVER}};
}

void run_step(struct engine *engine, struct run *run, const struct moment *m) {
    unsigned roles = roles_of(engine, run->track.standard, m);
    struct cycle retired;
    if (roles & ROLE_VOID)
        for (size_t k = 0; k < run->count; k++) cycle_void(&run->cycles[k], m->at);
    if (!cycle_step(&engine->ledgers[run->track.standard], &run->track, m, roles, &retired)) return;
    run->cycles = mem_grow(run->cycles, &run->capacity, run->count + 1, sizeof *run->cycles);
    run->cycles[run->count++] = retired;
}

void run_end(struct engine *engine, const struct subject *subject, struct run *run) {
    const struct standard *s = engine->ledgers[run->track.standard].rule->standard;
    if (!s->warning_count) return;
    for (size_t i = 0; i < run->count; i++) warn_carry(s, &run->cycles[i], NULL, engine->held);
    if (!run->track.exists) return;
    warn_carry(s, &run->track.cycle, subject_track(subject, run->track.standard), engine->held);
}

void run_cycles(struct engine *engine, uint32_t standard, struct subject *subject, struct run *run) {
    run_begin(run, standard);
    for (size_t i = 0; i < subject->moments.count; i++) run_step(engine, run, subject->moments.list[i]);
    run_end(engine, subject, run);
}

void run_cycles_as_of(
    struct engine *engine, uint32_t standard, struct subject *subject, int64_t held_ms, struct run *run) {
    run_cycles(engine, standard, subject, run);
    if (run->track.exists) cycle_settle(&engine->ledgers[standard], &run->track.cycle, held_ms);
}

void run_drop_cycles(struct engine *engine, struct run *run) {
    for (size_t i = 0; i < run->count; i++) cycle_fini(&engine->texts, &run->cycles[i]);
    run->count = 0;
}

void run_fini(struct engine *engine, struct run *run) {
    run_drop_cycles(engine, run);
    free(run->cycles);
    if (run->track.exists) cycle_fini(&engine->texts, &run->track.cycle);
    *run = (struct run){0};
}

/* The measurement that a moment with ROLE_WHEN is; false when it is none. */
static bool value_measure(struct engine *engine, uint32_t standard, const struct moment *m, struct measure *out) {
    struct ledger *ledger = &engine->ledgers[standard];
    const struct standard *s = ledger->rule->standard;
    val v = VAL_ABSENT;
    for (uint16_t i = 0; i < m->own_count; i++)
        if (m->own[i].slot == ledger->rule->value_slot) v = m->own[i].value;
    if (!val_is_number(v) || val_number(v) > 1e9 || val_number(v) < -1e9) return false;
    if (!match_holds(ledger->rule->match, m->attrs)) return false;
    double number = val_number(v);
    bool met = (!s->has_at_least || number >= s->at_least) && (!s->has_at_most || number <= s->at_most);
    *out = (struct measure){.contact = m->contact, .start = m->at, .decided = m->at, .known = m->at, .end = m->at};
    out->group = ledger_group(ledger, m->attrs);
    out->due = INSTANT_NEVER;
    out->value = number_micro(number);
    out->outcome = met ? OUTCOME_MET : OUTCOME_MISSED;
    out->has_value = true;
    return true;
}

static void void_values(struct measures *measures, int64_t at) {
    for (size_t i = 0; i < measures->count; i++) {
        struct measure *m = &measures->list[i];
        if (m->outcome == OUTCOME_EXCLUDED) continue;
        m->outcome = OUTCOME_EXCLUDED;
        m->decided = m->known = at;
        m->has_value = false;
    }
}

static void run_values_of(
    struct engine *engine, uint32_t standard, const struct moments *moments, size_t from, size_t end, struct measures *out) {
    for (size_t i = from; i < end; i++) {
        const struct moment *m = moments->list[i];
        unsigned roles = roles_of(engine, standard, m);
        struct measure measure;
        if (roles & ROLE_VOID) void_values(out, m->at);
        if (!(roles & ROLE_WHEN) || !value_measure(engine, standard, m, &measure)) continue;
        const struct measure *last = out->count ? &out->list[out->count - 1] : NULL;
        measure.nth = last && last->start == m->at ? last->nth + 1 : 0;
        measures_add(out, &measure);
    }
}

void run_values(struct engine *engine, uint32_t standard, const struct subject *subject, struct measures *out) {
    run_values_of(engine, standard, &subject->moments, 0, subject->moments.count, out);
}

void run_values_between(struct engine *engine, uint32_t standard, const struct subject *subject, int64_t from_ms,
    int64_t through_ms, struct measures *out) {
    size_t from = moments_from(&subject->moments, from_ms), end = moments_from(&subject->moments, through_ms + 1);
    run_values_of(engine, standard, &subject->moments, from, end, out);
}

bool run_latest_value(
    struct engine *engine, uint32_t standard, const struct subject *subject, struct measure *out) {
    const struct moments *moments = &subject->moments;
    const struct moment *m = moments->list[moments->count - 1];
    struct measure measure, earlier;
    if (!value_measure(engine, standard, m, &measure)) return false;
    for (size_t i = moments->count - 1; i-- > 0 && moments->list[i]->at == m->at;)
        if (roles_of(engine, standard, moments->list[i]) & ROLE_WHEN &&
            value_measure(engine, standard, moments->list[i], &earlier))
            measure.nth++;
    *out = measure;
    return true;
}

static void add_measure(struct measures *out, const struct cycle *cycle) {
    struct measure m = measure_of(cycle);
    if (measure_counts(&m)) measures_add(out, &m);
}

void run_measures(struct engine *engine, uint32_t standard, struct subject *subject, const struct run *run,
    const struct track *last, struct measures *out) {
    if (engine->ledgers[standard].rule->standard->is_value) {
        run_values(engine, standard, subject, out);
        return;
    }
    for (size_t i = 0; i < run->count; i++) add_measure(out, &run->cycles[i]);
    if (last && last->exists) add_measure(out, &last->cycle);
}

/* Nothing is lost when it is run again once it applies. */
static bool measures_nothing(const struct run *run) {
    const struct cycle *c = &run->track.cycle;
    return !run->partial && !run->count && run->track.exists && cycle_runs(c) && c->outcome == OUTCOME_NONE &&
           c->limit_kind == LIMIT_NONE;
}

/* A limit that was ripe stays so: late events do not put it off for ever. */
void run_install(struct engine *engine, struct subject *subject, struct run *run) {
    uint32_t standard = run->track.standard;
    const struct track *before = subject_track(subject, standard);
    run->track.ripe_ms = before ? before->ripe_ms : INSTANT_NEVER;
    run->track.ripe_to_warn = before && before->ripe_to_warn;
    subject_drop_track(subject, &engine->texts, standard);
    if (!run->track.exists && !run->track.held) return;
    struct contact *contact = contact_of(subject);
    if (contact && measures_nothing(run)) {
        contact_add_idle(&engine->texts.pool, contact, standard);
        return;
    }
    struct track *track = subject_add_track(&engine->texts.pool, subject, standard);
    *track = run->track;
    deadline_set(engine, track);
    run->track.exists = false;
}
