/* Contacts and subjects in an image. Landmarks are not in it: they are made anew where they are missed. */
#include "image.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- moments */

/* Loading: nothing but the fields is made. */
struct moment *image_moment(struct image *image, struct moment *m) {
    struct engine *engine = image->engine;
    size_t count = image_count(image, image->loads ? 0 : m->own_count);
    if (image->loads) {
        if (count > engine->program->slot_count) image->is_bad = true;
        if (image->is_bad) count = 0;
        m = pool_zalloc(&engine->texts.pool, sizeof *m + count * sizeof *m->own);
        m->own_count = (uint16_t)count;
    }
    m->at = image_int(image, m->at);
    m->seq = (uint64_t)image_int(image, (int64_t)m->seq);
    bool is_known = image_bool(image, m->name != NAME_UNKNOWN);
    m->name = is_known ? (uint32_t)image_index(image, m->name, engine->program->name_count) : NAME_UNKNOWN;
    for (size_t i = 0; i < count; i++) m->own[i] = image_own(image, m->own[i]);
    return m;
}

static void image_own_moments(struct image *image, struct contact *contact) {
    struct moments *moments = &contact->subject.moments;
    size_t count = image_count(image, moments->count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        struct moment *m = image_moment(image, image->loads ? NULL : moments->list[i]);
        m->contact = contact;
        m->attrs = image_attrs(image, m->attrs);
        if (image->loads) moments_insert(&image->engine->texts.pool, moments, m);
    }
}

/* Those of a subject of several contacts are theirs: whose, and which. */
static void image_shared_moments(struct image *image, struct moments *moments) {
    size_t count = image_count(image, moments->count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        struct moment *m = image->loads ? NULL : moments->list[i];
        struct contact *contact = image_contact(image, m ? m->contact : NULL);
        if (!contact) return;
        const struct moments *own = &contact->subject.moments;
        size_t place = image_index(image, m ? moments_place(own, m) : 0, own->count);
        if (image->loads && !image->is_bad) moments_insert(&image->engine->texts.pool, moments, own->list[place]);
    }
}

/* ---------------------------------------------------------------- subjects */

/* Loading: NULL when it cannot be. */
static struct subject *image_key(struct image *image, uint32_t keyspace, struct subject *subject) {
    struct timeline *timeline = &image->engine->timeline;
    size_t count = timeline->program->keyspaces[keyspace].count;
    struct sym **key = mem_zalloc((count + 1) * sizeof *key);
    for (size_t i = 0; i < count; i++) {
        key[i] = image_text(image, subject ? subject->key[i] : NULL);
        if (!key[i]) image->is_bad = true;
    }
    if (image->loads) {
        subject = image->is_bad ? NULL : timeline_add_subject(timeline, keyspace, key);
        for (size_t i = 0; i < count; i++) intern_drop(timeline->texts, key[i]);
    }
    free(key);
    return subject;
}

static void image_subject(struct image *image, uint32_t keyspace, struct subject *subject) {
    subject = image_key(image, keyspace, subject);
    if (!subject) return;
    subject->recent = image_bool(image, subject->recent);
    image_meet(image, subject);
    image_shared_moments(image, &subject->moments);
    image_tracks(image, subject);
}

void image_subjects(struct image *image) {
    struct timeline *timeline = &image->engine->timeline;
    for (uint32_t k = 1; k < timeline->program->keyspace_count; k++) {
        size_t count = image_count(image, timeline->subjects[k].count), cursor = 0;
        while (count-- && !image->is_bad)
            image_subject(image, k, image->loads ? NULL : map_next(&timeline->subjects[k], &cursor));
    }
}

/* ---------------------------------------------------------------- contacts */

static void image_rest(struct image *image, struct contact *contact) {
    struct engine *engine = image->engine;
    struct subject *subject = &contact->subject;
    size_t count = image_count(image, image->loads ? 0 : subject->rest->count);
    if (image->loads) {
        subject->rest = pool_zalloc(&engine->texts.pool, rest_bytes(count));
        subject->rest->count = (uint32_t)count;
        contact->is_resting = true;
        engine->timeline.resting++;
    }
    subject->rest->held = image_int(image, subject->rest->held);
    for (size_t i = 0; i < count; i++)
        subject->rest->standards[i] = (uint32_t)image_index(image, subject->rest->standards[i], engine->program->count);
}

static void image_idle(struct image *image, struct contact *contact) {
    size_t count = image_count(image, contact->idle ? contact->idle->count : 0);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        uint32_t standard =
            (uint32_t)image_index(image, image->loads ? 0 : contact->idle->standards[i], image->engine->program->count);
        if (image->loads && !image->is_bad) contact_add_idle(&image->engine->texts.pool, contact, standard);
    }
}

/* Loading: NULL when it cannot be. */
static struct contact *image_name(struct image *image, struct contact *contact) {
    struct timeline *timeline = &image->engine->timeline;
    struct sym *name = image_text(image, contact ? contact->name : NULL);
    if (!image->loads) return contact;
    if (!name || timeline_find(timeline, sym_span(name))) image->is_bad = true;
    contact = image->is_bad ? NULL : timeline_contact_hashed(timeline, sym_span(name), name->hash);
    intern_drop(timeline->texts, name);
    return contact;
}

/* NULL: the next one that is read. */
static void image_one_contact(struct image *image, struct contact *contact) {
    contact = image_name(image, contact);
    if (!contact) return;
    image_meet(image, &contact->subject);
    contact->received_ms = image_int(image, contact->received_ms);
    contact->quiet_since = image_int(image, contact->quiet_since);
    contact->waiting = (uint32_t)image_int(image, contact->waiting);
    contact->touched = image_bool(image, contact->touched);
    contact->is_quiet = image_bool(image, contact->is_quiet);
    contact->is_busy = image_bool(image, contact->is_busy);
    if (image->loads && contact->is_quiet) contacts_put_last(&image->engine->quiet, contact);
    if (image->loads && contact->is_busy) contacts_put_last(&image->engine->busy, contact);
    image_own_moments(image, contact);
    if (image_bool(image, contact->is_resting)) image_rest(image, contact);
    else image_tracks(image, &contact->subject);
    image_idle(image, contact);
}

static void put_list(struct image *image, const struct contacts *list) {
    for (struct contact *contact = list->first; contact; contact = contact->after) image_one_contact(image, contact);
}

/* Those of the two lists in their order. */
static void put_contacts(struct image *image) {
    struct engine *engine = image->engine;
    struct contact *contact;
    for (size_t cursor = 0; (contact = map_next(&engine->timeline.contacts, &cursor));)
        if (!contact->is_quiet && !contact->is_busy) image_one_contact(image, contact);
    put_list(image, &engine->quiet);
    put_list(image, &engine->busy);
}

void image_contacts(struct image *image) {
    size_t count = image_count(image, image->engine->timeline.contacts.count);
    if (!image->loads) put_contacts(image);
    else
        while (count-- && !image->is_bad) image_one_contact(image, NULL);
}

/* ---------------------------------------------------------------- deadlines */

/* In the order of the heap: those of one instant come in no other. */
void image_deadlines(struct image *image) {
    struct heap *deadlines = &image->engine->deadlines;
    size_t count = image_count(image, deadlines->count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        const struct heap_entry *entry = image->loads ? NULL : &deadlines->entries[i];
        int64_t key = image_int(image, entry ? entry->key : 0);
        struct subject *subject = image_met(image, entry ? (struct subject *)(void *)entry->node : NULL); /* node comes first */
        if (image->loads && subject) heap_set(deadlines, &subject->deadline, key);
    }
}
