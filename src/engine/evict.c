/* Invariants:
 *  1. engine->quiet holds contacts, the longest untouched first, none of them twice; of those that hang together and
 *     have nothing open one is in it, unless it was looked at since, and they are too many;
 *  2. a contact is in memory, or its hash is in engine->evicted, or no event of it was ever taken in that matters;
 *  3. building evicted contacts again changes no ledger: they had nothing open, so their cycles measure what they
 *     measured when they left;
 *  4. a subject in memory has all its moments; one that is not, and had moments of several contacts, leads to each of
 *     them by timeline.away, and they are not in memory either;
 *  5. but where a keyspace settles, a subject that left may be in memory with what came after it was settled (recent):
 *     run over these alone, its standards measure what they would measure over all of them, besides what they measured
 *     before. Asked for at any instant before that, it is made whole. */
#include "evict.h"

#include <assert.h>
#include "component.h"
#include "foresee.h"
#include "rest.h"

/* ---------------------------------------------------------------- who is quiet */

static void take_off(struct engine *engine, struct contact *contact) {
    if (!contact->is_quiet) return;
    contacts_take_off(&engine->quiet, contact);
    contact->is_quiet = false;
}

static void put_last(struct engine *engine, struct contact *contact) {
    take_off(engine, contact);
    contacts_put_last(&engine->quiet, contact);
    contact->quiet_since = engine->now;
    contact->is_quiet = true;
}

void evict_note(struct engine *engine, struct subject *subject, bool open) {
    const struct moments *moments = &subject->moments;
    struct contact *contact = contact_of(subject);
    if (engine->options.keeps_all || (!contact && !moments->count)) return;
    if (!contact) contact = moments->list[moments->count - 1]->contact;
    /* One that is shared has its latest contact looked at, when nothing of that one is open. */
    if (subject_is_shared(engine, subject) && (open || heap_holds(&contact->subject.deadline))) return;
    if (open) {
        take_off(engine, contact);
        rest_note(engine, contact);
    } else {
        rest_forget(engine, contact);
        put_last(engine, contact);
    }
}

void evict_forget(struct engine *engine, struct contact *contact) {
    take_off(engine, contact);
    rest_forget(engine, contact);
}

/* ---------------------------------------------------------------- leaving */

/* What happens after it cannot change what the subject's cycles came to. None of them is open; one that runs does not
 * apply, and only its own contact could change that, which comes back first. */
static int64_t settled_until(const struct subject *subject) {
    const struct moments *moments = &subject->moments;
    int64_t until = moments->list[moments->count - 1]->at;
    for (uint32_t i = 0; i < subject->track_count; i++) {
        const struct cycle *c = &subject->tracks[i].cycle;
        if (!subject->tracks[i].exists || cycle_runs(c)) continue;
        assert(c->decided == INSTANT_NEVER || c->decided <= c->end); /* only a void event decides what has ended */
        assert(c->due == INSTANT_NEVER || c->due <= c->end);
        if (c->end > until) until = c->end;
    }
    return until;
}

/* Of a subject of several contacts stays what names them, should it be asked for. */
static void drop_subject(struct engine *engine, struct subject *subject) {
    const struct moments *moments = &subject->moments;
    struct away *away = &engine->timeline.away;
    if (subject_is_shared(engine, subject) && moments->count) {
        uint64_t hash = subject_hash(subject->keyspace, subject->key, subject->key_count);
        for (size_t i = 0; i < moments->count; i++)
            hash_numbers_add(&away->subjects, hash, moments->list[i]->contact->subject.moments.list[0]->seq);
        if (engine->program->keyspaces[subject->keyspace].settles) away_settle(away, hash, settled_until(subject));
    }
    timeline_drop_subject(&engine->timeline, subject);
}

static void drop_contact(struct engine *engine, struct contact *contact) {
    take_off(engine, contact);
    rest_forget(engine, contact);
    hash_set_add(&engine->evicted, contact->name->hash);
    timeline_drop_contact(&engine->timeline, contact);
}

static void leave(struct engine *engine, const struct component *component) {
    for (size_t i = 0; i < component->subject_count; i++) drop_subject(engine, component->subjects[i]);
    for (size_t i = 0; i < component->contact_count; i++) drop_contact(engine, component->contacts[i]);
}

enum { GROUPS_LOOKED = 32 }; /* a call: a microsecond */

/* Of one standard after the other. */
static void let_groups_go(struct engine *engine) {
    if (!engine->program->count) return;
    engine->looked = (engine->looked + 1) % engine->program->count;
    ledger_let_go(&engine->ledgers[engine->looked], GROUPS_LOOKED);
}

size_t engine_quiet(const struct engine *engine) {
    return engine->quiet.count;
}

bool engine_shares(const struct engine *engine) {
    for (size_t k = 1; k < engine->program->keyspace_count; k++)
        if (!engine->program->keyspaces[k].by_contact) return true;
    return false;
}

enum { AHEAD = 8, MOMENTS_AHEAD = 8 };
_Static_assert(AHEAD - 4 == FORESEE_LAST + 1 - FORESEE_SUBJECTS, "four steps of its own, then those of its subjects");

/* Of one that leaves so many contacts later. */
static void foresee_leaving(const struct engine *engine, const struct contact *contact, unsigned later) {
    const struct moments *moments = &contact->subject.moments;
    size_t few = moments->count < MOMENTS_AHEAD ? moments->count : MOMENTS_AHEAD;
    switch (later) {
    case AHEAD: foresee_contact(contact, 1); break;
    case AHEAD - 1:
        __builtin_prefetch(contact->name);
        foresee_contact(contact, 2);
        break;
    case AHEAD - 2:
        map_foresee(&engine->timeline.contacts, contact->name->hash);
        map_foresee(&engine->texts.syms, contact->name->hash);
        hash_set_foresee(&engine->evicted, contact->name->hash);
        for (size_t i = 0; i < few; i++) __builtin_prefetch(moments->list[i]);
        break;
    case AHEAD - 3:
        for (size_t i = 0; i < few; i++) __builtin_prefetch(moments->list[i]->attrs);
        break;
    default:
        for (uint32_t k = 1; k < foreseen_keyspaces(engine) && moments->count; k++)
            foresee_subject(engine, k, moments->list[moments->count - 1]->attrs, NULL, 0, FORESEE_LAST + 1 - later);
    }
}

/* Who was not touched for so long is not in the processor's cache: what the next few of the list lead to is fetched while
 * those before them leave, the nearer the more of it. */
static void foresee_next(const struct engine *engine, const struct contact *leaving) {
    const struct contact *next = leaving->after;
    for (unsigned later = 1; next && later <= AHEAD; next = next->after, later++) foresee_leaving(engine, next, later);
}

size_t engine_evict(struct engine *engine, int64_t quiet_since_ms, size_t most) {
    size_t gone = 0, looked = 0;
    struct component component = {0};
    struct contact *contact;
    while (looked < most && (contact = engine->quiet.first) && contact->quiet_since <= quiet_since_ms) {
        foresee_next(engine, contact);
        take_off(engine, contact);
        bool leaves = component_find(engine, contact, quiet_since_ms, &component);
        looked += component.contact_count ? component.contact_count : 1;
        if (!leaves) continue;
        leave(engine, &component);
        gone += component.contact_count;
    }
    component_fini(&component);
    let_groups_go(engine);
    return gone;
}
