/* How an event comes to the table, once it is appended:
 *
 *     a piece ──read──▶ collected ──sorted, when they are many──▶ entering ──a piece for each that is read──▶ the table
 *
 * The caller says when; the thread that writes has what is collected and what enters.
 *
 * Invariants:
 *  1. The table has the events up to marks.contacts_through, which is kept in `meta`, and of those up to
 *     marks.contacts_entering some; contacts are only dropped (journal_prune()) when the table has all their events.
 *  2. What is collected are the events from marks.contacts_entering + 1 to marks.contacts_read. While marks.contacts_pieces
 *     is 0 nothing enters, and contacts_entering is contacts_through.
 *  3. `hashes` has each event from `from` + 1 up to marks.journal_last, 0 where there is none any more.
 *  4. `from` is where the table ended before it was last written, as of the last commit: a snapshot that is as old as
 *     that still finds the rest here. One that is older looks through the events between. */
#include "store/contacts.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"
#include "store/later.h"

enum {
    /* Events. A piece takes the thread some 3 ms, for which commits wait: all at once, at 110,000 events a second, would make
     * the 99th percentile until one is acknowledged 68 ms instead of 46. */
    PIECE = 4096,
    /* Enter together under load, so that a page that many of them belong to is written once: with PIECE the table was more than
     * half of all pages written, and a sixth less was taken in. */
    MANY = 32768,
    LOAD_COMMITS = 16, /* fewer for a piece are a load; else what is collected enters at once, for other programs */
    BLOCK = 64,        /* hashes looked at in one go */
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

/* ---------------------------------------------------------------- into the table */

struct contact_entry {
    uint64_t seq;
    size_t at, n; /* of its contact, in the texts */
};

static void entries_clear(struct contact_entries *entries) {
    buf_fini(&entries->texts);
    free(entries->list);
    *entries = (struct contact_entries){0};
}

static void entries_add(struct contact_entries *entries, uint64_t seq, struct span contact) {
    entries->list = mem_grow(entries->list, &entries->capacity, entries->count + 1, sizeof *entries->list);
    entries->list[entries->count++] = (struct contact_entry){seq, entries->texts.size, contact.n};
    buf_add_span(&entries->texts, contact);
}

static struct span contact_of(const struct contact_entries *entries, const struct contact_entry *entry) {
    return (struct span){entries->texts.data + entry->at, entry->n};
}

/* In the order of the table. */
static int compare(const void *a, const void *b, void *arg) {
    const struct contact_entry *x = a, *y = b;
    int order = span_cmp(contact_of(arg, x), contact_of(arg, y));
    return order ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

struct piece {
    struct later_op op;
    uint64_t after, through; /* to be read */
    bool begins;             /* what is collected enters */
    size_t pieces;           /* in which all that enters is to do so, this one included; 0: nothing enters */
    uint64_t done;           /* the table has all up to there then; 0: not yet */
};

static int read_piece(struct store *store, const struct piece *piece, struct err *err) {
    sqlite3_stmt *rows;
    int got = db_write(store, STATEMENT_CONTACTS_READ, "SELECT seq, contact FROM events WHERE seq > ?1 AND seq <= ?2", &rows, err);
    if (got != 0) return got;
    db_bind_int(rows, 1, (int64_t)piece->after);
    db_bind_int(rows, 2, (int64_t)piece->through);
    while ((got = db_step(rows, "read the journal's contacts", err)) > 0)
        entries_add(&store->contacts.collected, (uint64_t)sqlite3_column_int64(rows, 0), db_span(rows, 1));
    return got;
}

static void begin_to_enter(struct contacts *contacts) {
    entries_clear(&contacts->entering);
    contacts->entering = contacts->collected;
    contacts->collected = (struct contact_entries){0};
    if (contacts->entering.count)
        qsort_r(contacts->entering.list, contacts->entering.count, sizeof *contacts->entering.list, compare, &contacts->entering);
}

/* What is there already costs nothing: somebody may have lost the mark. */
static int enter_piece(struct store *store, size_t pieces, struct err *err) {
    struct contact_entries *entering = &store->contacts.entering;
    size_t left = entering->count - entering->next;
    sqlite3_stmt *put;
    int code = db_write(
        store, STATEMENT_CONTACTS_INDEX, "INSERT OR IGNORE INTO event_contacts (contact, seq) VALUES (?1, ?2)", &put, err);
    for (size_t n = (left + pieces - 1) / pieces; n && code == 0; n--) {
        const struct contact_entry *entry = &entering->list[entering->next++];
        db_bind_span(put, 1, contact_of(entering, entry));
        db_bind_int(put, 2, (int64_t)entry->seq);
        code = db_finish(put, "index the journal's contacts", err);
    }
    return code;
}

static int run_piece(struct store *store, const struct later_op *op, struct err *err) {
    const struct piece *piece = (const struct piece *)op;
    int code = read_piece(store, piece, err);
    if (code == 0 && piece->begins) begin_to_enter(&store->contacts);
    if (code == 0 && piece->pieces) code = enter_piece(store, piece->pieces, err);
    if (code || !piece->done) return code;
    entries_clear(&store->contacts.entering);
    return store_meta_set(store, THROUGH_KEY, (int64_t)piece->done, err);
}

/* All that was appended is read; begins: it enters, once what does so has; pieces: in which that is to be done. */
static int step(struct store *store, bool begins, size_t pieces, struct err *err) {
    struct marks *marks = &store->marks;
    struct piece piece = {{.run = run_piece}, marks->contacts_read, marks->journal_last, .begins = begins};
    marks->contacts_read = marks->journal_last;
    if (begins) {
        marks->contacts_entering = marks->contacts_read;
        marks->contacts_pieces = pieces;
    } else if (marks->contacts_pieces > pieces) {
        marks->contacts_pieces = pieces;
    }
    piece.pieces = marks->contacts_pieces;
    if (piece.pieces && --marks->contacts_pieces == 0) piece.done = marks->contacts_through = marks->contacts_entering;
    return later_do(store, &piece.op, sizeof piece, NULL, 0, err);
}

int contacts_index(struct store *store, struct err *err) {
    struct marks *marks = &store->marks;
    if (marks->contacts_through == marks->journal_last) return 0;
    int code = marks->contacts_pieces ? step(store, false, 1, err) : 0;
    return code ? code : step(store, true, 1, err);
}

static int read_next(struct store *store, struct err *err) {
    const struct marks *marks = &store->marks;
    uint64_t waiting = marks->journal_last - marks->contacts_through;
    bool is_load = store->contacts.commits < LOAD_COMMITS;
    bool begins = !marks->contacts_pieces && (waiting >= store->contacts.many || !is_load);
    size_t pieces = (size_t)((waiting + store->contacts.piece - 1) / store->contacts.piece);
    store->contacts.commits = 0;
    return step(store, begins, !is_load ? 1 : begins ? pieces : SIZE_MAX, err);
}

int contacts_add(struct store *store, uint64_t seq, struct span contact, struct err *err) {
    note(&store->contacts, seq, hash_of(contact));
    return seq - store->marks.contacts_read < store->contacts.piece ? 0 : read_next(store, err);
}

void contacts_committed(struct store *store) {
    struct contacts *contacts = &store->contacts;
    contacts->commits++;
    if (contacts->through == store->committed.contacts_through) return;
    size_t over = (size_t)(contacts->through - contacts->from);
    if (over > contacts->count) over = contacts->count;
    contacts->count -= over;
    if (over) memmove(contacts->hashes, contacts->hashes + over, contacts->count * sizeof *contacts->hashes);
    contacts->from = contacts->through;
    contacts->through = store->committed.contacts_through;
}

/* From where the table ends: the thread does not write now. */
static void read_anew(struct store *store) {
    struct marks *marks = &store->marks;
    entries_clear(&store->contacts.collected);
    entries_clear(&store->contacts.entering);
    marks->contacts_read = marks->contacts_entering = marks->contacts_through;
    marks->contacts_pieces = 0;
    store->committed = *marks;
}

void contacts_rolled_back(struct store *store) {
    struct contacts *contacts = &store->contacts;
    uint64_t last = store->marks.journal_last;
    size_t left = last > contacts->from ? (size_t)(last - contacts->from) : 0;
    if (contacts->count > left) contacts->count = left;
    read_anew(store);
}

int contacts_open(struct store *store, struct err *err) {
    struct contacts *contacts = &store->contacts;
    int64_t through = 0;
    sqlite3_stmt *rows = NULL;
    int got = store_meta_get(store, THROUGH_KEY, &through, err);
    if (got < 0) return got;
    if (through > (int64_t)store->marks.journal_last) through = (int64_t)store->marks.journal_last; /* damage */
    contacts->piece = PIECE;
    contacts->many = MANY;
    contacts->from = contacts->through = store->marks.contacts_through = (uint64_t)through;
    read_anew(store);
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
    entries_clear(&contacts->collected);
    entries_clear(&contacts->entering);
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
        "SELECT lacks + rows - (events - lacks) FROM (SELECT (SELECT count(*) FROM event_contacts"
        "  WHERE seq <= coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0)"
        "  OR NOT EXISTS (SELECT 1 FROM events AS e WHERE e.seq = event_contacts.seq AND e.contact = event_contacts.contact)) AS rows,"
        " count(*) AS events, coalesce(sum(NOT EXISTS (SELECT 1 FROM event_contacts AS c"
        "  WHERE c.contact = e.contact AND c.seq = e.seq)), 0) AS lacks"
        " FROM events AS e WHERE e.seq <= coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0))",
        wrong, err);
}
