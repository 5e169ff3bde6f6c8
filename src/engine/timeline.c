/* Invariants:
 *  1. a contact's moments are in order, and each one's attrs are its own attributes on top of the one before;
 *  2. a subject of keyspace k > 0 holds exactly the moments that matter to k and whose attributes name it, a recent one
 *     those of them that came after what is settled (evict.c, 5);
 *  3. a moment belongs to one contact, which frees it; other subjects only point to it;
 *  4. own attributes of a moment come by rising slot. */
#include "timeline.h"

#include "landmark.h"
#include <stdlib.h>

void timeline_init(struct timeline *timeline, struct program *program, struct intern *texts) {
    *timeline = (struct timeline){.program = program, .texts = texts, .nothing = attrs_new_empty(texts)};
    timeline->subjects = mem_zalloc(program->keyspace_count * sizeof *timeline->subjects);
    timeline->in_hand = mem_zalloc(program->keyspace_count * sizeof(struct subject *));
}

static void drop_runs(struct intern *texts, struct subject *subject) {
    subject_drop_tracks(subject, texts);
    landmark_free(texts, subject);
}

static void drop_list(struct intern *texts, struct moments *moments) {
    pool_free(&texts->pool, moments->list, moments->capacity * sizeof *moments->list);
}

void timeline_drop_rest(struct timeline *timeline, struct contact *contact) {
    struct subject *subject = &contact->subject;
    pool_free(&timeline->texts->pool, subject->rest, rest_bytes(subject->rest->count));
    subject->tracks = NULL;
    contact->is_resting = false;
    timeline->resting--;
}

static size_t idle_bytes(size_t capacity) {
    return sizeof(struct idle) + capacity * sizeof(uint32_t);
}

static void contact_free(struct timeline *timeline, struct contact *contact) {
    for (size_t i = 0; i < contact->subject.moments.count; i++)
        moment_free(timeline, contact->subject.moments.list[i]);
    drop_list(timeline->texts, &contact->subject.moments);
    if (contact->is_resting) timeline_drop_rest(timeline, contact);
    drop_runs(timeline->texts, &contact->subject);
    intern_drop(timeline->texts, contact->name);
    if (contact->idle) pool_free(&timeline->texts->pool, contact->idle, idle_bytes(contact->idle->capacity));
    pool_free(&timeline->texts->pool, contact, sizeof *contact);
}

static size_t key_bytes(size_t count) {
    return count * (sizeof(struct sym *) + sizeof(struct span));
}

static struct span *key_spans(const struct subject *subject) {
    return (struct span *)(void *)(subject->key + subject->key_count);
}

static void subject_free(struct timeline *timeline, struct subject *subject) {
    drop_runs(timeline->texts, subject);
    for (uint32_t i = 0; i < subject->key_count; i++)
        intern_drop(timeline->texts, subject->key[i]);
    drop_list(timeline->texts, &subject->moments);
    pool_free(&timeline->texts->pool, subject, sizeof *subject + key_bytes(subject->key_count));
}

/* The pool takes everything back at once: millions of contacts would take seconds. Only a build with asserts goes
 * through them all, so that engine_free() can tell whether anything was lost. */
#ifdef NDEBUG
static void give_back(struct timeline *timeline) {
    (void)timeline;
}
#else
static void give_back(struct timeline *timeline) {
    size_t cursor = 0;
    void *item;
    for (size_t k = 1; k < timeline->program->keyspace_count; k++)
        for (cursor = 0; (item = map_next(&timeline->subjects[k], &cursor));) subject_free(timeline, item);
    for (cursor = 0; (item = map_next(&timeline->contacts, &cursor));) contact_free(timeline, item);
    attrs_drop(timeline->texts, timeline->nothing);
}
#endif

void timeline_fini(struct timeline *timeline) {
    give_back(timeline);
    for (size_t k = 1; k < timeline->program->keyspace_count; k++) map_fini(&timeline->subjects[k]);
    map_fini(&timeline->contacts);
    hash_numbers_fini(&timeline->away.subjects);
    hash_numbers_fini(&timeline->away.settled);
    free(timeline->subjects);
    free(timeline->in_hand);
}

/* ---------------------------------------------------------------- contacts and subjects */

static bool contact_eq(const void *item, const void *key) {
    return span_eq(sym_span(((const struct contact *)item)->name), *(const struct span *)key);
}

struct contact *timeline_find(const struct timeline *timeline, struct span name) {
    return map_find(&timeline->contacts, span_hash(name), contact_eq, &name);
}

struct contact *timeline_contact(struct timeline *timeline, struct span name) {
    return timeline_contact_hashed(timeline, name, span_hash(name));
}

struct contact *timeline_contact_hashed(struct timeline *timeline, struct span name, uint64_t hash) {
    struct contact *contact = map_find(&timeline->contacts, hash, contact_eq, &name);
    if (contact) return contact;
    contact = pool_zalloc(&timeline->texts->pool, sizeof *contact);
    contact->name = intern_get_hashed(timeline->texts, name, hash);
    contact->received_ms = INT64_MIN;
    map_add(&timeline->contacts, hash, contact);
    return contact;
}

void timeline_drop_contact(struct timeline *timeline, struct contact *contact) {
    map_remove(&timeline->contacts, span_hash(sym_span(contact->name)), contact);
    contact_free(timeline, contact);
}

struct key {
    struct sym **texts;
    size_t count;
};

static bool subject_eq(const void *item, const void *key) {
    const struct key *k = key;
    return memcmp(((const struct subject *)item)->key, k->texts, k->count * sizeof *k->texts) == 0;
}

static struct subject *subject_new(struct pool *pool, uint32_t keyspace, struct sym *const *key, size_t count) {
    struct subject *subject = pool_zalloc(pool, sizeof *subject + key_bytes(count));
    subject->keyspace = keyspace;
    subject->key_count = (uint32_t)count & (INT32_MAX >> 1);
    subject->key = (struct sym **)(subject + 1); /* behind it: whoever finds the subject compares the key */
    for (size_t i = 0; i < count; i++) {
        subject->key[i] = sym_ref(key[i]);
        key_spans(subject)[i] = sym_span(key[i]);
    }
    return subject;
}

static uint64_t key_hash(struct sym *const *texts, size_t count) {
    return span_hash((struct span){(const char *)texts, count * sizeof *texts});
}

uint64_t subject_hash(uint32_t keyspace, struct sym *const *key, size_t count) {
    uint64_t hash = keyspace;
    for (size_t i = 0; i < count; i++) hash = (hash << 7 | hash >> 57) * 0x9e3779b97f4a7c15 ^ key[i]->hash;
    return hash;
}

struct subject *timeline_add_subject(struct timeline *timeline, uint32_t keyspace, struct sym *const *key) {
    size_t count = timeline->program->keyspaces[keyspace].count;
    struct subject *subject = subject_new(&timeline->texts->pool, keyspace, key, count);
    map_add(&timeline->subjects[keyspace], key_hash(key, count), subject);
    return subject;
}

/* An instant as a number that is not 0. */
static uint64_t number_of(int64_t at) {
    return (uint64_t)at - (uint64_t)INT64_MIN;
}

void away_settle(struct away *away, uint64_t hash, int64_t until_ms) {
    uint64_t known, until = number_of(until_ms);
    if (hash_numbers_take(&away->settled, hash, &known) && known > until) until = known;
    hash_numbers_add(&away->settled, hash, until);
}

void away_unsettle(struct away *away, uint64_t hash) {
    uint64_t known;
    (void)hash_numbers_take(&away->settled, hash, &known);
}

static bool is_settled(const struct away *away, uint64_t hash, int64_t at) {
    uint64_t until;
    return hash_numbers_find(&away->settled, hash, &until) && number_of(at) > until;
}

/* Something of the subject may have left: all of it when it is not in memory. */
static bool may_be_away(const struct timeline *timeline, uint32_t keyspace, const struct subject *subject) {
    bool lacks = !subject || subject->recent;
    return lacks && timeline->away.subjects.count && !timeline->program->keyspaces[keyspace].by_contact;
}

static struct subject *find_subject(const struct timeline *timeline, uint32_t keyspace, const struct key *key) {
    return map_find(&timeline->subjects[keyspace], key_hash(key->texts, key->count), subject_eq, key);
}

static struct subject *find_or_make(
    struct timeline *timeline, uint32_t keyspace, const struct key *key, int64_t at, enum make make) {
    struct subject *subject = find_subject(timeline, keyspace, key);
    bool recent = false;
    if (may_be_away(timeline, keyspace, subject)) {
        uint64_t hash = subject_hash(keyspace, key->texts, key->count);
        recent = (subject || make == FIND_OR_MAKE) && is_settled(&timeline->away, hash, at);
        if (!recent) timeline->away.recall(timeline->away.arg, hash);
        if (!recent) subject = find_subject(timeline, keyspace, key);
    }
    if (subject || make == FIND_ONLY) return subject;
    subject = timeline_add_subject(timeline, keyspace, key->texts);
    subject->recent = recent;
    return subject;
}

struct subject *timeline_subject(struct timeline *timeline, struct contact *contact, uint32_t keyspace,
    const struct attrs *attrs, int64_t at, enum make make) {
    if (keyspace == 0) return &contact->subject;
    const struct keyspace *ks = &timeline->program->keyspaces[keyspace];
    struct sym *few[8], **texts = ks->count > 8 ? mem_alloc(ks->count * sizeof *texts) : few;
    size_t n = 0;
    for (; n < ks->count; n++)
        if (!(texts[n] = val_text_borrow(timeline->texts, attrs_get(attrs, ks->slots[n])))) break;
    struct key key = {texts, n};
    struct subject *subject = n == ks->count ? find_or_make(timeline, keyspace, &key, at, make) : NULL;
    while (n--) val_text_return(timeline->texts, attrs_get(attrs, ks->slots[n]), texts[n]);
    if (texts != few) free(texts);
    return subject;
}

bool timeline_foresee(const struct timeline *timeline, uint32_t keyspace, const struct attrs *before,
    const struct own *own, size_t own_count, uint64_t *hash) {
    const struct keyspace *ks = &timeline->program->keyspaces[keyspace];
    struct sym *texts[8];
    if (ks->count > 8) return false;
    for (size_t n = 0; n < ks->count; n++) {
        val v = attrs_get(before, ks->slots[n]);
        for (size_t i = 0; i < own_count; i++)
            if (own[i].slot == ks->slots[n]) v = own[i].value;
        if (!val_is_text(v)) return false;
        texts[n] = val_sym(v);
        __builtin_prefetch(texts[n], 1);
    }
    *hash = key_hash(texts, ks->count);
    return true;
}

void timeline_drop_subject(struct timeline *timeline, struct subject *subject) {
    map_remove(&timeline->subjects[subject->keyspace], key_hash(subject->key, subject->key_count), subject);
    subject_free(timeline, subject);
}

struct group subject_texts(const struct subject *subject, struct span *spare) {
    if (subject->keyspace == 0) {
        *spare = sym_span(((const struct contact *)subject)->name);
        return (struct group){spare, 1};
    }
    return (struct group){key_spans(subject), subject->key_count};
}

/* ---------------------------------------------------------------- moments */

/* They are few, and come in much the same order event after event. */
static void sort_by_slot(struct said *said, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct said moved = said[i];
        size_t k = i;
        for (; k > 0 && said[k - 1].slot > moved.slot; k--) said[k] = said[k - 1];
        said[k] = moved;
    }
}

size_t moment_said(const struct program *program, const struct event *event, struct said *out) {
    size_t n = 0;
    if (program->contact_slot != SLOT_NONE) out[n++] = (struct said){value_text(event->contact), 0, program->contact_slot};
    for (size_t i = 0; i < event->attr_count; i++) {
        uint16_t slot = program_slot(program, event->attrs[i].name);
        if (slot != SLOT_NONE) out[n++] = (struct said){event->attrs[i].value, 0, slot};
    }
    for (size_t i = 0; i < n; i++) out[i].hash = val_text_hash(&out[i].value);
    sort_by_slot(out, n);
    return n;
}

struct moment *moment_of(struct timeline *timeline, const struct event *event, const struct said *said, size_t count) {
    struct moment *m = pool_alloc(&timeline->texts->pool, sizeof *m + count * sizeof *m->own);
    *m = (struct moment){.at = event->at_ms, .seq = event->seq, .own_count = (uint16_t)count};
    m->name = program_name(timeline->program, event->name);
    for (size_t i = 0; i < count; i++)
        m->own[i] = (struct own){val_new_hashed(timeline->texts, &said[i].value, said[i].hash), said[i].slot};
    return m;
}

struct moment *moment_new(struct timeline *timeline, const struct event *event) {
    struct said few[SAID_FEW], *said = few;
    if (event->attr_count >= SAID_FEW) said = mem_alloc((event->attr_count + 1) * sizeof *said);
    struct moment *m = moment_of(timeline, event, said, moment_said(timeline->program, event, said));
    if (said != few) free(said);
    return m;
}

void moment_free(struct timeline *timeline, struct moment *m) {
    if (!m) return;
    for (uint16_t i = 0; i < m->own_count; i++) val_drop(timeline->texts, m->own[i].value);
    attrs_drop(timeline->texts, m->attrs);
    pool_free(&timeline->texts->pool, m, sizeof *m + m->own_count * sizeof *m->own);
}

int moment_cmp(const struct moment *a, const struct moment *b) {
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    if (a->contact != b->contact) return span_cmp(sym_span(a->contact->name), sym_span(b->contact->name));
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

bool moment_is_of_interest(const struct program *program, const struct moment *m) {
    return m->name != NAME_UNKNOWN || m->own_count > (program->contact_slot != SLOT_NONE);
}

bool moment_matters(
    const struct program *program, const struct moment *m, const struct attrs *before, uint32_t keyspace) {
    if (m->name != NAME_UNKNOWN && program->names[m->name]->matters[keyspace]) return true;
    const uint64_t *mask = program->keyspaces[keyspace].mask;
    for (uint16_t i = 0; i < m->own_count; i++)
        if (mask_has(mask, m->own[i].slot) && attrs_get(before, m->own[i].slot) != m->own[i].value) return true;
    return false;
}

size_t moments_from(const struct moments *moments, int64_t at) {
    size_t lo = 0, hi = moments->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (moments->list[mid]->at < at) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

size_t moments_place(const struct moments *moments, const struct moment *m) {
    size_t lo = 0, hi = moments->count;
    if (hi && moment_cmp(moments->list[hi - 1], m) < 0) return hi;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (moment_cmp(moments->list[mid], m) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void moments_insert(struct pool *pool, struct moments *moments, struct moment *m) {
    size_t at = moments_place(moments, m), capacity = moments->capacity;
    moments->list = pool_grow(pool, moments->list, &capacity, moments->count + 1, sizeof *moments->list);
    moments->capacity = (uint32_t)capacity;
    memmove(moments->list + at + 1, moments->list + at, (moments->count - at) * sizeof *moments->list);
    moments->list[at] = m;
    moments->count++;
}

bool moments_remove(struct moments *moments, const struct moment *m) {
    size_t at = moments_place(moments, m);
    if (at == moments->count || moments->list[at] != m) return false;
    moments->count--;
    memmove(moments->list + at, moments->list + at + 1, (moments->count - at) * sizeof *moments->list);
    return true;
}

void moments_mark(const struct program *program, const struct moments *moments, uint32_t keyspace, bool *marked) {
    for (size_t i = 0; i < moments->count; i++) {
        uint32_t index = moments->list[i]->name;
        const struct event_name *name = index == NAME_UNKNOWN ? NULL : program->names[index];
        for (size_t r = 0; name && r < name->count; r++)
            if (program->standards[name->reactions[r].standard].keyspace == keyspace)
                marked[name->reactions[r].standard] = true;
    }
}

void timeline_place_elsewhere(struct timeline *timeline, struct contact *contact) {
    const struct moments *moments = &contact->subject.moments;
    for (uint32_t k = 1; k < timeline->program->keyspace_count; k++)
        for (size_t i = 0; i < moments->count; i++) {
            struct moment *m = moments->list[i];
            if (!moment_matters(timeline->program, m, attrs_before(timeline, moments, i), k)) continue;
            struct subject *subject = timeline_subject(timeline, contact, k, m->attrs, m->at, FIND_OR_MAKE);
            if (subject) moments_insert(&timeline->texts->pool, &subject->moments, m);
        }
}

/* ---------------------------------------------------------------- tracks */

void contact_add_idle(struct pool *pool, struct contact *contact, uint32_t standard) {
    struct idle *idle = contact->idle;
    uint32_t count = idle ? idle->count : 0;
    for (uint32_t i = 0; i < count; i++)
        if (idle->standards[i] == standard) return;
    if (!idle || count == idle->capacity) {
        uint32_t capacity = count ? 2 * count : 2;
        struct idle *grown = pool_alloc(pool, idle_bytes(capacity));
        *grown = (struct idle){.count = count, .capacity = capacity};
        if (idle) {
            memcpy(grown->standards, idle->standards, count * sizeof *idle->standards);
            pool_free(pool, idle, idle_bytes(idle->capacity));
        }
        contact->idle = idle = grown;
    }
    idle->standards[idle->count++] = standard;
}

struct track *subject_track(const struct subject *subject, uint32_t standard) {
    for (uint32_t i = 0; i < subject->track_count; i++)
        if (subject->tracks[i].standard == standard) return &subject->tracks[i];
    return NULL;
}

struct track *subject_add_track(struct pool *pool, struct subject *subject, uint32_t standard) {
    size_t capacity = subject->track_capacity;
    subject->tracks = pool_grow(pool, subject->tracks, &capacity, subject->track_count + 1, sizeof *subject->tracks);
    subject->track_capacity = (uint32_t)capacity;
    struct track *track = &subject->tracks[subject->track_count++];
    *track = (struct track){.standard = standard, .fires = INSTANT_NEVER, .ripe_ms = INSTANT_NEVER};
    return track;
}

void subject_drop_track(struct subject *subject, struct intern *texts, uint32_t standard) {
    struct track *track = subject_track(subject, standard);
    if (!track) return;
    if (track->exists) cycle_fini(texts, &track->cycle);
    *track = subject->tracks[--subject->track_count];
}

void subject_drop_tracks(struct subject *subject, struct intern *texts) {
    for (uint32_t i = 0; i < subject->track_count; i++)
        if (subject->tracks[i].exists) cycle_fini(texts, &subject->tracks[i].cycle);
    pool_free(&texts->pool, subject->tracks, subject->track_capacity * sizeof *subject->tracks);
    subject->tracks = NULL;
    subject->track_count = subject->track_capacity = 0;
}
