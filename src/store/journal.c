/* Invariants:
 *  1. marks.journal_last is the largest seq ever given: rows get the next one, and when the last rows are
 * pruned the number is kept in `meta`, so that no seq is given twice.
 *  2. `received` does not fall with seq but for steps of the wall clock. */
#include "slad/store/journal.h"

#include <assert.h>
#include <stdlib.h>
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "store/appends.h"
#include "store/db.h"
#include "store/later.h"
#include "store/rows.h"

static const char LAST_KEY[] = "journal_last";
static const char EDITED_KEY[] = "journal_edited"; /* set by triggers (schema.c) */

int journal_open(struct store *store, struct err *err) {
    int64_t last = 0, kept = 0;
    int code = db_number(store->writer, "SELECT max(seq) FROM events", &last, err);
    if (code == 0) code = store_meta_get(store, LAST_KEY, &kept, err);
    if (code >= 0) store->marks.journal_last = (uint64_t)(kept > last ? kept : last);
    return code < 0 ? code : contacts_open(store, err);
}

int journal_append(struct store *store, const struct journal_row *row, uint64_t *seq, struct err *err) {
    assert(db_in_transaction(store));
    int code = row->has_id ? ids_has(store, row->id, err) : 1;
    if (code <= 0) return code < 0 ? code : 1;
    struct journal_row next = *row;
    next.seq = store->marks.journal_last + 1;
    code = appends_add(store, &next, err);
    if (code) return code;
    if (row->has_id) ids_add(store, row->id);
    *seq = store->marks.journal_last = next.seq;
    return contacts_add(store, next.seq, row->contact, err);
}

void journal_foresee(const struct store *store, struct span id) {
    ids_foresee(store, id);
}

uint64_t journal_last(const struct store *store) {
    return store->marks.journal_last;
}

/* ---- reading ---- */

#define OF_CONTACT "WHERE seq IN (" CONTACTS_SEQS ") AND contact = ?1"
#define ROW_COLUMNS "SELECT seq, received, at, contact, event, id, line FROM events "

/* Rows between two rests: a cursor that is read to its end in one go must not hold back the write-ahead log
 * either. */
enum { ROWS_A_SNAPSHOT = 4096 };

struct journal_cursor {
    sqlite3_stmt *statement;
    bool by_seq; /* journal_read(): may rest, as it can go on behind `after` */
    bool at_end;
    struct store *lender; /* of the statement; NULL: it is the cursor's own */
    uint64_t after;
    size_t rows; /* since the last rest */
};

static void row_of(sqlite3_stmt *statement, struct journal_row *row) {
    row->seq = (uint64_t)sqlite3_column_int64(statement, 0);
    row->received_ms = sqlite3_column_int64(statement, 1);
    row->at_ms = sqlite3_column_int64(statement, 2);
    row->contact = db_span(statement, 3);
    row->event = db_span(statement, 4);
    row->id = db_span(statement, 5);
    row->has_id = row->id.p != NULL;
    row->line = db_span(statement, 6);
}

static int cursor_open(struct store *store, const char *sql, const struct journal_cursor *start,
    struct journal_cursor **out, struct err *err) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->reader, sql, -1, &statement, NULL) != SQLITE_OK)
        return db_fail(store->reader, "read the journal", err);
    *out = mem_dup(start, sizeof *start);
    (*out)->statement = statement;
    return 0;
}

int journal_read(struct store *store, uint64_t after_seq, uint64_t through_seq, struct journal_cursor **out,
    struct err *err) {
    struct journal_cursor start = {.by_seq = true, .after = after_seq};
    int code = cursor_open(store, ROW_COLUMNS "WHERE seq > ?1 AND seq <= ?2 ORDER BY seq", &start, out, err);
    if (code != 0) return code;
    db_bind_int((*out)->statement, 1, (int64_t)after_seq);
    db_bind_int((*out)->statement, 2, through_seq > INT64_MAX ? INT64_MAX : (int64_t)through_seq);
    return 0;
}

/* Contacts are read back by the thousand: the statement is kept, and lent to one cursor at a time. */
static int contact_open(
    struct store *store, enum statement slot, const char *sql, struct journal_cursor **out, struct err *err) {
    struct journal_cursor start = {.by_seq = false};
    if (store->contact_is_read) return cursor_open(store, sql, &start, out, err);
    int code = db_read(store, slot, sql, &start.statement, err);
    if (code != 0) return code;
    store->contact_is_read = true;
    start.lender = store;
    *out = mem_dup(&start, sizeof start);
    return 0;
}

int journal_contact(struct store *store, struct span contact, struct journal_cursor **out, struct err *err) {
    int code = contact_open(
        store, STATEMENT_JOURNAL_CONTACT, ROW_COLUMNS OF_CONTACT " ORDER BY at, seq", out, err);
    if (code == 0) contacts_bind((*out)->statement, store, contact);
    return code;
}

int journal_contact_of(struct store *store, uint64_t seq, struct journal_cursor **out, struct err *err) {
    sqlite3_stmt *of;
    int got = db_read(store, STATEMENT_JOURNAL_CONTACT_OF, "SELECT contact FROM events WHERE seq = ?1", &of, err);
    if (got != 0) return got;
    db_bind_int(of, 1, (int64_t)seq);
    got = db_step(of, "read the journal", err);
    if (got < 0) return got;
    int code = journal_contact(store, got ? db_span(of, 0) : SPAN(""), out, err);
    sqlite3_reset(of);
    if (code == 0) (*out)->at_end = !got;
    return code;
}

int journal_next(struct journal_cursor *cursor, struct journal_row *row, struct err *err) {
    if (cursor->at_end) return 0;
    if (cursor->by_seq && cursor->rows == ROWS_A_SNAPSHOT) journal_rest(cursor);
    int got = db_step(cursor->statement, "read the journal", err);
    if (got > 0) {
        row_of(cursor->statement, row);
        cursor->after = row->seq;
        cursor->rows++;
    } else {
        cursor->at_end = true;
    }
    return got;
}

void journal_rest(struct journal_cursor *cursor) {
    assert(cursor->by_seq);
    sqlite3_reset(cursor->statement);
    db_bind_int(cursor->statement, 1, (int64_t)cursor->after);
    cursor->rows = 0;
}

void journal_close(struct journal_cursor *cursor) {
    if (!cursor) return;
    if (cursor->lender) {
        sqlite3_reset(cursor->statement);
        sqlite3_clear_bindings(cursor->statement);
        cursor->lender->contact_is_read = false;
    } else {
        sqlite3_finalize(cursor->statement);
    }
    free(cursor);
}

int journal_keys(struct store *store, uint64_t after_seq, struct journal_key *keys, size_t capacity,
    size_t *count, struct err *err) {
    sqlite3_stmt *read;
    int got = db_read(store, STATEMENT_JOURNAL_KEYS,
        "SELECT seq, at FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2", &read, err);
    if (got != 0) return got;
    db_bind_int(read, 1, (int64_t)after_seq);
    db_bind_int(read, 2, (int64_t)capacity);
    size_t n = 0;
    while ((got = db_step(read, "read the journal", err)) > 0) {
        keys[n].seq = (uint64_t)sqlite3_column_int64(read, 0);
        keys[n++].at_ms = sqlite3_column_int64(read, 1);
    }
    if (got == 0) *count = n;
    return got;
}

int journal_get(struct store *store, uint64_t seq, struct journal_row *row, struct err *err) {
    assert(store->in_read);
    sqlite3_stmt *get;
    int got = db_read(store, STATEMENT_JOURNAL_GET, ROW_COLUMNS "WHERE seq = ?1", &get, err);
    if (got != 0) return got;
    sqlite3_reset(get);
    db_bind_int(get, 1, (int64_t)seq);
    got = db_step(get, "read the journal", err);
    if (got > 0) row_of(get, row);
    return got < 0 ? got : !got;
}

/* ---- asking, rows of the open transaction included ---- */

static int has(sqlite3_stmt *ask, struct err *err) {
    int got = db_step(ask, "look into the journal", err);
    if (got > 0) sqlite3_reset(ask);
    return got < 0 ? got : !got;
}

int journal_has_contact(struct store *store, struct span contact, struct err *err) {
    sqlite3_stmt *ask;
    int code = db_write(
        store, STATEMENT_JOURNAL_HAS_CONTACT, "SELECT 1 FROM events " OF_CONTACT " LIMIT 1", &ask, err);
    if (code != 0) return code;
    contacts_bind(ask, store, contact);
    return has(ask, err);
}

int journal_has_id(struct store *store, struct span id, struct err *err) {
    sqlite3_stmt *ask;
    int code = db_write(store, STATEMENT_JOURNAL_HAS_ID, "SELECT 1 FROM events WHERE id = ?1", &ask, err);
    if (code != 0) return code;
    db_bind_span(ask, 1, id);
    return has(ask, err);
}

int journal_was_edited(struct store *store, struct err *err) {
    int64_t edited;
    int code = store_meta_get(store, EDITED_KEY, &edited, err);
    return code < 0 ? code : !code;
}

int journal_forget_edits(struct store *store, struct err *err) {
    return store_meta_drop(store, EDITED_KEY, err);
}

int journal_rows(struct store *store, uint64_t *rows, struct err *err) {
    int64_t first = 0, last = 0;
    sqlite3 *db;
    int code = db_writer(store, &db, err);
    if (!code) code = db_number(db, "SELECT min(seq) FROM events", &first, err);
    if (!code) code = db_number(db, "SELECT max(seq) FROM events", &last, err);
    if (!code) *rows = last ? (uint64_t)(last - first + 1) : 0;
    return code;
}

/* ---- forgetting ---- */

/* A contact goes when the scan comes to its last event: earlier ones are passed by. So the scan never has to
 * return. */
static int is_last_of_contact(
    struct store *store, struct span contact, uint64_t seq, bool *is_last, struct err *err) {
    sqlite3_stmt *later;
    int got = db_write(store, STATEMENT_PRUNE_LAST_OF,
        "SELECT 1 FROM events " OF_CONTACT " AND seq > ?4 LIMIT 1", &later, err);
    if (got != 0) return got;
    contacts_bind(later, store, contact);
    db_bind_int(later, 4, (int64_t)seq);
    got = db_step(later, "look for later events of a contact", err);
    if (got > 0) sqlite3_reset(later);
    *is_last = got == 0;
    return got < 0 ? got : 0;
}

static int drop_contact(struct store *store, struct span contact, size_t *deleted, struct err *err) {
    static const char *const doing = "delete a contact's events";
    sqlite3_stmt *drop, *forget;
    int code = db_write(store, STATEMENT_PRUNE_DELETE,
        "DELETE FROM events WHERE seq IN (" CONTACTS_ENTERED ") AND contact = ?1", &drop, err);
    if (code == 0)
        code = db_write(store, STATEMENT_PRUNE_FORGET, "DELETE FROM event_contacts WHERE contact = ?1", &forget, err);
    if (code != 0) return code;
    db_bind_span(drop, 1, contact);
    db_bind_span(forget, 1, contact);
    code = db_finish(drop, doing, err);
    if (code != 0) return code;
    *deleted += (size_t)sqlite3_changes(store->writer);
    return db_finish(forget, doing, err);
}

static bool is_ahead(const struct journal_pruning *pruning, int64_t received_ms) {
    return pruning->ahead_ms && received_ms > pruning->ahead_ms;
}

/* So is all that came after it. */
static bool is_to_stay(const struct journal_pruning *pruning, int64_t received_ms) {
    return received_ms >= pruning->received_before_ms && !is_ahead(pruning, received_ms);
}

/* One row of the scan. `contact` is a copy: deleting takes the row from under the scan. */
static int prune_row(struct store *store, const struct journal_pruning *pruning, uint64_t seq,
    struct span contact, size_t *deleted, struct err *err) {
    bool is_last = false;
    int code = seq > store->marks.contacts_through ? contacts_index(store, err) : 0;
    if (code == 0) code = is_last_of_contact(store, contact, seq, &is_last, err);
    if (code == 0 && is_last) {
        code = drop_contact(store, contact, deleted, err);
        if (code == 0 && pruning->dropped) pruning->dropped(pruning->arg, contact);
        if (code == 0) code = later_settle(store, err); /* before the scan goes on */
    }
    if (code == 0) store->marks.prune_after = seq;
    return code;
}

int journal_prune(
    struct store *store, const struct journal_pruning *pruning, size_t *deleted, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *scan;
    int got = db_write(store, STATEMENT_PRUNE_SCAN,
        "SELECT seq, received, contact FROM events WHERE seq > ?1 ORDER BY seq", &scan, err);
    if (got != 0) return got;
    db_bind_int(scan, 1, (int64_t)store->marks.prune_after);
    struct buf contact = {0};
    size_t gone = 0;
    int code = 0;
    bool more = false;
    for (size_t seen = 0; code == 0; seen++) {
        got = db_step(scan, "look for old events", err);
        if (got < 0) code = got;
        if (got <= 0 || is_to_stay(pruning, sqlite3_column_int64(scan, 1))) break;
        more = seen >= pruning->max_rows || gone >= pruning->max_rows;
        if (more) break;
        buf_clear(&contact);
        buf_add_span(&contact, db_span(scan, 2));
        uint64_t seq = (uint64_t)sqlite3_column_int64(scan, 0);
        if (is_ahead(pruning, sqlite3_column_int64(scan, 1)))
            store->marks.prune_after = seq;
        else
            code = prune_row(store, pruning, seq, buf_span(&contact), &gone, err);
    }
    sqlite3_reset(scan);
    buf_fini(&contact);
    if (code == 0 && gone > 0)
        code = store_meta_set(store, LAST_KEY, (int64_t)store->marks.journal_last, err);
    if (code == 0) *deleted = gone;
    return code < 0 ? code : more;
}
