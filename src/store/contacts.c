/* How an event comes to the table, once it is appended:
 *
 *     collected ──sorted, when they are many──▶ entering ──a piece for each PIECE that was collected──▶ the table
 *
 * The caller says when; the thread that writes has what is collected and what enters.
 *
 * Invariants:
 *  1. The table has the events up to marks.contacts_through, which is kept in `meta`, and of those up to
 *     marks.contacts_entering some; contacts are only dropped (journal_prune()) when the table has all their events.
 *  2. What is collected are the events from marks.contacts_entering + 1 to `collected_through`; the next piece reads from the
 *     journal those that it lacks up to marks.contacts_read (after a start, or a rollback). While marks.contacts_pieces is 0 nothing enters, and
 *     contacts_entering is contacts_through.
 *  3. `hashes` has each event from `from` + 1 up to marks.journal_last, 0 where there is none any more. Of each SEGMENT of
 *     them, by seq, `segments` has a bit for each hash that it has, and for some that it has not.
 *  4. `from` is where the table ended before it was last written, as of the last commit: a snapshot that is as old as
 *     that still finds the rest here. One that is older looks through the events between.
 *  5. A row has the first of some events of its contact, and the others: of those that entered together, in their order, ROW_EVENTS
 *     each but for the last. So no row has an event between two of another of its contact, or events on both sides of
 *     contacts_through; and what enters once more, after a start, replaces the row that begins with the same event. */
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
    SEGMENT = 4096,    /* events whose hashes are looked through together, or not at all */
    BLOCK = 64,        /* hashes looked at in one go */
    /* Under load two of the events that enter together are of one contact: half as many rows. More of them than these, and
     * what looks for one event would read through too many. */
    ROW_EVENTS = 64,
    ROWS_AT_ONCE = 8,
    PREFIX = 8,
    SEQ_DIGITS = 20,
    /* Seqs that follow one another beyond the mark: all are there, but for what someone deleted by hand. A gap that is larger
     * is damage, and memory would be asked for each seq. */
    GAP_MOST = 1 << 24,
};
static const char THROUGH_KEY[] = "contacts_through";

/* ---------------------------------------------------------------- the hashes */

/* The first of contacts->segments. */
static uint64_t first_segment(const struct contacts *contacts) {
    return (contacts->from + 1) / SEGMENT;
}

static bool segment_may_have(const struct contact_segment *segment, uint32_t hash) {
    return segment->bits[hash / 64 % CONTACT_SEGMENT_WORDS] >> (hash % 64) & 1;
}

static void note_segment(struct contacts *contacts, uint64_t seq, uint32_t hash) {
    size_t i = (size_t)(seq / SEGMENT - first_segment(contacts)), before = contacts->segment_capacity;
    contacts->segments = mem_grow(contacts->segments, &contacts->segment_capacity, i + 1, sizeof *contacts->segments);
    memset(contacts->segments + before, 0, (contacts->segment_capacity - before) * sizeof *contacts->segments);
    contacts->segments[i].bits[hash / 64 % CONTACT_SEGMENT_WORDS] |= UINT64_C(1) << (hash % 64);
}

static void drop_segments(struct contacts *contacts, uint64_t before) {
    size_t over = (size_t)(first_segment(contacts) - before), have = contacts->segment_capacity;
    if (over > have) over = have;
    if (!over) return;
    memmove(contacts->segments, contacts->segments + over, (have - over) * sizeof *contacts->segments);
    memset(contacts->segments + have - over, 0, over * sizeof *contacts->segments);
}

static void note(struct contacts *contacts, uint64_t seq, uint32_t hash) {
    size_t place = (size_t)(seq - contacts->from - 1);
    assert(seq > contacts->from && place >= contacts->count);
    if (place >= contacts->capacity)
        contacts->hashes = mem_grow(contacts->hashes, &contacts->capacity, place + 1, sizeof *contacts->hashes);
    while (contacts->count < place) contacts->hashes[contacts->count++] = 0;
    contacts->hashes[contacts->count++] = hash;
    note_segment(contacts, seq, hash);
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

/* Of the hashes from place `at` to before `end`. */
static void find_among(const struct contacts *contacts, size_t at, size_t end, uint32_t hash, struct buf *seqs) {
    for (size_t next; at < end; at = next) {
        next = at + BLOCK < end ? at + BLOCK : end;
        if (next == at + BLOCK && !block_has(contacts->hashes + at, hash)) continue;
        for (size_t i = at; i < next; i++)
            if (contacts->hashes[i] == hash)
                buf_printf(seqs, "%c%llu", seqs->size ? ',' : '[', (unsigned long long)(contacts->from + i + 1));
    }
}

/* "[7,9]", nothing when there are none. */
static void find(const struct contacts *contacts, uint32_t hash, struct buf *seqs) {
    size_t end = SEGMENT - (size_t)((contacts->from + 1) % SEGMENT), at = 0; /* of the first, as places */
    for (size_t i = 0; at < contacts->count; i++, at = end, end += SEGMENT)
        if (segment_may_have(&contacts->segments[i], hash))
            find_among(contacts, at, end < contacts->count ? end : contacts->count, hash, seqs);
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
    uint64_t prefix; /* of its contact, as a number that orders as its bytes do: few are compared any further */
    uint64_t seq;
    size_t at, n; /* of its contact, in the texts */
};

static void entries_clear(struct contact_entries *entries) {
    buf_fini(&entries->texts);
    free(entries->list);
    *entries = (struct contact_entries){0};
}

static uint64_t prefix_of(struct span contact) {
    uint64_t prefix = 0;
    for (size_t i = 0; i < PREFIX; i++) prefix = prefix << 8 | (i < contact.n ? (unsigned char)contact.p[i] : 0);
    return prefix;
}

static void entries_add(struct contact_entries *entries, uint64_t seq, struct span contact) {
    entries->list = mem_grow(entries->list, &entries->capacity, entries->count + 1, sizeof *entries->list);
    entries->list[entries->count++] = (struct contact_entry){prefix_of(contact), seq, entries->texts.size, contact.n};
    buf_add_span(&entries->texts, contact);
}

static struct span contact_of(const struct contact_entries *entries, const struct contact_entry *entry) {
    return (struct span){entries->texts.data + entry->at, entry->n};
}

/* In the order of the table. */
static int compare(const void *a, const void *b, void *arg) {
    const struct contact_entry *x = a, *y = b;
    if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
    int order = span_cmp(contact_of(arg, x), contact_of(arg, y));
    return order ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

struct piece {
    struct later_op op;
    uint64_t through; /* to be collected before */
    bool begins;      /* what is collected enters */
    size_t pieces;    /* in which all that enters is to do so, this one included; 0: nothing enters */
    uint64_t done;    /* the table has all up to there then; 0: not yet */
};

void contacts_collect(struct store *store, const struct journal_row *row) {
    struct contacts *contacts = &store->contacts;
    if (row->seq != contacts->collected_through + 1) return;
    entries_add(&contacts->collected, row->seq, row->contact);
    contacts->collected_through = row->seq;
}

static int collect_through(struct store *store, uint64_t through, struct err *err) {
    struct contacts *contacts = &store->contacts;
    if (contacts->collected_through >= through) return 0;
    sqlite3_stmt *rows;
    int got = appends_write(store, err);
    if (got == 0)
        got = db_write(
            store, STATEMENT_CONTACTS_READ, "SELECT seq, contact FROM events WHERE seq > ?1 AND seq <= ?2", &rows, err);
    if (got != 0) return got;
    db_bind_int(rows, 1, (int64_t)contacts->collected_through);
    db_bind_int(rows, 2, (int64_t)through);
    while ((got = db_step(rows, "read the journal's contacts", err)) > 0)
        entries_add(&contacts->collected, (uint64_t)sqlite3_column_int64(rows, 0), db_span(rows, 1));
    if (got == 0) contacts->collected_through = through;
    return got;
}

static void begin_to_enter(struct contacts *contacts) {
    entries_clear(&contacts->entering);
    contacts->entering = contacts->collected;
    contacts->collected = (struct contact_entries){0};
    if (contacts->entering.count)
        qsort_r(contacts->entering.list, contacts->entering.count, sizeof *contacts->entering.list, compare, &contacts->entering);
}

struct row {
    struct span contact;
    uint64_t seq;
    size_t others_size; /* 0: there are none */
    char others[ROW_EVENTS * (SEQ_DIGITS + 1)]; /* "[7,9]" */
};

static bool is_of_one(const struct contact_entries *entries, const struct contact_entry *a, const struct contact_entry *b) {
    return a->prefix == b->prefix && span_eq(contact_of(entries, a), contact_of(entries, b));
}

/* snprintf() would take as long as sorting. */
static size_t write_digits(uint64_t number, char *out) {
    char digits[SEQ_DIGITS];
    size_t n = 0;
    do digits[SEQ_DIGITS - ++n] = (char)('0' + number % 10);
    while (number /= 10);
    memcpy(out, digits + SEQ_DIGITS - n, n);
    return n;
}

static void next_row(struct contact_entries *entering, struct row *row) {
    const struct contact_entry *first = &entering->list[entering->next++];
    row->contact = contact_of(entering, first);
    row->seq = first->seq;
    row->others_size = 0;
    for (int n = 1; n < ROW_EVENTS && entering->next < entering->count; n++) {
        const struct contact_entry *entry = &entering->list[entering->next];
        if (!is_of_one(entering, first, entry)) break;
        entering->next++;
        row->others[row->others_size++] = n == 1 ? '[' : ',';
        row->others_size += write_digits(entry->seq, row->others + row->others_size);
    }
    if (row->others_size) row->others[row->others_size++] = ']';
}

_Static_assert(ROWS_AT_ONCE == 8, "the statement has as many rows");
#define INTO "INSERT OR REPLACE INTO event_contacts (contact, seq, others) VALUES "
#define ROW "(?, ?, ?)"
enum { ROW_PARAMETERS = 3 };

static int put_rows(sqlite3_stmt *put, const struct row *rows, int count, struct err *err) {
    for (int i = 0; i < count; i++) {
        int first = i * ROW_PARAMETERS;
        db_bind_span(put, first + 1, rows[i].contact);
        db_bind_int(put, first + 2, (int64_t)rows[i].seq);
        if (rows[i].others_size) db_bind_span(put, first + 3, (struct span){rows[i].others, rows[i].others_size});
        else db_bind_null(put, first + 3);
    }
    return db_finish(put, "index the journal's contacts", err);
}

static int enter_piece(struct store *store, size_t pieces, struct err *err) {
    struct contact_entries *entering = &store->contacts.entering;
    size_t left = entering->count - entering->next, end = entering->next + (left + pieces - 1) / pieces;
    struct row rows[ROWS_AT_ONCE];
    sqlite3_stmt *one, *eight;
    int code = db_write(store, STATEMENT_CONTACTS_ENTER, INTO ROW, &one, err);
    if (code == 0) code = db_write(store, STATEMENT_CONTACTS_ENTER_EIGHT, INTO DB_EIGHT(ROW), &eight, err);
    while (entering->next < end && code == 0) {
        int count = 0;
        while (count < ROWS_AT_ONCE && entering->next < end) next_row(entering, &rows[count++]);
        if (count == ROWS_AT_ONCE) code = put_rows(eight, rows, count, err);
        else for (int i = 0; i < count && code == 0; i++) code = put_rows(one, &rows[i], 1, err);
    }
    return code;
}

static int run_piece(struct store *store, const struct later_op *op, struct err *err) {
    const struct piece *piece = (const struct piece *)op;
    int code = collect_through(store, piece->through, err);
    if (code == 0 && piece->begins) begin_to_enter(&store->contacts);
    if (code == 0 && piece->pieces) code = enter_piece(store, piece->pieces, err);
    if (code || !piece->done) return code;
    entries_clear(&store->contacts.entering);
    return store_meta_set(store, THROUGH_KEY, (int64_t)piece->done, err);
}

/* All that was appended is collected; begins: it enters, once what does so has; pieces: in which that is to be done. */
static int step(struct store *store, bool begins, size_t pieces, struct err *err) {
    struct marks *marks = &store->marks;
    struct piece piece = {{.run = run_piece}, marks->journal_last, .begins = begins};
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

static int collect_next(struct store *store, struct err *err) {
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
    return seq - store->marks.contacts_read < store->contacts.piece ? 0 : collect_next(store, err);
}

void contacts_committed(struct store *store) {
    struct contacts *contacts = &store->contacts;
    contacts->commits++;
    if (contacts->through == store->committed.contacts_through) return;
    size_t over = (size_t)(contacts->through - contacts->from);
    if (over > contacts->count) over = contacts->count;
    contacts->count -= over;
    if (over) memmove(contacts->hashes, contacts->hashes + over, contacts->count * sizeof *contacts->hashes);
    uint64_t before = first_segment(contacts);
    contacts->from = contacts->through;
    drop_segments(contacts, before);
    contacts->through = store->committed.contacts_through;
}

/* From where the table ends: the thread does not write now. */
static void read_anew(struct store *store) {
    struct marks *marks = &store->marks;
    entries_clear(&store->contacts.collected);
    entries_clear(&store->contacts.entering);
    store->contacts.collected_through = marks->contacts_through;
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

/* The mark; without it, all that the journal has will enter anew. */
static int find_through(struct store *store, int64_t *through, struct err *err) {
    int64_t rows = 0;
    int got = store_meta_get(store, THROUGH_KEY, through, err);
    if (got != 1) return got;
    got = db_number(store->writer, "SELECT max(coalesce(min(seq), 1) - 1, 0) FROM events", through, err);
    if (!got && !store->is_snapshot)
        got = db_number(store->writer, "SELECT EXISTS (SELECT 1 FROM event_contacts)", &rows, err);
    return rows ? db_run(store->writer, "DELETE FROM event_contacts", "clear the index of contacts", err) : got;
}

static int note_row(struct contacts *contacts, uint64_t seq, uint32_t hash, struct err *err) {
    uint64_t before = contacts->from + contacts->count;
    if (seq <= before || seq - before > GAP_MOST)
        return err_set(err, ERR_CORRUPT, "the database is damaged: in table events, seq %llu comes next to seq %llu",
            (unsigned long long)seq, (unsigned long long)before);
    note(contacts, seq, hash);
    return 0;
}

int contacts_open(struct store *store, struct err *err) {
    struct contacts *contacts = &store->contacts;
    int64_t through = 0;
    sqlite3_stmt *rows = NULL;
    int got = find_through(store, &through, err);
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
    while ((got = db_step(rows, "read the journal's end", err)) > 0) {
        got = note_row(contacts, (uint64_t)sqlite3_column_int64(rows, 0), hash_of(db_span(rows, 1)), err);
        if (got) break;
    }
    sqlite3_finalize(rows);
    return got;
}

void contacts_fini(struct contacts *contacts) {
    entries_clear(&contacts->collected);
    entries_clear(&contacts->entering);
    free(contacts->hashes);
    free(contacts->segments);
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

/* Those it lacks, and those it has beside the others. An event lies in the row that begins with it, or in the last that begins
 * before it (invariant 5). */
int contacts_check(sqlite3 *db, int64_t *wrong, struct err *err) {
    return db_number(db,
        "WITH through AS (SELECT coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0) AS seq),"
        " entered AS (SELECT contact, seq FROM event_contacts"
        "  UNION ALL SELECT c.contact, o.value FROM event_contacts AS c, json_each(c.others) AS o)"
        "SELECT lacks + rows - (events - lacks) FROM (SELECT (SELECT count(*) FROM entered"
        "  WHERE seq <= (SELECT seq FROM through)"
        "  OR NOT EXISTS (SELECT 1 FROM events AS e WHERE e.seq = entered.seq AND e.contact = entered.contact)) AS rows,"
        " count(*) AS events, coalesce(sum(NOT EXISTS (SELECT 1 FROM event_contacts AS c"
        "  WHERE c.contact = e.contact AND c.seq = e.seq) AND e.seq NOT IN (SELECT value FROM json_each((SELECT c.others"
        "  FROM event_contacts AS c WHERE c.contact = e.contact AND c.seq < e.seq ORDER BY c.seq DESC LIMIT 1)))), 0) AS lacks"
        " FROM events AS e WHERE e.seq <= (SELECT seq FROM through))",
        wrong, err);
}
