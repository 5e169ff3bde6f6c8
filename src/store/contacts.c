/* Invariants:
 *  1. The table has the events up to marks.contacts_through, which is kept in `meta`, and none beyond; contacts are only
 *     dropped (journal_prune()) when the table has all their events.
 *  2. `hashes` has each event from `from` + 1 up to marks.journal_last, 0 where there is none any more.
 *  3. `from` is where the table ended before it was last written, as of the last commit: a snapshot that is as old as
 *     that still finds the rest here. One that is older than two bulks looks through the events between. */
#include "store/contacts.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "store/later.h"

enum {
    /* Events. A bulk takes some 9 ms, for which commits wait: at 35,000 events a second the 99th percentile until one is
     * acknowledged is 45 ms; with four times as many 80, and nothing is gained where names come in order, a fifth where
     * they do not. */
    BULK = 4096,
    BLOCK = 64,   /* hashes looked at in one go */
};
static const char THROUGH_KEY[] = "contacts_through";

/* ---------------------------------------------------------------- the hashes */

static void note(struct contacts *contacts, uint64_t seq, uint32_t hash) {
    size_t place = (size_t)(seq - contacts->from - 1);
    assert(seq > contacts->from && place >= contacts->count);
    if (place >= contacts->capacity)
        contacts->hashes = mem_grow(contacts->hashes, &contacts->capacity, place + 1, sizeof *contacts->hashes);
    while (contacts->count < place) contacts->hashes[contacts->count++] = 0;
    contacts->hashes[contacts->count++] = hash;
}

static uint32_t hash_of(struct span contact) {
    return (uint32_t)span_hash(contact);
}

/* Written so that compilers compare many at once: some microseconds for all. */
static bool block_has(const uint32_t *hashes, uint32_t hash) {
    uint32_t has = 0;
    for (size_t i = 0; i < BLOCK; i++) has |= hashes[i] == hash;
    return has != 0;
}

/* "[7,9]", nothing when there are none. */
static void find(const struct contacts *contacts, uint32_t hash, struct buf *seqs) {
    for (size_t at = 0; at < contacts->count; at += BLOCK) {
        size_t end = at + BLOCK < contacts->count ? at + BLOCK : contacts->count;
        if (end == at + BLOCK && !block_has(contacts->hashes + at, hash)) continue;
        for (size_t i = at; i < end; i++)
            if (contacts->hashes[i] == hash)
                buf_printf(seqs, "%c%llu", seqs->size ? ',' : '[', (unsigned long long)(contacts->from + i + 1));
    }
    if (seqs->size) buf_add_char(seqs, ']');
}

void contacts_bind(sqlite3_stmt *statement, const struct store *store, struct span contact) {
    const struct contacts *contacts = &store->contacts;
    struct buf seqs = {0};
    find(contacts, hash_of(contact), &seqs);
    (void)sqlite3_bind_text64(statement, 1, contact.p, contact.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    if (seqs.size) (void)sqlite3_bind_text64(statement, 2, buf_text(&seqs), seqs.size, SQLITE_TRANSIENT, SQLITE_UTF8);
    else db_bind_null(statement, 2);
    db_bind_int(statement, 3, (int64_t)contacts->from);
    buf_fini(&seqs);
}

/* ---------------------------------------------------------------- the table */

struct bulk {
    struct later_op op;
    uint64_t after, through;
};

/* What is there already costs nothing: somebody may have lost the mark. */
static int run_bulk(struct store *store, const struct later_op *op, struct err *err) {
    const struct bulk *bulk = (const struct bulk *)op;
    sqlite3_stmt *index;
    int code = db_write(store, STATEMENT_CONTACTS_INDEX,
        "INSERT OR IGNORE INTO event_contacts (contact, seq)"
        " SELECT contact, seq FROM events WHERE seq > ?1 AND seq <= ?2 ORDER BY contact, seq",
        &index, err);
    if (code != 0) return code;
    db_bind_int(index, 1, (int64_t)bulk->after);
    db_bind_int(index, 2, (int64_t)bulk->through);
    code = db_finish(index, "index the journal's contacts", err);
    return code ? code : store_meta_set(store, THROUGH_KEY, (int64_t)bulk->through, err);
}

int contacts_index(struct store *store, struct err *err) {
    struct marks *marks = &store->marks;
    struct bulk bulk = {{.run = run_bulk}, marks->contacts_through, marks->journal_last};
    if (bulk.after == bulk.through) return 0;
    int code = later_do(store, &bulk.op, sizeof bulk, NULL, 0, err);
    if (code == 0) marks->contacts_through = bulk.through;
    return code;
}

int contacts_add(struct store *store, uint64_t seq, struct span contact, struct err *err) {
    note(&store->contacts, seq, hash_of(contact));
    return seq - store->marks.contacts_through < BULK ? 0 : contacts_index(store, err);
}

void contacts_committed(struct store *store) {
    struct contacts *contacts = &store->contacts;
    if (contacts->through == store->committed.contacts_through) return;
    size_t over = (size_t)(contacts->through - contacts->from);
    if (over > contacts->count) over = contacts->count;
    contacts->count -= over;
    if (over) memmove(contacts->hashes, contacts->hashes + over, contacts->count * sizeof *contacts->hashes);
    contacts->from = contacts->through;
    contacts->through = store->committed.contacts_through;
}

void contacts_rolled_back(struct store *store) {
    struct contacts *contacts = &store->contacts;
    uint64_t last = store->marks.journal_last;
    size_t left = last > contacts->from ? (size_t)(last - contacts->from) : 0;
    if (contacts->count > left) contacts->count = left;
}

int contacts_open(struct store *store, struct err *err) {
    struct contacts *contacts = &store->contacts;
    int64_t through = 0;
    sqlite3_stmt *rows = NULL;
    int got = store_meta_get(store, THROUGH_KEY, &through, err);
    if (got < 0) return got;
    if (through > (int64_t)store->marks.journal_last) through = (int64_t)store->marks.journal_last; /* damage */
    contacts->from = contacts->through = store->marks.contacts_through = (uint64_t)through;
    if (sqlite3_prepare_v2(store->writer, "SELECT seq, contact FROM events WHERE seq > ?1 ORDER BY seq", -1, &rows, NULL) !=
        SQLITE_OK)
        return db_fail(store->writer, "read the journal's end", err);
    db_bind_int(rows, 1, through);
    while ((got = db_step(rows, "read the journal's end", err)) > 0)
        note(contacts, (uint64_t)sqlite3_column_int64(rows, 0), hash_of(db_span(rows, 1)));
    sqlite3_finalize(rows);
    return got;
}

void contacts_fini(struct contacts *contacts) {
    free(contacts->hashes);
    *contacts = (struct contacts){0};
}

/* ---------------------------------------------------------------- the whole of it */

int contacts_rebuild(sqlite3 *db, struct err *err) {
    return db_run(db,
        "DELETE FROM event_contacts;"
        "INSERT INTO event_contacts (contact, seq) SELECT contact, seq FROM events ORDER BY contact, seq;"
        "DELETE FROM meta WHERE key = 'contacts_through';"
        "INSERT INTO meta (key, value) SELECT 'contacts_through', seq FROM events ORDER BY seq DESC LIMIT 1;",
        "index the journal's contacts", err);
}

/* Those it lacks, and those it has beside the others. */
int contacts_check(sqlite3 *db, int64_t *wrong, struct err *err) {
    return db_number(db,
        "SELECT lacks + rows - (events - lacks) FROM (SELECT (SELECT count(*) FROM event_contacts) AS rows,"
        " count(*) AS events, coalesce(sum(NOT EXISTS (SELECT 1 FROM event_contacts AS c"
        "  WHERE c.contact = e.contact AND c.seq = e.seq)), 0) AS lacks"
        " FROM events AS e WHERE e.seq <= coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0))",
        wrong, err);
}
