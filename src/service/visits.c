/* Invariants:
 *  1. what is remembered of a call and a queue is what the journal, the open transaction included, holds of
 * them;
 *  2. with a journal, at most VISITS_MAX pairs are remembered, those last asked about;
 *  3. `newest` … `oldest` lists each remembered pair once, and the map holds the same. */
#include "slad/service/visits.h"

#include <stdlib.h>
#include "slad/base/hash_set.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/store/journal.h"
#include "slad/wire/queue_contact.h"

enum {
    VISITS_MAX = 65536, /* an hour of the calls of a large exchange; others cost a question to the journal */
    KEY_MAX = 1024, /* longer names are not remembered: they would make VISITS_MAX worth nothing as a limit */
};

struct pair {
    struct pair *newer, *older;
    uint64_t count, hash;
    struct span key;
    char text[];
};

struct visits {
    struct store *journal;
    struct map pairs;
    struct pair *newest, *oldest;
    struct hash_set begun; /* without a journal: ids of events that began a visit */
    struct buf key;
};

struct visits *visits_new(struct store *journal) {
    struct visits *visits = mem_zalloc(sizeof *visits);
    visits->journal = journal;
    return visits;
}

void visits_free(struct visits *visits) {
    if (!visits) return;
    visits_clear(visits);
    hash_set_fini(&visits->begun);
    buf_fini(&visits->key);
    free(visits);
}

/* ---- the list, the last asked about first */

static void put_first(struct visits *visits, struct pair *pair) {
    pair->newer = NULL;
    pair->older = visits->newest;
    if (visits->newest) visits->newest->newer = pair;
    visits->newest = pair;
    if (!visits->oldest) visits->oldest = pair;
}

static void take_out(struct visits *visits, struct pair *pair) {
    *(pair->newer ? &pair->newer->older : &visits->newest) = pair->older;
    *(pair->older ? &pair->older->newer : &visits->oldest) = pair->newer;
}

static void forget(struct visits *visits, struct pair *pair) {
    take_out(visits, pair);
    map_remove(&visits->pairs, pair->hash, pair);
    free(pair);
}

void visits_clear(struct visits *visits) {
    while (visits->newest) forget(visits, visits->newest);
    map_fini(&visits->pairs);
    visits->pairs = (struct map){0};
}

static bool is_key(const void *item, const void *key) {
    return span_eq(((const struct pair *)item)->key, *(const struct span *)key);
}

static struct pair *remembered(struct visits *visits, struct span key) {
    struct pair *pair = map_find(&visits->pairs, span_hash(key), is_key, &key);
    if (!pair) return NULL;
    take_out(visits, pair);
    put_first(visits, pair);
    return pair;
}

static void remember(struct visits *visits, struct span key, uint64_t count) {
    if (visits->journal && key.n > KEY_MAX) return;
    struct pair *pair = mem_zalloc(sizeof *pair + key.n);
    memcpy(pair->text, key.p, key.n);
    pair->key = (struct span){pair->text, key.n};
    pair->hash = span_hash(key);
    pair->count = count;
    map_add(&visits->pairs, pair->hash, pair);
    put_first(visits, pair);
    if (visits->journal && visits->pairs.count > VISITS_MAX) forget(visits, visits->oldest);
}

/* ---- counting */

/* How many visits the journal knows; a contact each. */
static int count_in_journal(
    struct visits *visits, const struct visit *visit, uint64_t *count, struct err *err) {
    uint64_t n = 0;
    int code = 0;
    while (visits->journal && code == 0) {
        buf_clear(&visits->key);
        queue_contact(visit->call, visit->queue, n + 1, &visits->key);
        code = journal_has_contact(visits->journal, buf_span(&visits->key), err);
        if (code == 0) n++;
    }
    *count = n;
    return code < 0 ? code : 0;
}

/* 0: an event of this id has begun a visit; 1: none has. */
static int was_told(struct visits *visits, struct span id, struct err *err) {
    if (visits->journal) return journal_has_id(visits->journal, id, err);
    uint64_t hash = span_hash(id);
    if (hash_set_has(&visits->begun, hash)) return 0;
    hash_set_add(&visits->begun, hash);
    return 1;
}

static struct span key_of(struct visits *visits, const struct visit *visit) {
    buf_clear(&visits->key);
    queue_contact(visit->call, visit->queue, 1, &visits->key);
    return buf_span(&visits->key);
}

int visits_visit(void *arg, const struct visit *visit, uint64_t *nth, struct err *err) {
    struct visits *visits = arg;
    struct pair *pair = remembered(visits, key_of(visits, visit));
    uint64_t count = pair ? pair->count : 0;
    int code = pair ? 0 : count_in_journal(visits, visit, &count, err), told = 0;
    if (!code && visit->id.p) told = was_told(visits, visit->id, err);
    if (code < 0 || told < 0) return code < 0 ? code : told;
    if (visit->id.p && (told > 0 || count == 0)) count++;
    if (pair)
        pair->count = count;
    else if (count)
        remember(visits, key_of(visits, visit), count);
    *nth = count;
    return 0;
}
