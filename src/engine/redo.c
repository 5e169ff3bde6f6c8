#include "redo.h"

#include <stdlib.h>
#include "deadline.h"
#include "post.h"
#include "run.h"

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
    run_measures(engine, standard, subject, &run, track, &item->before);
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
        run_measures(engine, item->standard, item->subject, &run, &run.track, &after);
        post_changes(engine, item->standard, item->subject, &item->before, &after, cause);
        if (!is_value) run_install(engine, item->subject, &run);
        measures_fini(&after);
        run_fini(engine, &run);
    }
    for (size_t i = 0; i < redo->subject_count; i++) deadline_schedule(engine, redo->subjects[i]);
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
void redo_moment(struct engine *engine, struct contact *contact, struct moment *m) {
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

void redo_forget(struct engine *engine, struct contact *contact) {
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
