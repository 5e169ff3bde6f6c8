/* What an event touches lies at random places of memory, and each leads to the next: a replay of millions would spend half
 * its time waiting (fetching ahead what a contact leads to, alone, was 14 % of it). So several events go the same way side
 * by side, and ask for what each will need before the first of them needs it. Nothing here changes what comes out. */
#include "slad/engine/engine.h"

#include "state.h"

/* ---------------------------------------------------------------- taking apart */

struct prepared {
    struct said said[SAID_FEW];
    size_t said_count;
    uint64_t contact; /* the hash of its name */
};

static void look_up(const struct engine *engine, const struct event *event, struct prepared *p) {
    p->contact = span_hash(event->contact);
    map_foresee(&engine->timeline.contacts, p->contact);
    map_foresee(&engine->texts.syms, p->contact); /* of one that is new */
    p->said_count = event->attr_count < SAID_FEW ? moment_said(engine->program, event, p->said) : 0;
    for (size_t i = 0; i < p->said_count; i++)
        if (p->said[i].value.kind == VALUE_TEXT) map_foresee(&engine->texts.syms, p->said[i].hash);
}

static void fetch_found(const struct engine *engine, const struct prepared *p) {
    const struct contact *contact = map_hint(&engine->timeline.contacts, p->contact);
    if (contact) __builtin_prefetch(&contact->name);
    for (size_t i = 0; i < p->said_count; i++)
        if (p->said[i].value.kind == VALUE_TEXT)
            __builtin_prefetch(map_hint(&engine->texts.syms, p->said[i].hash));
}

static void fetch_name(const struct engine *engine, const struct prepared *p) {
    const struct contact *contact = map_hint(&engine->timeline.contacts, p->contact);
    if (contact) __builtin_prefetch(contact->name);
}

static struct moment *make(struct engine *engine, const struct event *event, const struct prepared *p) {
    struct timeline *timeline = &engine->timeline;
    struct moment *m = event->attr_count < SAID_FEW ? moment_of(timeline, event, p->said, p->said_count)
                                                    : moment_new(timeline, event);
    bool interest = moment_is_of_interest(engine->program, m);
    struct contact *contact = interest ? timeline_contact_hashed(timeline, event->contact, p->contact)
                                       : timeline_find(timeline, event->contact);
    if (contact && event->received_ms > contact->received_ms) contact->received_ms = event->received_ms;
    if (interest) {
        m->contact = contact;
        return m;
    }
    moment_free(timeline, m);
    return NULL;
}

void engine_prepare(struct engine *engine, const struct event *events, size_t count, struct moment **out) {
    struct prepared prepared[ENGINE_PREPARE_MOST];
    for (size_t i = 0; i < count; i++) look_up(engine, &events[i], &prepared[i]);
    for (size_t i = 0; i < count; i++) fetch_found(engine, &prepared[i]);
    for (size_t i = 0; i < count; i++) fetch_name(engine, &prepared[i]);
    for (size_t i = 0; i < count; i++) out[i] = make(engine, &events[i], &prepared[i]);
}

/* ---------------------------------------------------------------- taking in */

enum { FORESEEN_MOST = 4 }; /* keyspaces: more than a configuration has, and what is foreseen costs time, too */

static const struct moment *last_of(const struct subject *subject) {
    return subject->moments.count ? subject->moments.list[subject->moments.count - 1] : NULL;
}

static void fetch_tracks(const struct subject *subject) {
    for (size_t i = 0; i < subject->track_count * sizeof *subject->tracks; i += 64)
        __builtin_prefetch((const char *)subject->tracks + i);
}

/* Its contact, whose moments are in one list, and the last of them. */
static void foresee_contact(const struct moment *m, unsigned step) {
    const struct contact *contact = m->contact;
    switch (step) {
    case 1:
        __builtin_prefetch(contact);
        __builtin_prefetch(&contact->name);
        __builtin_prefetch(&contact->idle);
        break;
    case 2:
        __builtin_prefetch(contact->subject.moments.list);
        fetch_tracks(&contact->subject);
        break;
    case 3: __builtin_prefetch(last_of(&contact->subject)); break;
    default: {
        const struct moment *last = last_of(&contact->subject);
        if (last) __builtin_prefetch(last->attrs);
    }
    }
}

/* The subject of another keyspace that it will belong to, as far as is known now. Those it belongs to by its attributes
 * alone are too few to look for them. */
static void foresee_subject(const struct engine *engine, const struct moment *m, uint32_t k, unsigned step) {
    if (m->name == NAME_UNKNOWN || !engine->program->names[m->name]->matters[k]) return;
    const struct moment *last = last_of(&m->contact->subject);
    const struct attrs *before = last ? last->attrs : engine->timeline.nothing;
    uint64_t hash;
    if (!timeline_foresee(&engine->timeline, k, before, m, &hash)) return;
    const struct map *subjects = &engine->timeline.subjects[k];
    if (step == 5) {
        map_foresee(subjects, hash);
        return;
    }
    const struct subject *subject = map_hint(subjects, hash);
    if (!subject) return;
    switch (step) {
    case 6:
        __builtin_prefetch(subject);
        __builtin_prefetch(subject + 1); /* its key */
        break;
    case 7:
        if (subject->moments.count) __builtin_prefetch(&subject->moments.list[subject->moments.count - 1]);
        fetch_tracks(subject);
        break;
    default: __builtin_prefetch(last_of(subject));
    }
}

void engine_foresee(const struct engine *engine, const struct moment *m, unsigned step) {
    if (step == 0) {
        __builtin_prefetch(m);
    } else if (step < 5) {
        foresee_contact(m, step);
    } else {
        for (uint32_t k = 1; k < engine->program->keyspace_count && k <= FORESEEN_MOST; k++)
            foresee_subject(engine, m, k, step);
    }
}
