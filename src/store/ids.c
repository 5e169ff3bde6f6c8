/* Invariants:
 *  1. once `known`, every id of the journal, the open transaction included, is in the filter: what it does not have is new;
 *  2. what it may have is asked for: of the connection that writes if its hash is among `open` or `flying`, else, as then
 *     it can only be a committed one, of the one that reads, which need not wait for what is being written;
 *  3. the thread has a connection and a filter of its own until it is joined; nothing is appended before. */
#include "store/ids.h"

#include <assert.h>
#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/store/journal.h"
#include "store/db.h"
#include "store/thread.h"

struct ids_reader {
    sqlite3 *db;
    pthread_t thread;
    struct bloom filter;
    int code;
    struct err err;
};

static int read_all(sqlite3 *db, struct bloom *filter, struct err *err) {
    int64_t events = 0;
    sqlite3_stmt *rows = NULL;
    int got = db_number(db, "SELECT max(seq) - min(seq) FROM events", &events, err);
    if (got < 0) return got;
    if (sqlite3_prepare_v2(db, "SELECT id FROM events INDEXED BY events_id WHERE id IS NOT NULL", -1, &rows, NULL) != SQLITE_OK)
        return db_fail(db, "read the journal's ids", err);
    bloom_reserve(filter, (size_t)events * 2); /* as many may come before the next start */
    while ((got = db_step(rows, "read the journal's ids", err)) > 0) bloom_add(filter, span_hash(db_span(rows, 0)));
    sqlite3_finalize(rows);
    return got;
}

static void *run(void *arg) {
    struct ids_reader *reader = arg;
    reader->code = read_all(reader->db, &reader->filter, &reader->err);
    return NULL;
}

int ids_read_aside(struct store *store, struct err *err) {
    struct ids_reader *reader = mem_zalloc(sizeof *reader);
    int code = db_open(store, &reader->db, err);
    if (!code) code = thread_start(&reader->thread, run, reader, err);
    if (!code) {
        store->ids.reader = reader;
        return 0;
    }
    sqlite3_close_v2(reader->db);
    free(reader);
    return code;
}

static int join(struct ids *ids, struct err *err) {
    struct ids_reader *reader = ids->reader;
    pthread_join(reader->thread, NULL);
    sqlite3_close_v2(reader->db);
    int code = reader->code;
    if (code && err) *err = reader->err;
    ids->filter = reader->filter;
    ids->reader = NULL;
    free(reader);
    return code;
}

/* A failure leaves what was read: it is read again at the next need. */
static int know(struct store *store, struct err *err) {
    struct ids *ids = &store->ids;
    int code = ids->reader ? join(ids, err) : 1;
    if (code) {
        bloom_fini(&ids->filter);
        sqlite3 *db;
        code = db_writer(store, &db, err);
        if (!code) code = read_all(db, &ids->filter, err);
    }
    ids->known = code == 0;
    return code;
}

static int is_committed(struct store *store, struct span id, struct err *err) {
    sqlite3_stmt *ask;
    assert(!store->in_read); /* such a snapshot may be older than the last commit */
    int got = db_read(store, STATEMENT_JOURNAL_KNOWS_ID, "SELECT 1 FROM events WHERE id = ?1", &ask, err);
    if (got != 0) return got;
    db_bind_span(ask, 1, id);
    got = db_step(ask, "look for an event's id", err);
    if (got > 0) sqlite3_reset(ask);
    return got < 0 ? got : got == 0;
}

int ids_has(struct store *store, struct span id, struct err *err) {
    struct ids *ids = &store->ids;
    uint64_t hash = span_hash(id);
    int code = ids->known ? 0 : know(store, err);
    if (code) return code;
    if (!bloom_may_have(&ids->filter, hash)) return 1;
    bool is_open = hash_set_has(&ids->open, hash) || hash_set_has(&ids->flying, hash);
    return is_open ? journal_has_id(store, id, err) : is_committed(store, id, err);
}

void ids_foresee(const struct store *store, struct span id) {
    bloom_foresee(&store->ids.filter, span_hash(id));
}

void ids_add(struct store *store, struct span id) {
    uint64_t hash = span_hash(id);
    bloom_add(&store->ids.filter, hash);
    hash_set_add(&store->ids.open, hash);
}

void ids_fly(struct store *store) {
    struct ids *ids = &store->ids;
    struct hash_set empty = ids->flying;
    assert(!empty.count);
    ids->flying = ids->open;
    ids->open = empty;
}

void ids_landed(struct store *store) {
    hash_set_clear(&store->ids.flying);
}

void ids_clear(struct store *store) {
    hash_set_clear(&store->ids.open);
    hash_set_clear(&store->ids.flying);
}

void ids_fini(struct store *store) {
    struct ids *ids = &store->ids;
    if (ids->reader) (void)!join(ids, NULL);
    bloom_fini(&ids->filter);
    hash_set_fini(&ids->open);
    hash_set_fini(&ids->flying);
}
