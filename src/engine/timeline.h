/* timeline: the contacts and subjects in memory, and what happened to each, in order.
 * Owns: contacts, moments, subjects and the tracks of their cycles.
 * Must not know: what a cycle does on a moment, figures.
 *
 * A contact is itself the subject of the standards per: contact; other subjects hold the moments of several. */
#ifndef SLAD_ENGINE_TIMELINE_H
#define SLAD_ENGINE_TIMELINE_H

#include "cycle.h"
#include "slad/base/hash_numbers.h"
#include "slad/base/heap.h"
#include "slad/model/event.h"

/* An event as the engine keeps it. */
struct moment {
    int64_t at;
    uint64_t seq;
    struct contact *contact;
    struct attrs *attrs; /* as of this event; a reference */
    uint32_t name;       /* NAME_UNKNOWN: only its attributes matter */
    uint16_t own_count;
    struct own own[];    /* by rising slot; with references */
};
struct moments {
    struct moment **list; /* by (at, contact, seq) */
    uint32_t count, capacity;
};

struct subject {
    struct heap_node deadline; /* first: the heap hands out nodes. In the heap while a cycle of it is open */
    uint32_t keyspace;
    uint32_t key_count : 30;
    bool marked : 1; /* by who walks over subjects, meanwhile */
    bool recent : 1; /* what left memory before its first moment is settled, and has not come back */
    union {
        struct track *tracks;
        struct rest *rest; /* of a contact that is_resting: what it is without its tracks (rest.h); track_count is 0 */
    };
    uint32_t track_count, track_capacity;
    struct moments moments;
    struct landmark_book *landmarks; /* of a long timeline that was run anew; NULL */
    struct sym **key; /* one a `per` attribute, and after them the texts of each; NULL for a contact */
};
struct contact {
    struct subject subject; /* first: a contact is its own subject in keyspace 0 */
    struct sym *name;
    int64_t received_ms;    /* of its latest event */
    struct contact *before, *after; /* in engine->quiet, while is_quiet; in engine->busy, while is_busy */
    int64_t quiet_since;    /* the engine's now when it was last touched */
    uint32_t waiting;       /* events whose instant has not come */
    bool is_quiet : 1, is_busy : 1, is_resting : 1;
    bool marked : 1;        /* by who walks over contacts, meanwhile */
    bool touched : 1;       /* since it came to its place in engine->busy */
    struct idle *idle;      /* NULL: none */
};

/* Standards started by a contact that do not apply: looked at again when attributes change. */
struct idle {
    uint32_t count, capacity;
    uint32_t standards[];
};

/* The standards that a contact had tracks of. */
struct rest {
    int64_t held; /* the clock's decisions until here were part of them */
    uint32_t count;
    uint32_t standards[];
};
static inline size_t rest_bytes(size_t count) {
    return offsetof(struct rest, standards) + count * sizeof(uint32_t);
}

static inline struct contact *contact_of(struct subject *subject) {
    return subject->keyspace == 0 ? (struct contact *)subject : NULL;
}

/* Subjects of several contacts that are not in memory (evict.h). */
struct away {
    struct hash_numbers subjects; /* by subject_hash(): an event of each contact that has moments there */
    struct hash_numbers settled;  /* by subject_hash(), where the keyspace settles: an instant, one for each hash; what
                                   * happens after it changes nothing of what came of them */
    void (*recall)(void *arg, uint64_t hash); /* one of these may be asked for */
    void *arg;
};
struct timeline {
    struct program *program;
    struct intern *texts;
    struct map contacts;
    struct map *subjects; /* one a keyspace; [0] is not used */
    struct attrs *nothing;
    struct subject **in_hand; /* one a keyspace: what the moment that is taken in belongs to (fold.c) */
    size_t resting; /* contacts that are */
    struct away away;
};

void timeline_init(struct timeline *timeline, struct program *program, struct intern *texts);
void timeline_fini(struct timeline *timeline);

struct contact *timeline_find(const struct timeline *timeline, struct span name);
struct contact *timeline_contact(struct timeline *timeline, struct span name); /* made when new */
struct contact *timeline_contact_hashed(struct timeline *timeline, struct span name, uint64_t hash);
void timeline_drop_contact(struct timeline *timeline, struct contact *contact);
void timeline_drop_rest(struct timeline *timeline, struct contact *contact); /* of one that is_resting */
/* The subject of keyspace k that these attributes name; NULL when one is absent. Made when new if `make`. What of it is
 * away comes back first, but where it is asked for a moment at an instant after all that is settled. */
enum make { FIND_ONLY, FIND_OR_MAKE };
#define WHOLE_SUBJECT INT64_MIN /* no such instant */
struct subject *timeline_subject(struct timeline *timeline, struct contact *contact, uint32_t keyspace,
    const struct attrs *attrs, int64_t at, enum make make);
/* What is away under this hash is settled after that instant, or after a later one that is known. */
void away_settle(struct away *away, uint64_t hash, int64_t until_ms);
/* It is in memory again. */
void away_unsettle(struct away *away, uint64_t hash);

/* One that is not there yet; key: a text for each attribute of its keyspace. */
struct subject *timeline_add_subject(struct timeline *timeline, uint32_t keyspace, struct sym *const *key);

/* Where a moment with attributes of its own on top of these will belong, when that is named by texts alone: the hash by
 * which it lies in timeline->subjects[keyspace]. Changes nothing. */
bool timeline_foresee(const struct timeline *timeline, uint32_t keyspace, const struct attrs *before,
    const struct own *own, size_t own_count, uint64_t *hash);
/* Of what the key of a subject says, wherever its texts lie in memory. */
uint64_t subject_hash(uint32_t keyspace, struct sym *const *key, size_t count);
/* A subject of keyspace > 0 whose moments, if any, are about to be freed. */
void timeline_drop_subject(struct timeline *timeline, struct subject *subject);

/* A moment from an event, its own attributes taken over as far as a standard asks for them. Its contact and
 * attrs are set when it takes effect. */
struct moment *moment_new(struct timeline *timeline, const struct event *event);
/* The same in two, so that what several events say can be fetched from memory together (prepare.c): what standards ask
 * for of it, by rising slot (out: room for one more than it has attributes), and the moment that says so. */
struct said {
    struct value value;
    uint64_t hash; /* of a text */
    uint16_t slot;
};
enum { SAID_FEW = 32 }; /* more than most events have */
size_t moment_said(const struct program *program, const struct event *event, struct said *out);
struct moment *moment_of(struct timeline *timeline, const struct event *event, const struct said *said, size_t count);
void moment_free(struct timeline *timeline, struct moment *moment);
/* Order of a subject's moments: by instant, then the contact's name, then arrival. */
int moment_cmp(const struct moment *a, const struct moment *b);
/* An event that no standard reacts to, without an attribute that one reads, changes nothing: false. */
bool moment_is_of_interest(const struct program *program, const struct moment *moment);
/* Whether subjects of this keyspace have to know of the moment, where the contact's attributes were `before` until then:
 * a standard of it reacts, or it changes what one reads. What only says again what held already is none of theirs. */
bool moment_matters(
    const struct program *program, const struct moment *moment, const struct attrs *before, uint32_t keyspace);

/* The attributes that the i-th moment of a contact came upon. */
static inline const struct attrs *attrs_before(
    const struct timeline *timeline, const struct moments *moments, size_t i) {
    return i ? moments->list[i - 1]->attrs : timeline->nothing;
}
/* The place of the first moment at or after this instant. */
size_t moments_from(const struct moments *moments, int64_t at_ms);
/* Where the moment is, or would be. */
size_t moments_place(const struct moments *moments, const struct moment *moment);
void moments_insert(struct pool *pool, struct moments *moments, struct moment *moment);
bool moments_remove(struct moments *moments, const struct moment *moment);
/* Marks the standards of this keyspace that an event of such a name is something to. marked: one a standard. */
void moments_mark(const struct program *program, const struct moments *moments, uint32_t keyspace, bool *marked);
/* Puts the contact's moments into the subjects of other keyspaces that they belong to. */
void timeline_place_elsewhere(struct timeline *timeline, struct contact *contact);

/* The standard was started here, and does not apply. */
void contact_add_idle(struct pool *pool, struct contact *contact, uint32_t standard);

struct track *subject_track(const struct subject *subject, uint32_t standard); /* or NULL */
struct track *subject_add_track(struct pool *pool, struct subject *subject, uint32_t standard);
void subject_drop_track(struct subject *subject, struct intern *texts, uint32_t standard);
void subject_drop_tracks(struct subject *subject, struct intern *texts);
/* The texts that name the subject in reports. `spare` is room for a contact's. */
struct group subject_texts(const struct subject *subject, struct span *spare);

#endif
