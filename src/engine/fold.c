/* Invariants:
 *  1. between calls, what is posted to a standard's ledger for a subject is exactly what its track's cycle measures,
 *     and what the cycles before that measure when the standard is run over the subject's timeline. (The last cycle of
 *     such a run may be ahead of the track: a moment that brings no news is not stepped, so its limit, run out before
 *     that moment, is left to the clock);
 *  2. no track for a contact: running it would measure nothing now; the standards it started without applying are in
 *     contact->idle;
 *  3. a subject is in engine->deadlines exactly while a cycle of it is open, at the least `fires` of its tracks. */
#include "fold.h"

#include <stdlib.h>
#include "post.h"

/* ---------------------------------------------------------------- deadlines */

static void schedule(struct engine *engine, struct subject *subject) {
    int64_t first = INSTANT_NEVER;
    bool open = false;
    for (uint32_t i = 0; i < subject->track_count; i++) {
        const struct track *track = &subject->tracks[i];
        if (!track->exists || !cycle_is_open(&track->cycle)) continue;
        open = true;
        if (track->fires < first) first = track->fires;
    }
    if (open) heap_set(&engine->deadlines, &subject->deadline, first);
    else heap_remove(&engine->deadlines, &subject->deadline);
}

/* Live: not within grace of the receipt of the contact's latest event, put off so by at most 5 x grace from when it
 * could first have been decided (so a backlog, however old, is read before it is judged). Returns the held clock at
 * which it may be decided. */
static int64_t put_off(const struct engine *engine, struct track *track) {
    int64_t grace = engine->options.grace_ms, received = track->cycle.contact->received_ms;
    if (!grace || received == INT64_MIN) return INT64_MIN;
    if (track->ripe_ms == INSTANT_NEVER) track->ripe_ms = engine->now;
    int64_t from = received + grace, at_most = track->ripe_ms + 5 * grace;
    return (from < at_most ? from : at_most) - grace;
}

/* When the track is to be looked at next. A limit that lies ahead again is not ripe any more. */
static void set_fires(const struct engine *engine, struct track *track) {
    track->fires = track->exists ? cycle_fires(&engine->ledgers[track->standard], &track->cycle) : INSTANT_NEVER;
    if (track->fires > engine->held) track->ripe_ms = INSTANT_NEVER;
}

void fold_deadline(struct engine *engine, struct subject *subject) {
    for (uint32_t i = 0; i < subject->track_count; i++) {
        struct track *track = &subject->tracks[i];
        if (!track->exists || track->fires > engine->held) continue;
        struct ledger *ledger = &engine->ledgers[track->standard];
        int64_t until = put_off(engine, track);
        if (until > engine->held) {
            track->fires = until;
            continue;
        }
        struct measure before = measure_of(&track->cycle);
        cycle_settle(ledger, &track->cycle, engine->held);
        struct measure after = measure_of(&track->cycle);
        set_fires(engine, track);
        post_change(engine, track->standard, subject, &before, &after, after.known);
    }
    schedule(engine, subject);
}

/* ---------------------------------------------------------------- the short road: one step */

static void add_idle(struct contact *contact, uint32_t standard) {
    for (uint32_t i = 0; i < contact->idle_count; i++)
        if (contact->idle[i] == standard) return;
    size_t capacity = contact->idle_capacity;
    contact->idle = mem_grow(contact->idle, &capacity, contact->idle_count + 1, sizeof *contact->idle);
    contact->idle_capacity = (uint32_t)capacity;
    contact->idle[contact->idle_count++] = standard;
}

static void add_measure(struct measures *out, const struct cycle *cycle) {
    struct measure m = measure_of(cycle);
    if (measure_counts(&m)) measures_add(out, &m);
}

/* last: the track whose cycle comes after those of the run; NULL when there is none. */
static void measures_of_run(struct engine *engine, uint32_t standard, struct subject *subject, const struct run *run,
    const struct track *last, struct measures *out) {
    if (engine->ledgers[standard].rule->standard->is_value) {
        run_values(engine, standard, subject, out);
        return;
    }
    for (size_t i = 0; i < run->count; i++) add_measure(out, &run->cycles[i]);
    if (last && last->exists) add_measure(out, &last->cycle);
}

/* Puts the outcome of a run in the place of the subject's track. A limit that was ripe stays so: late events do not put
 * it off for ever. */
static void install(struct engine *engine, struct subject *subject, struct run *run) {
    uint32_t standard = run->track.standard;
    const struct track *before = subject_track(subject, standard);
    run->track.ripe_ms = before ? before->ripe_ms : INSTANT_NEVER;
    subject_drop_track(subject, &engine->texts, standard);
    if (!run->track.exists && !run->track.held) return;
    struct track *track = subject_add_track(subject, standard);
    *track = run->track;
    set_fires(engine, track);
    run->track.exists = false;
}

/* A standard without a track begins to apply to a contact that has a past. */
static void first_run(struct engine *engine, struct subject *subject, uint32_t standard, int64_t cause) {
    struct run run;
    struct measures none = {0}, now = {0};
    run_cycles(engine, standard, subject, &run);
    measures_of_run(engine, standard, subject, &run, &run.track, &now);
    post_changes(engine, standard, subject, &none, &now, cause);
    install(engine, subject, &run);
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
    set_fires(engine, track);
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

/* One step of everything in this subject that the moment, its latest, can touch. */
static void step_subject(struct engine *engine, struct subject *subject, const struct moment *m) {
    const struct event_name *name = m->name == NAME_UNKNOWN ? NULL : engine->program->names[m->name];
    for (size_t i = 0; name && i < name->count; i++) {
        uint32_t standard = name->reactions[i].standard;
        if (engine->program->standards[standard].keyspace != subject->keyspace) continue;
        struct track *track = subject_track(subject, standard);
        unsigned roles = reaction_roles(&name->reactions[i], m->own, m->own_count);
        if (roles || (track && brings_news(engine, subject, track, m))) step(engine, subject, standard, m, roles);
    }
    if (m->own_count) step_by_attrs(engine, subject, m);
    schedule(engine, subject);
}

/* ---------------------------------------------------------------- the long road: before and after */

struct redo_item {
    struct subject *subject;
    uint32_t standard;
    struct measures before;
    bool by_clock; /* the clock had decided its last cycle: it is not put off again */
};
struct redo {
    struct redo_item *items;
    size_t count, capacity;
    struct subject **subjects;
    size_t subject_count, subject_capacity;
};

static void redo_item(struct engine *engine, struct redo *redo, struct subject *subject, uint32_t standard) {
    redo->items = mem_grow(redo->items, &redo->capacity, redo->count + 1, sizeof *redo->items);
    struct redo_item *item = &redo->items[redo->count++];
    *item = (struct redo_item){.subject = subject, .standard = standard};
    struct run run = {0};
    const struct track *track = subject_track(subject, standard);
    if (!engine->ledgers[standard].rule->standard->is_value) {
        item->by_clock = track && track->exists && track->cycle.by_clock;
        run_cycles(engine, standard, subject, &run);
    }
    measures_of_run(engine, standard, subject, &run, track, &item->before);
    run_fini(engine, &run);
}

static void mark_names(const struct engine *engine, const struct moments *moments, uint32_t keyspace, bool *marked) {
    for (size_t i = 0; i < moments->count; i++) {
        uint32_t index = moments->list[i]->name;
        const struct event_name *name = index == NAME_UNKNOWN ? NULL : engine->program->names[index];
        for (size_t r = 0; name && r < name->count; r++)
            if (engine->program->standards[name->reactions[r].standard].keyspace == keyspace)
                marked[name->reactions[r].standard] = true;
    }
}

/* Remembers what is posted of a subject now, for every standard that its moments, or the contact's, can touch. */
static void redo_subject(
    struct engine *engine, struct redo *redo, struct subject *subject, const struct moments *more) {
    for (size_t i = 0; i < redo->subject_count; i++)
        if (redo->subjects[i] == subject) return;
    redo->subjects = mem_grow(
        redo->subjects, &redo->subject_capacity, redo->subject_count + 1, sizeof(struct subject *));
    redo->subjects[redo->subject_count++] = subject;
    bool *marked = mem_zalloc(engine->program->count + 1);
    mark_names(engine, &subject->moments, subject->keyspace, marked);
    mark_names(engine, more, subject->keyspace, marked);
    for (uint32_t s = 0; s < engine->program->count; s++)
        if (marked[s]) redo_item(engine, redo, subject, s);
    free(marked);
}

/* Runs everything remembered once more, over the timelines as they are now, and posts the difference. */
static void redo_post(struct engine *engine, struct redo *redo, int64_t cause) {
    for (size_t i = 0; i < redo->count; i++) {
        struct redo_item *item = &redo->items[i];
        struct run run = {.track = {.standard = item->standard}};
        struct measures after = {0};
        bool is_value = engine->ledgers[item->standard].rule->standard->is_value;
        if (!is_value) {
            run_cycles(engine, item->standard, item->subject, &run);
            if (item->by_clock && run.track.exists)
                cycle_settle(&engine->ledgers[item->standard], &run.track.cycle, engine->held);
        }
        measures_of_run(engine, item->standard, item->subject, &run, &run.track, &after);
        post_changes(engine, item->standard, item->subject, &item->before, &after, cause);
        if (!is_value) install(engine, item->subject, &run);
        measures_fini(&after);
        run_fini(engine, &run);
    }
    for (size_t i = 0; i < redo->subject_count; i++) schedule(engine, redo->subjects[i]);
}

static void redo_fini(struct redo *redo) {
    for (size_t i = 0; i < redo->count; i++) measures_fini(&redo->items[i].before);
    free(redo->items);
    free(redo->subjects);
}

/* Every subject that a moment of the contact belongs to, by the attributes it has now. `names`: what may happen there. */
static void redo_contact(
    struct engine *engine, struct redo *redo, struct contact *contact, const struct moments *names) {
    const struct moments *own = &contact->subject.moments;
    redo_subject(engine, redo, &contact->subject, names);
    for (uint32_t k = 1; k < engine->program->keyspace_count; k++)
        for (size_t i = 0; i < own->count; i++) {
            if (!moment_matters(&engine->timeline, own->list[i], k)) continue;
            struct subject *subject =
                timeline_subject(&engine->timeline, contact, k, own->list[i]->attrs, FIND_OR_MAKE);
            if (subject) redo_subject(engine, redo, subject, names);
        }
}

typedef void placing(struct moments *moments, struct moment *m);

static void take_out(struct moments *moments, struct moment *m) {
    (void)moments_remove(moments, m);
}

/* Puts the contact's moments into, or takes them out of, the subjects of other keyspaces. */
static void place_elsewhere(struct engine *engine, struct contact *contact, placing *place) {
    const struct moments *moments = &contact->subject.moments;
    for (uint32_t k = 1; k < engine->program->keyspace_count; k++)
        for (size_t i = 0; i < moments->count; i++) {
            struct moment *m = moments->list[i];
            if (!moment_matters(&engine->timeline, m, k)) continue;
            struct subject *subject = timeline_subject(&engine->timeline, contact, k, m->attrs, FIND_OR_MAKE);
            if (subject) place(&subject->moments, m);
        }
}

/* The long road of a moment. The attributes of all later ones may change, and with them the subjects they belong to:
 * those they belong to now are remembered before, those they come to belong to (which cannot have held the contact)
 * while the contact is out of them. */
static void insert_again(struct engine *engine, struct contact *contact, struct moment *m) {
    struct moments *own = &contact->subject.moments;
    struct moments names = {.list = mem_alloc((own->count + 1) * sizeof(struct moment *)), .count = own->count + 1};
    if (own->count) memcpy(names.list, own->list, own->count * sizeof(struct moment *));
    names.list[own->count] = m;
    struct redo redo = {0};
    redo_contact(engine, &redo, contact, &names);
    place_elsewhere(engine, contact, take_out);
    moments_insert(own, m);
    contact_refresh(&engine->timeline, contact, 0);
    redo_contact(engine, &redo, contact, &names);
    place_elsewhere(engine, contact, moments_insert);
    redo_post(engine, &redo, m->at);
    redo_fini(&redo);
    free(names.list);
}

/* ---------------------------------------------------------------- which road */

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
    for (size_t i = 0; name && i < name->count; i++) {
        const struct compiled *rule = &engine->program->standards[name->reactions[i].standard];
        if (rule->keyspace != subject->keyspace || !rule->standard->void_.count) continue;
        if (!rule->standard->repeat && !rule->standard->is_value) continue;
        if (reaction_roles(&name->reactions[i], m->own, m->own_count) & ROLE_VOID) return true;
    }
    return false;
}

static bool needs_redo_anywhere(struct engine *engine, struct contact *contact, const struct moment *m) {
    for (uint32_t k = 0; k < engine->program->keyspace_count; k++) {
        if (k > 0 && !moment_matters(&engine->timeline, m, k)) continue;
        struct subject *subject = timeline_subject(&engine->timeline, contact, k, m->attrs, FIND_ONLY);
        if (subject && needs_redo(engine, subject, m)) return true;
    }
    return false;
}

static void append(struct engine *engine, struct contact *contact, struct moment *m) {
    for (uint32_t k = 0; k < engine->program->keyspace_count; k++) {
        if (k > 0 && !moment_matters(&engine->timeline, m, k)) continue;
        struct subject *subject = timeline_subject(&engine->timeline, contact, k, m->attrs, FIND_OR_MAKE);
        if (!subject) continue;
        moments_insert(&subject->moments, m);
        step_subject(engine, subject, m);
    }
}

/* An event that no standard reacts to, without an attribute that one reads, changes nothing. */
static bool is_of_interest(const struct program *program, const struct moment *m) {
    return m->name != NAME_UNKNOWN || m->own_count > (program->contact_slot != SLOT_NONE);
}

void fold_moment(struct engine *engine, struct span name, int64_t received_ms, struct moment *m) {
    struct timeline *timeline = &engine->timeline;
    bool interest = is_of_interest(engine->program, m);
    struct contact *contact = interest ? timeline_contact(timeline, name) : timeline_find(timeline, name);
    if (contact && received_ms > contact->received_ms) contact->received_ms = received_ms;
    if (!interest) {
        moment_free(timeline, m);
        return;
    }
    m->contact = contact;
    const struct moments *own = &contact->subject.moments;
    const struct moment *last = own->count ? own->list[own->count - 1] : NULL;
    bool late = last && moment_cmp(m, last) < 0;
    if (!late) {
        m->attrs = attrs_after(last ? last->attrs : timeline->nothing, m->own, m->own_count);
        late = needs_redo_anywhere(engine, contact, m);
    }
    if (late) insert_again(engine, contact, m);
    else append(engine, contact, m);
}

void fold_forget(struct engine *engine, struct contact *contact) {
    struct redo redo = {0};
    struct moments *own = &contact->subject.moments;
    bool muted = engine->muted;
    redo_contact(engine, &redo, contact, own);
    place_elsewhere(engine, contact, take_out);
    struct moments gone = *own;
    *own = (struct moments){0};
    engine->muted = true;
    redo_post(engine, &redo, engine->now);
    engine->muted = muted;
    *own = gone;
    for (size_t i = 0; i < redo.subject_count; i++)
        if (redo.subjects[i]->keyspace && !redo.subjects[i]->moments.count)
            timeline_drop_subject(&engine->timeline, redo.subjects[i]);
    redo_fini(&redo);
    timeline_drop_contact(&engine->timeline, contact);
}
