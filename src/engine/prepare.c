/* What an event touches lies at random places of memory, and each leads to the next: a replay of millions would spend half
 * its time waiting (fetching ahead what a contact leads to, alone, was 14 % of it). So several events go the same way side
 * by side, and ask for what each will need before the first of them needs it. Nothing here changes what comes out. */
#include "slad/engine/engine.h"

#include "foresee.h"
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

/* Of a moment, or of an event that may become one. */
struct coming {
    const struct contact *contact; /* NULL: it is new */
    const struct own *own;
    size_t own_count;
    uint32_t name;
};

/* The subjects of other keyspaces that it will belong to, as far as is known now. Those it belongs to by its attributes
 * alone are too few to look for them. */
static void foresee_subjects(const struct engine *engine, const struct coming *coming, unsigned step) {
    if (coming->name == NAME_UNKNOWN) return;
    const struct moments *known = coming->contact ? &coming->contact->subject.moments : NULL;
    const struct attrs *before = known && known->count ? known->list[known->count - 1]->attrs : engine->timeline.nothing;
    for (uint32_t k = 1; k < foreseen_keyspaces(engine); k++)
        if (engine->program->names[coming->name]->matters[k])
            foresee_subject(engine, k, before, coming->own, coming->own_count, step);
}

void engine_foresee(const struct engine *engine, const struct moment *m, unsigned step) {
    if (step == 0) {
        __builtin_prefetch(m);
    } else if (step < FORESEE_SUBJECTS) {
        foresee_contact(m->contact, step);
    } else {
        struct coming coming = {m->contact, m->own, m->own_count, m->name};
        foresee_subjects(engine, &coming, step);
    }
}

/* ---------------------------------------------------------------- expecting */

struct expected {
    struct prepared prepared;
    struct coming coming;
    struct own own[SAID_FEW]; /* without references */
};

static void expect_contact(const struct engine *engine, struct expected *e) {
    e->coming.contact = map_hint(&engine->timeline.contacts, e->prepared.contact);
    if (e->coming.contact) foresee_contact(e->coming.contact, 1);
}

/* A text that is new is left out: nothing is known of it. */
static void expect_own(const struct engine *engine, const struct event *event, struct expected *e) {
    e->coming.own = e->own;
    e->coming.name = program_name(engine->program, event->name);
    for (size_t i = 0; i < e->prepared.said_count; i++) {
        const struct said *said = &e->prepared.said[i];
        const struct sym *sym = said->value.kind == VALUE_TEXT ? map_hint(&engine->texts.syms, said->hash) : NULL;
        if (sym) e->own[e->coming.own_count++] = (struct own){VAL_TEXT | (val)(uintptr_t)sym, said->slot};
    }
}

static void expect_deadline(const struct engine *engine, const struct expected *e) {
    size_t place = e->coming.contact ? e->coming.contact->subject.deadline.place : 0;
    if (place) __builtin_prefetch(&engine->deadlines.entries[place - 1]);
}

/* Each step by step, side by side with the others. */
void engine_expect(const struct engine *engine, const struct event *events, size_t count) {
    struct expected expected[ENGINE_EXPECT_MOST];
    for (size_t i = 0; i < count; i++) {
        expected[i].coming = (struct coming){0};
        look_up(engine, &events[i], &expected[i].prepared);
        hash_set_foresee(&engine->evicted, expected[i].prepared.contact);
    }
    for (size_t i = 0; i < count; i++) fetch_found(engine, &expected[i].prepared);
    for (size_t i = 0; i < count; i++) expect_contact(engine, &expected[i]);
    for (size_t i = 0; i < count; i++) {
        fetch_name(engine, &expected[i].prepared);
        expect_own(engine, &events[i], &expected[i]);
        expect_deadline(engine, &expected[i]);
    }
    for (unsigned step = 2; step < FORESEE_SUBJECTS; step++)
        for (size_t i = 0; i < count; i++)
            if (expected[i].coming.contact) foresee_contact(expected[i].coming.contact, step);
    for (unsigned step = FORESEE_SUBJECTS; step < ENGINE_FORESEE_STEPS; step++)
        for (size_t i = 0; i < count; i++) foresee_subjects(engine, &expected[i].coming, step);
}
