/* What a change of a contact's timeline takes:
 *  1. which of its moments change: the late one is new, those after it see its attributes, until they would be what they
 *     were, and the first of these may bring other news than it did (struct affected);
 *  2. which subjects hold them, before or after, and from which moment through which each changes (struct redo_subject);
 *  3. each standard that can care is run over that stretch as it is (struct redo_item), from a landmark where the
 *     timeline is long;
 *  4. the timelines change;
 *  5. each is run again, and on over what follows until both runs are in one state: from there on nothing can differ.
 *     What the cycles measured before and measure after is posted. */
#include "redo.h"

#include <stdlib.h>
#include "deadline.h"
#include "evict.h"
#include "landmark.h"
#include "post.h"
#include "run.h"

struct affected {
    struct moment *moment;
    struct attrs *before, *after; /* NULL: it was not, or will not be, in the timeline; references */
    const struct attrs *upon_before, *upon_after; /* that it came, or will come, upon; of those in the timeline */
};
struct redo_subject {
    struct subject *subject;
    const struct moment *first, *last; /* that change */
};
struct redo_item {
    struct redo_subject *at;
    uint32_t standard;
    bool whole;    /* the run begins at the start of the timeline */
    bool to_end;   /* and ends at its end */
    bool tracked;  /* the standard has a track here: if not, it has measured nothing so far */
    bool by_clock; /* the clock had decided its last cycle: it is not put off again */
    struct run run;           /* as it was through `last` */
    struct measures values;   /* of a value standard, as they were */
};
struct redo {
    struct engine *engine;
    struct affected *affected;
    size_t affected_count;
    bool resifts; /* an attribute changes that standards are sieved by: those that were passed by may apply */
    struct redo_subject *subjects;
    size_t subject_count, subject_capacity;
    struct redo_item *items;
    size_t count, capacity;
};

/* ---------------------------------------------------------------- 2. subjects */

static void widen(struct redo *redo, struct subject *subject, const struct moment *m) {
    if (!subject) return;
    struct redo_subject *found = NULL;
    for (size_t i = 0; i < redo->subject_count && !found; i++)
        if (redo->subjects[i].subject == subject) found = &redo->subjects[i];
    if (!found) {
        redo->subjects = mem_grow(
            redo->subjects, &redo->subject_capacity, redo->subject_count + 1, sizeof *redo->subjects);
        found = &redo->subjects[redo->subject_count++];
        *found = (struct redo_subject){subject, m, m};
    }
    if (moment_cmp(m, found->first) < 0) found->first = m;
    if (moment_cmp(m, found->last) > 0) found->last = m;
}

static struct subject *subject_by(struct redo *redo, uint32_t k, const struct affected *a, const struct attrs *upon,
    const struct attrs *attrs) {
    if (!attrs || (k > 0 && !moment_matters(redo->engine->program, a->moment, upon, k))) return NULL;
    return timeline_subject(&redo->engine->timeline, a->moment->contact, k, attrs, a->moment->at, FIND_OR_MAKE);
}
static struct subject *subject_before(struct redo *redo, uint32_t k, const struct affected *a) {
    return subject_by(redo, k, a, a->upon_before, a->before);
}
static struct subject *subject_after(struct redo *redo, uint32_t k, const struct affected *a) {
    return subject_by(redo, k, a, a->upon_after, a->after);
}

static void find_subjects(struct redo *redo) {
    for (uint32_t k = 0; k < redo->engine->program->keyspace_count; k++)
        for (size_t i = 0; i < redo->affected_count; i++) {
            const struct affected *a = &redo->affected[i];
            struct subject *from = subject_before(redo, k, a), *to = subject_after(redo, k, a);
            if (from == to && a->before == a->after) continue;
            widen(redo, from, a->moment);
            widen(redo, to, a->moment);
        }
}

/* ---------------------------------------------------------------- 3. as it was */

/* Begins a run before the first moment that changes. Returns the place of its next moment. */
static size_t start_run(struct engine *engine, const struct redo_item *item, struct run *run) {
    run_begin(run, item->standard);
    if (item->whole) return 0;
    run->partial = true;
    return landmark_before(&engine->texts, item->at->subject, item->standard, item->at->first, &run->track);
}

/* Runs through the last moment that changes. Returns the place of the next. Cycles that ended before a landmark do not
 * change: the run that comes after begins there. */
static size_t run_stretch(struct engine *engine, const struct redo_item *item, size_t from, struct run *run) {
    const struct redo_subject *at = item->at;
    const struct moments *moments = &at->subject->moments;
    uint32_t since = 0;
    size_t i = from;
    for (; i < moments->count && moment_cmp(moments->list[i], at->last) <= 0; i++) {
        const struct moment *m = moments->list[i];
        bool before = !item->whole && moment_cmp(m, at->first) < 0;
        if (before && landmark_pass(&engine->texts, at->subject, m, &run->track, &since)) run_drop_cycles(engine, run);
        run_step(engine, run, m);
    }
    return i;
}

static const struct standard *standard_of(const struct engine *engine, const struct redo_item *item) {
    return engine->ledgers[item->standard].rule->standard;
}

static void values_of(struct engine *engine, const struct redo_item *item, struct measures *out) {
    const struct redo_subject *at = item->at;
    if (item->whole) run_values(engine, item->standard, at->subject, out);
    else run_values_between(engine, item->standard, at->subject, at->first->at, at->last->at, out);
}

static void remember(struct redo *redo, struct redo_subject *at, uint32_t standard) {
    struct engine *engine = redo->engine;
    redo->items = mem_grow(redo->items, &redo->capacity, redo->count + 1, sizeof *redo->items);
    struct redo_item *item = &redo->items[redo->count++];
    *item = (struct redo_item){.at = at, .standard = standard};
    const struct standard *s = standard_of(engine, item);
    const struct track *track = subject_track(at->subject, standard);
    item->tracked = track != NULL;
    item->to_end = engine->ledgers[standard].rule->reaches_back;
    item->whole = item->to_end || (!s->is_value && at->subject->moments.count < LANDMARKS_FROM);
    if (s->is_value) {
        values_of(engine, item, &item->values);
        return;
    }
    item->by_clock = track && track->exists && track->cycle.by_clock;
    run_stretch(engine, item, start_run(engine, item, &item->run), &item->run);
}

/* The standards that a change can mean something to: those with a cycle here, those that wait to apply, those that
 * react to what happens in it. */
static void mark(struct redo *redo, const struct redo_subject *at, bool *marked) {
    const struct program *program = redo->engine->program;
    const struct subject *subject = at->subject;
    const struct contact *contact = contact_of(at->subject);
    for (uint32_t i = 0; i < subject->track_count; i++) marked[subject->tracks[i].standard] = true;
    for (uint32_t i = 0; contact && contact->idle && i < contact->idle->count; i++) marked[contact->idle->standards[i]] = true;
    for (size_t i = 0; i < redo->affected_count; i++) {
        struct affected *a = &redo->affected[i];
        bool is_as_before = contact && a->before == a->after;
        if (!is_as_before) moments_mark(program, &(struct moments){&a->moment, 1, 1}, subject->keyspace, marked);
    }
    if (contact && redo->resifts) moments_mark(program, &subject->moments, 0, marked);
}

static void remember_all(struct redo *redo) {
    bool *marked = mem_alloc(redo->engine->program->count + 1);
    for (size_t i = 0; i < redo->subject_count; i++) {
        struct redo_subject *at = &redo->subjects[i];
        memset(marked, 0, redo->engine->program->count + 1);
        mark(redo, at, marked);
        for (uint32_t s = 0; s < redo->engine->program->count; s++)
            if (marked[s]) remember(redo, at, s);
        if (at->subject->moments.count < LANDMARKS_FROM) landmark_free(&redo->engine->texts, at->subject);
        else landmark_clear(&redo->engine->texts, at->subject, at->first, at->last);
    }
    free(marked);
}

/* ---------------------------------------------------------------- 4. the change */

static void move(struct redo *redo, uint32_t k, const struct affected *a) {
    struct subject *from = subject_before(redo, k, a), *to = subject_after(redo, k, a);
    if (from == to) return;
    if (from) (void)moments_remove(&from->moments, a->moment);
    if (to) moments_insert(&redo->engine->texts.pool, &to->moments, a->moment);
}

static void change(struct redo *redo) {
    for (uint32_t k = 0; k < redo->engine->program->keyspace_count; k++)
        for (size_t i = redo->affected_count; i-- > 0;) /* the last first: taking out at the end moves nothing */
            move(redo, k, &redo->affected[i]);
    for (size_t i = 0; i < redo->affected_count; i++) {
        struct affected *a = &redo->affected[i];
        if (!a->after) continue;
        attrs_drop(&redo->engine->texts, a->moment->attrs);
        a->moment->attrs = attrs_ref(a->after);
    }
}

/* ---------------------------------------------------------------- 5. as it is */

static void add_cycles(struct measures *out, const struct run *run) {
    for (size_t i = 0; i < run->count; i++) {
        struct measure m = measure_of(&run->cycles[i]);
        if (measure_counts(&m)) measures_add(out, &m);
    }
}

static void add_last(struct measures *out, const struct track *track) {
    if (!track || !track->exists) return;
    struct measure m = measure_of(&track->cycle);
    if (measure_counts(&m)) measures_add(out, &m);
}

/* Where nothing was tracked and something is measured now, a track has to be made, by a run to the end: else what is
 * posted now would be posted once more when the standard begins to apply. */
static bool may_stop(const struct redo_item *item, const struct run *before, const struct run *after) {
    if (item->to_end || (!item->tracked && after->count)) return false;
    return track_same(&before->track, &after->track);
}

/* Runs both on over what follows the change. True when they came to be in one state before the end. */
static bool run_together(
    struct engine *engine, const struct redo_item *item, size_t from, struct run *before, struct run *after) {
    const struct moments *moments = &item->at->subject->moments;
    uint32_t since = 0;
    for (size_t i = from; i < moments->count; i++) {
        if (may_stop(item, before, after)) return true;
        if (!item->whole)
            (void)landmark_pass(&engine->texts, item->at->subject, moments->list[i], &after->track, &since);
        run_step(engine, before, moments->list[i]);
        run_step(engine, after, moments->list[i]);
    }
    return false;
}

static void post_cycles(struct engine *engine, struct redo_item *item, int64_t cause) {
    struct subject *subject = item->at->subject;
    struct run after;
    struct measures old = {0}, new = {0};
    size_t next = run_stretch(engine, item, start_run(engine, item, &after), &after);
    bool same_end = run_together(engine, item, next, &item->run, &after);
    if (!same_end && item->by_clock && after.track.exists)
        cycle_settle(&engine->ledgers[item->standard], &after.track.cycle, engine->held);
    run_end(engine, subject, &item->run);
    run_end(engine, subject, &after);
    add_cycles(&old, &item->run);
    add_cycles(&new, &after);
    if (!same_end) {
        add_last(&old, subject_track(subject, item->standard));
        add_last(&new, &after.track);
    }
    post_changes(engine, item->standard, subject, &old, &new, cause);
    if (!same_end) run_install(engine, subject, &after);
    run_fini(engine, &after);
    measures_fini(&old);
    measures_fini(&new);
}

static void post_values(struct engine *engine, struct redo_item *item, int64_t cause) {
    struct measures after = {0};
    values_of(engine, item, &after);
    post_changes(engine, item->standard, item->at->subject, &item->values, &after, cause);
    measures_fini(&after);
}

static void post_all(struct redo *redo, int64_t cause) {
    for (size_t i = 0; i < redo->count; i++) {
        if (standard_of(redo->engine, &redo->items[i])->is_value) post_values(redo->engine, &redo->items[i], cause);
        else post_cycles(redo->engine, &redo->items[i], cause);
    }
    for (size_t i = 0; i < redo->subject_count; i++) deadline_schedule(redo->engine, redo->subjects[i].subject);
}

static void redo_all(struct redo *redo, int64_t cause) {
    find_subjects(redo);
    remember_all(redo);
    change(redo);
    post_all(redo, cause);
}

static void redo_fini(struct redo *redo) {
    struct intern *texts = &redo->engine->texts;
    for (size_t i = 0; i < redo->count; i++) {
        measures_fini(&redo->items[i].values);
        run_fini(redo->engine, &redo->items[i].run);
    }
    for (size_t i = 0; i < redo->affected_count; i++) {
        if (redo->affected[i].before) attrs_drop(texts, redo->affected[i].before);
        if (redo->affected[i].after) attrs_drop(texts, redo->affected[i].after);
    }
    free(redo->affected);
    free(redo->subjects);
    free(redo->items);
}

/* ---------------------------------------------------------------- 1. what changes */

static bool touches_pivots(const struct redo *redo, const struct affected *a) {
    return mask_touches(redo->engine->program->pivots, a->moment->own, a->moment->own_count);
}

static struct affected *add_affected(struct redo *redo, size_t *capacity, struct affected affected) {
    redo->affected = mem_grow(redo->affected, capacity, redo->affected_count + 1, sizeof *redo->affected);
    redo->affected[redo->affected_count++] = affected;
    return &redo->affected[redo->affected_count - 1];
}

/* The moment itself, those after it whose attributes it changes, and the one after these: what it says may be news now,
 * or none any more, to the subjects of other keyspaces. */
static void find_affected(struct redo *redo, struct contact *contact, struct moment *m) {
    struct timeline *timeline = &redo->engine->timeline;
    const struct moments *own = &contact->subject.moments;
    size_t place = moments_place(own, m), capacity = 0;
    const struct attrs *upon = attrs_before(timeline, own, place), *was_upon = upon;
    const struct affected *last = add_affected(redo, &capacity,
        (struct affected){m, NULL, attrs_after(timeline->texts, upon, m->own, m->own_count), NULL, upon});
    for (size_t i = place; i < own->count; i++) {
        struct moment *later = own->list[i];
        struct attrs *after = attrs_after(timeline->texts, last->after, later->own, later->own_count);
        bool same = attrs_equal(after, later->attrs);
        if (same) {
            attrs_drop(timeline->texts, after);
            after = attrs_ref(later->attrs);
        }
        last = add_affected(
            redo, &capacity, (struct affected){later, attrs_ref(later->attrs), after, was_upon, last->after});
        was_upon = last->before;
        if (same) break;
    }
    redo->resifts = own->count && touches_pivots(redo, &redo->affected[0]);
}

void redo_moment(struct engine *engine, struct contact *contact, struct moment *m) {
    struct redo redo = {.engine = engine};
    find_affected(&redo, contact, m);
    redo_all(&redo, m->at);
    redo_fini(&redo);
}

/* Its events that wait for their instant stay with the name. */
static void drop_contact(struct engine *engine, struct contact *contact) {
    uint32_t waiting = contact->waiting;
    struct sym *name = sym_ref(contact->name);
    evict_forget(engine, contact);
    timeline_drop_contact(&engine->timeline, contact);
    if (waiting) timeline_contact(&engine->timeline, sym_span(name))->waiting = waiting;
    intern_drop(&engine->texts, name);
}

void redo_forget(struct engine *engine, struct contact *contact) {
    struct redo redo = {.engine = engine};
    const struct moments *own = &contact->subject.moments;
    struct moment **gone = own->count ? mem_dup(own->list, own->count * sizeof *gone) : NULL;
    size_t count = own->count;
    bool muted = engine->muted;
    redo.affected = mem_zalloc((count + 1) * sizeof *redo.affected);
    for (size_t i = 0; i < count; i++)
        redo.affected[i] = (struct affected){
            gone[i], attrs_ref(gone[i]->attrs), NULL, attrs_before(&engine->timeline, own, i), NULL};
    redo.affected_count = count;
    engine->muted = true;
    redo_all(&redo, engine->now);
    engine->muted = muted;
    for (size_t i = 0; i < redo.subject_count; i++)
        if (redo.subjects[i].subject->keyspace && !redo.subjects[i].subject->moments.count)
            timeline_drop_subject(&engine->timeline, redo.subjects[i].subject);
    redo_fini(&redo);
    for (size_t i = 0; i < count; i++) moment_free(&engine->timeline, gone[i]);
    free(gone);
    drop_contact(engine, contact);
}
