/* Reading what the engine knows. */
#include <assert.h>
#include <stdlib.h>
#include "rest.h"
#include "run.h"
#include "warn.h"
#include "why.h"

/* ---------------------------------------------------------------- figures */

static int by_texts(const void *a, const void *b, void *count) {
    const struct group_state *x = *(struct group_state *const *)a, *y = *(struct group_state *const *)b;
    for (size_t i = 0; i < *(const size_t *)count; i++) {
        int order = span_cmp(x->spans[i], y->spans[i]);
        if (order) return order;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static void visit_group(
    struct ledger *ledger, struct group_state *group, int64_t at_ms, figures_visit *visit, void *arg) {
    int64_t *percentiles = mem_zalloc((ledger->rule->standard->percentile_count + 1) * sizeof *percentiles);
    struct figures figures = ledger_figures(ledger, group, at_ms, percentiles);
    visit(arg, &figures);
    free(percentiles);
}

struct with_targets {
    struct ledger *ledger;
    struct group_state *group;
    figures_visit *visit;
    void *arg;
};

static void add_targets(void *arg, const struct figures *figures) {
    const struct with_targets *with = arg;
    struct target_figures *targets = mem_zalloc((figures->standard->target_count + 1) * sizeof *targets);
    struct figures whole = *figures;
    ledger_targets(with->ledger, with->group, targets);
    whole.targets = targets;
    with->visit(with->arg, &whole);
    free(targets);
}

void engine_figures(struct engine *engine, size_t standard, figures_visit *visit, void *arg) {
    struct ledger *ledger = &engine->ledgers[standard];
    ledger_move(ledger, engine->now);
    struct group_state **sorted = mem_alloc((ledger->group_count + 1) * sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < ledger->group_count; i++)
        if (group_is_listed(ledger->groups[i])) sorted[n++] = ledger->groups[i];
    size_t by_count = ledger->rule->standard->by_count;
    if (n > 1) qsort_r(sorted, n, sizeof *sorted, by_texts, &by_count);
    for (size_t i = 0; i < n; i++)
        visit_group(
            ledger, sorted[i], engine->now, add_targets, &(struct with_targets){ledger, sorted[i], visit, arg});
    free(sorted);
}

static void read_changed(void *arg, struct ledger *ledger, struct group_state *group) {
    const struct figures_reading *reading = &((struct engine *)arg)->figures;
    bool listed = group_is_listed(group);
    if (listed || group->shown) visit_group(ledger, group, reading->at_ms, reading->visit, reading->arg);
    group->shown = listed;
}

void engine_figures_begin(struct engine *engine, figures_visit *visit, void *arg) {
    struct figures_reading *reading = &engine->figures;
    assert(!reading->visit);
    *reading = (struct figures_reading){{read_changed, engine}, visit, arg, engine->now, 0};
    for (size_t s = 0; s < engine->program->count; s++) {
        ledger_move(&engine->ledgers[s], engine->now);
        ledger_await(&engine->ledgers[s], &reading->reader);
    }
}

bool engine_figures_step(struct engine *engine, size_t most) {
    struct figures_reading *reading = &engine->figures;
    while (most && reading->standard < engine->program->count) {
        size_t read = ledger_read(&engine->ledgers[reading->standard], most);
        if (read < most) reading->standard++;
        most -= read;
    }
    return reading->standard < engine->program->count;
}

void engine_figures_end(struct engine *engine) {
    for (size_t s = 0; s < engine->program->count; s++) ledger_await_none(&engine->ledgers[s]);
    engine->figures.visit = NULL;
}

void engine_figures_changed(struct engine *engine, figures_visit *visit, void *arg) {
    engine_figures_begin(engine, visit, arg);
    while (engine_figures_step(engine, SIZE_MAX)) {}
    engine_figures_end(engine);
}

void engine_figures_unread(struct engine *engine) {
    for (size_t s = 0; s < engine->program->count; s++) ledger_unread(&engine->ledgers[s]);
}

void engine_levels(struct engine *engine, void (*visit)(void *arg, const struct level_state *level), void *arg) {
    for (size_t s = 0; s < engine->program->count; s++) {
        struct ledger *ledger = &engine->ledgers[s];
        for (size_t g = 0; g < ledger->group_count; g++)
            for (size_t t = 0; t < ledger->rule->standard->target_count; t++) {
                const struct group_state *group = ledger->groups[g];
                if (!group || group->levels[t].opened_ms == INSTANT_NEVER) continue;
                struct level_state level = {
                    ledger->rule->standard, ledger_group_texts(ledger, group), t, group->levels[t].opened_ms};
                visit(arg, &level);
            }
    }
}

void engine_level_warnings(
    struct engine *engine, void (*visit)(void *arg, const struct level_state *level), void *arg) {
    for (size_t s = 0; s < engine->program->count; s++) {
        const struct ledger *ledger = &engine->ledgers[s];
        const struct standard *standard = ledger->rule->standard;
        for (size_t g = 0; standard->warn_below && g < ledger->group_count; g++) {
            const struct group_state *group = ledger->groups[g];
            if (!group || group->warned_ms == INSTANT_NEVER) continue;
            struct level_state level = {
                standard, ledger_group_texts(ledger, group), standard->warn_target, group->warned_ms};
            visit(arg, &level);
        }
    }
}

void engine_adopt_level_warning(
    struct engine *engine, size_t standard, const struct group *group, int64_t opened_ms) {
    struct ledger *ledger = &engine->ledgers[standard];
    ledger_adopt_warning(ledger, ledger_group_by_texts(ledger, group), opened_ms);
}

/* ---------------------------------------------------------------- running cycles */

struct open_walk {
    struct engine *engine;
    size_t standard;
    open_visit *visit;
    void *arg;
};

/* Where a standard has no warnings of its own, a cycle is at risk once it has used so much of its limit. */
static const struct warn_rule RISK = {.text = "80%", .share = {80, 0}};

/* As of now, which may be ahead of what the clock has told. */
static void add_risk(struct open_cycle *open, const struct cycle *c, int64_t now) {
    const struct standard *own = open->standard, usual = {.warnings = &RISK, .warning_count = 1};
    const struct standard *s = own->warning_count ? own : &usual;
    open->warning = WARNINGS_MAX;
    open->warning_ms = open->next_warning_ms = INSTANT_NEVER;
    if (c->outcome != OUTCOME_NONE) return;
    unsigned reached = warn_reached(s, c, now + 1);
    size_t furthest = warn_furthest(s, c, reached);
    open->at_risk = reached != 0;
    if (s != own) return;
    if (reached) {
        open->warning = furthest;
        open->warning_ms = warn_at(c, &s->warnings[furthest]);
    }
    for (size_t i = 0; i < s->warning_count; i++) {
        int64_t at = reached >> i & 1 ? INSTANT_NEVER : warn_at(c, &s->warnings[i]);
        if (at < open->next_warning_ms) open->next_warning_ms = at;
    }
}

static struct open_cycle open_cycle_of(
    struct engine *engine, const struct subject *subject, const struct track *track, struct span *spare) {
    const struct cycle *c = &track->cycle;
    const struct ledger *ledger = &engine->ledgers[track->standard];
    struct open_cycle open = {.standard = ledger->rule->standard, .contact = sym_span(c->contact->name)};
    open.subject = subject_texts(subject, spare);
    open.group = ledger_group_texts(ledger, c->group);
    open.started_ms = c->start;
    open.missed = c->outcome == OUTCOME_MISSED;
    open.due_ms = open.missed ? c->due : cycle_due(c);
    open.limit_ms = c->limit_kind == LIMIT_ELAPSED && c->limit_ms != INSTANT_NEVER ? c->limit_ms : -1;
    open.elapsed_ms = cycle_elapsed(c, engine->now);
    open.paused = cycle_is_paused(c);
    add_risk(&open, c, engine->now);
    return open;
}

static bool visit_subject(void *arg, int64_t key, struct heap_node *node) {
    struct open_walk *walk = arg;
    struct subject *subject = (struct subject *)node;
    rest_wake(walk->engine, subject);
    for (uint32_t i = 0; i < subject->track_count; i++) {
        const struct track *track = &subject->tracks[i];
        if (!track->exists || !cycle_is_open(&track->cycle)) continue;
        if (walk->standard != SIZE_MAX && walk->standard != track->standard) continue;
        struct span spare;
        struct open_cycle open = open_cycle_of(walk->engine, subject, track, &spare);
        open.walk_ms = key;
        if (!walk->visit(walk->arg, &open)) return false;
    }
    return true;
}

void engine_open(struct engine *engine, size_t standard, open_visit *visit, void *arg) {
    struct open_walk walk = {engine, standard, visit, arg};
    heap_walk(&engine->deadlines, visit_subject, &walk);
}

static void visit_warned(const struct ledger *ledger, const struct subject *subject, const struct cycle *c,
    warned_visit *visit, void *arg) {
    const struct standard *s = ledger->rule->standard;
    struct span spare;
    struct warning w = {.standard = s, .contact = sym_span(c->contact->name)};
    w.subject = subject_texts(subject, &spare);
    w.group = ledger_group_texts(ledger, c->group);
    w.started_ms = c->start;
    w.nth = c->nth;
    w.warning = warn_furthest(s, c, c->warned);
    w.reached_ms = warn_at(c, &s->warnings[w.warning]);
    w.due_ms = cycle_due(c);
    w.ended_ms = INSTANT_NEVER;
    visit(arg, &w, c->warned);
}

void engine_warned(struct engine *engine, warned_visit *visit, void *arg) {
    for (size_t i = 0; i < engine->deadlines.count; i++) {
        const struct subject *subject = (const struct subject *)engine->deadlines.entries[i].node;
        for (uint32_t t = 0; t < subject->track_count; t++) {
            const struct track *track = &subject->tracks[t];
            if (!track->exists || !track->cycle.warned || track->cycle.outcome != OUTCOME_NONE) continue;
            visit_warned(&engine->ledgers[track->standard], subject, &track->cycle, visit, arg);
        }
    }
}

/* ---------------------------------------------------------------- the story of a contact */

struct story {
    struct engine *engine;
    const struct contact *contact;
    const struct subject *subject;
    const struct ledger *ledger;
    const struct subject **told; /* of the standard in hand */
    size_t told_count, told_capacity;
    story_visit *visit;
    void *arg;
};

/* Whether an event of the story's contact fell on this instant in the subject. */
static bool happened_at(const struct story *story, int64_t at) {
    const struct moments *moments = &story->subject->moments;
    for (size_t i = moments_from(moments, at); i < moments->count && moments->list[i]->at == at; i++)
        if (moments->list[i]->contact == story->contact) return true;
    return false;
}

static void tell_cycle(const struct story *story, const struct cycle *c) {
    if (c->contact != story->contact && !(c->end != INSTANT_NEVER && happened_at(story, c->end))) return;
    struct span spare;
    struct story_cycle told = {.standard = story->ledger->rule->standard, .contact = sym_span(c->contact->name)};
    told.subject = subject_texts(story->subject, &spare);
    if (c->group) told.group = ledger_group_texts(story->ledger, c->group);
    told.started_ms = c->start;
    told.applies = c->limit_kind != LIMIT_NONE || c->outcome != OUTCOME_NONE;
    told.due_ms = c->due != INSTANT_NEVER ? c->due : cycle_due(c);
    told.limit_ms = c->limit_kind == LIMIT_ELAPSED && c->limit_ms != INSTANT_NEVER ? c->limit_ms : -1;
    told.limit_rule = c->rule;
    told.calendar = c->calendar;
    told.paused = cycle_runs(c) && cycle_is_paused(c);
    told.outcome = c->outcome;
    told.decided_ms = c->decided;
    told.ended_ms = c->end;
    told.how = how_name(c->how);
    told.elapsed = cycle_runs(c) ? cycle_elapsed(c, story->engine->now) : c->elapsed;
    told.pauses = c->pauses;
    told.pause_count = c->pause_count / 2;
    struct story_limit limits[STORY_LIMITS_MAX];
    told.limits = limits;
    told.limit_count = why_limits(story->ledger, story->subject, c, limits);
    if (!told.applies) told.reason = why_not(story->ledger->rule, c->attrs);
    story->visit(story->arg, &told);
}

static void tell_values(const struct story *story, const struct measures *measures) {
    for (size_t i = 0; i < measures->count; i++) {
        const struct measure *m = &measures->list[i];
        if (m->contact != story->contact) continue;
        struct span spare;
        struct story_cycle told = {.standard = story->ledger->rule->standard, .contact = sym_span(m->contact->name)};
        told.subject = subject_texts(story->subject, &spare);
        told.group = ledger_group_texts(story->ledger, m->group);
        told.started_ms = told.ended_ms = m->start;
        told.due_ms = INSTANT_NEVER;
        told.limit_ms = told.limit_rule = -1;
        told.applies = true;
        told.outcome = m->outcome;
        told.decided_ms = m->decided;
        told.how = m->outcome == OUTCOME_EXCLUDED ? "void" : "stop";
        told.elapsed = m->value;
        story->visit(story->arg, &told);
    }
}

static void tell_subject(struct story *story, uint32_t standard, struct subject *subject) {
    struct engine *engine = story->engine;
    story->subject = subject;
    story->ledger = &engine->ledgers[standard];
    if (story->ledger->rule->standard->is_value) {
        struct measures measures = {0};
        run_values(engine, standard, subject, &measures);
        tell_values(story, &measures);
        measures_fini(&measures);
        return;
    }
    struct run run;
    rest_wake(engine, subject);
    run_cycles(engine, standard, subject, &run);
    const struct track *track = subject_track(subject, standard);
    for (size_t i = 0; i < run.count; i++) tell_cycle(story, &run.cycles[i]);
    if (track && track->exists) tell_cycle(story, &track->cycle);
    else if (run.track.exists) tell_cycle(story, &run.track.cycle); /* one that does not apply may have no track */
    run_fini(engine, &run);
}

/* The subjects that the contact's moments belong to, each once: a contact may leave one and come back. */
static void tell_subjects(struct story *story, uint32_t standard, struct contact *contact) {
    struct timeline *timeline = &story->engine->timeline;
    const struct moments *own = &contact->subject.moments;
    uint32_t keyspace = story->engine->program->standards[standard].keyspace;
    story->told_count = 0;
    for (size_t i = 0; i < own->count; i++) {
        if (!moment_matters(timeline->program, own->list[i], attrs_before(timeline, own, i), keyspace)) continue;
        struct subject *subject = timeline_subject(timeline, contact, keyspace, own->list[i]->attrs, WHOLE_SUBJECT, FIND_ONLY);
        size_t k = 0;
        while (k < story->told_count && story->told[k] != subject) k++;
        if (!subject || k < story->told_count) continue;
        story->told = mem_grow(story->told, &story->told_capacity, k + 1, sizeof(struct subject *));
        story->told[story->told_count++] = subject;
        tell_subject(story, standard, subject);
    }
}

bool engine_story(struct engine *engine, struct span name, story_visit *visit, void *arg) {
    struct contact *contact = timeline_find(&engine->timeline, name);
    if (!contact) return false;
    struct story story = {.engine = engine, .contact = contact, .visit = visit, .arg = arg};
    for (uint32_t s = 0; s < engine->program->count; s++) {
        if (engine->program->standards[s].keyspace == 0) tell_subject(&story, s, &contact->subject);
        else tell_subjects(&story, s, contact);
    }
    free(story.told);
    return true;
}
