/* Writing breaches. How a contact breach's row goes (a level's goes from open to closed and stays):
 *
 *              breach_put()                        breach_put(), ended
 *     (none) ---------------> open  ------------------------------> closed
 *                              ^ |  <------------------------------  | ^
 *                              | |   breach_put(), running (reopened)| |
 *           breach_put()       | | breach_withdraw()                 | | breach_put(), ended
 *                              | v                                   v |
 *                             withdrawn  <--------------------------- (breach_withdraw)
 *
 * Invariants:
 *  1. One row for an identity (standard, subject, started, nth), whatever becomes of it: index
 * breaches_contact.
 *  2. At most one open row for a level (standard, grp, target): index breaches_level.
 *  3. `recorded` and an excuse are never changed by what is learnt later. */
#include "slad/store/breaches.h"

#include <assert.h>
#include "store/changes.h"
#include "store/db.h"

const char *breach_kind_name(enum breach_kind kind) {
    static const char *const names[] = {"", "contact", "level"};
    return names[kind];
}

const char *breach_state_name(enum breach_state state) {
    static const char *const names[] = {"", "open", "closed", "withdrawn"};
    return names[state];
}

/* ---- a contact's ---- */

/* ?1 to ?11 are what a record holds of a contact's breach, ?12 is now. */
static void bind_record(sqlite3_stmt *put, const struct breach_record *record) {
    db_bind_span(put, 1, record->standard);
    db_bind_int(put, 2, record->version);
    db_bind_span(put, 3, record->group);
    db_bind_span(put, 4, record->contact);
    db_bind_span(put, 5, record->subject);
    db_bind_int(put, 6, record->started_ms);
    db_bind_int(put, 7, record->nth);
    db_bind_instant(put, 8, record->due_ms);
    db_bind_instant(put, 9, record->decided_ms);
    db_bind_instant(put, 10, record->ended_ms);
    if (record->has_elapsed)
        db_bind_real(put, 11, record->elapsed);
    else
        db_bind_null(put, 11);
    db_bind_int(put, 12, record->updated_ms);
}

/* 1: its id, 0: there is none. */
static int step_id(sqlite3_stmt *find, const char *doing, int64_t *id, struct err *err) {
    int got = db_step(find, doing, err);
    if (got <= 0) return got;
    *id = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    return 1;
}

static int find(struct store *store, const struct breach_key *key, int64_t *id, struct err *err) {
    sqlite3_stmt *find;
    int code = db_write(store, STATEMENT_BREACH_FIND,
        "SELECT id FROM breaches WHERE kind = 'contact' AND standard = ?1 AND subject = ?2 AND started = ?3 "
        "AND nth = ?4",
        &find, err);
    if (code != 0) return code;
    db_bind_span(find, 1, key->standard);
    db_bind_span(find, 2, key->subject);
    db_bind_int(find, 3, key->started_ms);
    db_bind_int(find, 4, key->nth);
    return step_id(find, "find a breach", id, err);
}

/* Steps an update of one row by its id, and notes it if there was anything to change. 1: there was not. */
static int change(struct store *store, sqlite3_stmt *update, int64_t id, const char *doing, struct err *err) {
    int code = db_finish(update, doing, err);
    if (code != 0) return code;
    if (sqlite3_changes(store->writer) == 0) return 1;
    return changes_note(store, id, CHANGE_CHANGED, err);
}

static int add(struct store *store, sqlite3_stmt *insert, int64_t *id, const char *doing, struct err *err) {
    int code = db_finish(insert, doing, err);
    if (code != 0) return code;
    *id = sqlite3_last_insert_rowid(store->writer); /* before the note has one */
    return changes_note(store, *id, CHANGE_NEW, err);
}

static int add_contact(struct store *store, const struct breach_record *record, int64_t *id, struct err *err) {
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_BREACH_ADD,
        "INSERT INTO breaches (kind, standard, version, grp, contact, subject, started, nth, due, decided, ended, elapsed,"
        "  state, recorded, updated)"
        " VALUES ('contact', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, iif(?10 IS NULL, 'open', 'closed'), ?12, ?12)",
        &put, err);
    if (code != 0) return code;
    bind_record(put, record);
    return add(store, put, id, "write down a breach", err);
}

/* One that is so already costs no page. */
static int change_contact(struct store *store, int64_t id, const struct breach_record *record, struct err *err) {
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_BREACH_CHANGE,
        "UPDATE breaches SET version = ?2, grp = ?3, contact = ?4, due = ?8, decided = ?9, ended = ?10, elapsed = ?11,"
        "  state = iif(?10 IS NULL, 'open', 'closed'), updated = ?12, reason = NULL"
        " WHERE id = ?13 AND (version, grp, contact, due, decided, ended, elapsed, state)"
        "  IS NOT (?2, ?3, ?4, ?8, ?9, ?10, ?11, iif(?10 IS NULL, 'open', 'closed'))",
        &put, err);
    if (code != 0) return code;
    bind_record(put, record);
    db_bind_int(put, 13, id);
    code = change(store, put, id, "write down a breach", err);
    return code < 0 ? code : 0;
}

/* Looked for first: an upsert that tells the id by RETURNING, and a trigger that notes it, took a quarter longer. */
int breach_put(
    struct store *store, const struct breach_record *record, int64_t *id, bool *is_new, struct err *err) {
    assert(db_in_transaction(store));
    struct breach_key key = {record->standard, record->subject, record->started_ms, record->nth};
    int64_t found = 0;
    int got = find(store, &key, &found, err);
    if (got < 0) return got;
    int code = got ? change_contact(store, found, record, err) : add_contact(store, record, &found, err);
    if (code != 0) return code;
    *id = found;
    *is_new = !got;
    return 0;
}

int breach_withdraw(struct store *store, const struct breach_key *key, const struct breach_end *end,
    int64_t *id, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *withdraw;
    int64_t found = 0;
    int got = find(store, key, &found, err);
    if (got <= 0) return got < 0 ? got : 1;
    int code = db_write(store, STATEMENT_BREACH_WITHDRAW,
        "UPDATE breaches SET state = 'withdrawn', updated = ?2, reason = ?3 WHERE id = ?1 AND state <> 'withdrawn'",
        &withdraw, err);
    if (code != 0) return code;
    db_bind_int(withdraw, 1, found);
    db_bind_int(withdraw, 2, end->now_ms);
    db_bind_text(withdraw, 3, end->reason);
    code = change(store, withdraw, found, "withdraw a breach", err);
    if (code == 0) *id = found;
    return code;
}

/* ---- a level's ---- */

static int find_level(struct store *store, const struct level_key *key, int64_t *id, struct err *err) {
    sqlite3_stmt *find;
    int code = db_write(store, STATEMENT_LEVEL_FIND,
        "SELECT id FROM breaches WHERE kind = 'level' AND state = 'open' AND standard = ?1 AND grp = ?2 AND "
        "target = ?3",
        &find, err);
    if (code != 0) return code;
    db_bind_span(find, 1, key->standard);
    db_bind_span(find, 2, key->group);
    db_bind_span(find, 3, key->target);
    return step_id(find, "find a level", id, err);
}

static int add_level(struct store *store, const struct breach_record *record, int64_t *id, struct err *err) {
    sqlite3_stmt *open;
    int code = db_write(store, STATEMENT_LEVEL_OPEN,
        "INSERT INTO breaches (kind, standard, version, grp, target, opened, state, recorded, updated)"
        " VALUES ('level', ?1, ?2, ?3, ?4, ?5, 'open', ?6, ?6)",
        &open, err);
    if (code != 0) return code;
    db_bind_span(open, 1, record->standard);
    db_bind_int(open, 2, record->version);
    db_bind_span(open, 3, record->group);
    db_bind_span(open, 4, record->target);
    db_bind_int(open, 5, record->opened_ms);
    db_bind_int(open, 6, record->updated_ms);
    return add(store, open, id, "open a level", err);
}

int level_open(
    struct store *store, const struct breach_record *record, int64_t *id, bool *is_new, struct err *err) {
    assert(db_in_transaction(store));
    struct level_key key = {record->standard, record->group, record->target};
    int got = find_level(store, &key, id, err);
    if (got < 0) return got;
    int code = got == 1 ? 0 : add_level(store, record, id, err);
    if (code == 0) *is_new = got == 0;
    return code;
}

int level_close(struct store *store, const struct level_key *key, const struct breach_end *end, int64_t *id,
    struct err *err) {
    assert(db_in_transaction(store));
    int64_t found = 0;
    int got = find_level(store, key, &found, err);
    if (got <= 0) return got < 0 ? got : 1;
    int code = breach_close(store, found, end, err);
    if (code == 0) *id = found;
    return code;
}

int level_past(struct store *store, const struct breach_record *record, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *past;
    int code = db_write(store, STATEMENT_LEVEL_PAST,
        "INSERT INTO breaches (kind, standard, version, grp, target, opened, closed, state, recorded, updated, reason)"
        " VALUES ('level', ?1, ?2, ?3, ?4, ?5, ?6, 'closed', ?7, ?7, ?8)",
        &past, err);
    if (code != 0) return code;
    db_bind_span(past, 1, record->standard);
    db_bind_int(past, 2, record->version);
    db_bind_span(past, 3, record->group);
    db_bind_span(past, 4, record->target);
    db_bind_int(past, 5, record->opened_ms);
    db_bind_int(past, 6, record->closed_ms);
    db_bind_int(past, 7, record->updated_ms);
    db_bind_span(past, 8, record->reason);
    int64_t id;
    return add(store, past, &id, "write down a level", err);
}

int breach_close(struct store *store, int64_t id, const struct breach_end *end, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *close;
    int code = db_write(store, STATEMENT_BREACH_CLOSE,
        "UPDATE breaches SET state = 'closed', closed = iif(kind = 'level', ?2, closed), updated = ?3, reason = ?4"
        " WHERE id = ?1 AND state = 'open'",
        &close, err);
    if (code != 0) return code;
    db_bind_int(close, 1, id);
    db_bind_int(close, 2, end->closed_ms);
    db_bind_int(close, 3, end->now_ms);
    db_bind_text(close, 4, end->reason);
    code = change(store, close, id, "close a breach", err);
    return code < 0 ? code : 0;
}

int breach_excuse(struct store *store, int64_t id, const struct breach_excuse *excuse, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *note;
    int code = db_write(store, STATEMENT_BREACH_EXCUSE,
        "UPDATE breaches SET excused = ?2, excused_by = ?3, excuse = ?4 WHERE id = ?1", &note, err);
    if (code != 0) return code;
    db_bind_int(note, 1, id);
    db_bind_int(note, 2, excuse->now_ms);
    db_bind_int(note, 3, excuse->uid);
    db_bind_span(note, 4, excuse->text.p ? excuse->text : SPAN(""));
    return change(store, note, id, "excuse a breach", err);
}
