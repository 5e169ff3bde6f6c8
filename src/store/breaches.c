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
#include "store/db.h"

const char *breach_kind_name(enum breach_kind kind) {
    static const char *const names[] = {"", "contact", "level"};
    return names[kind];
}

const char *breach_state_name(enum breach_state state) {
    static const char *const names[] = {"", "open", "closed", "withdrawn"};
    return names[state];
}

/* RETURNING gives a row only when something was written: a breach that is the same already costs no page. */
static const char PUT[] =
    "INSERT INTO breaches (kind, standard, version, grp, contact, subject, started, nth, due, decided, "
    "ended, elapsed,"
    "  state, recorded, updated)"
    " VALUES ('contact', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, iif(?10 IS NULL, 'open', 'closed'), "
    "?12, ?12)"
    " ON CONFLICT (standard, subject, started, nth) WHERE kind = 'contact' DO UPDATE SET"
    "  version = excluded.version, grp = excluded.grp, contact = excluded.contact, due = excluded.due,"
    "  decided = excluded.decided, ended = excluded.ended, elapsed = excluded.elapsed, state = "
    "excluded.state,"
    "  updated = excluded.updated, reason = NULL"
    " WHERE (breaches.version, breaches.grp, breaches.contact, breaches.due, breaches.decided, "
    "breaches.ended,"
    "   breaches.elapsed, breaches.state) IS NOT (excluded.version, excluded.grp, excluded.contact, "
    "excluded.due,"
    "   excluded.decided, excluded.ended, excluded.elapsed, excluded.state)"
    " RETURNING id";

static void bind_put(sqlite3_stmt *put, const struct breach_record *record) {
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

/* Steps a statement that gives at most one id and must run to its end to take effect. 1: an id, 0: none. */
static int step_id(sqlite3_stmt *statement, const char *doing, int64_t *id, struct err *err) {
    int got = db_step(statement, doing, err);
    if (got <= 0) return got;
    int64_t found = sqlite3_column_int64(statement, 0);
    int code = db_finish(statement, doing, err);
    if (code != 0) return code;
    *id = found;
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

int breach_put(
    struct store *store, const struct breach_record *record, int64_t *id, bool *is_new, struct err *err) {
    assert(store->in_transaction);
    sqlite3_stmt *put;
    int got = db_write(store, STATEMENT_BREACH_PUT, PUT, &put, err);
    if (got != 0) return got;
    bind_put(put, record);
    sqlite3_set_last_insert_rowid(store->writer, 0); /* an update leaves it so */
    got = step_id(put, "write down a breach", id, err);
    bool inserted = sqlite3_last_insert_rowid(store->writer) != 0;
    if (got == 0) {
        struct breach_key key = {record->standard, record->subject, record->started_ms, record->nth};
        inserted = false;
        got = find(store, &key, id, err);
    }
    if (got < 0) return got;
    assert(got == 1);
    *is_new = inserted;
    return 0;
}

int breach_withdraw(struct store *store, const struct breach_key *key, const struct breach_end *end,
    int64_t *id, struct err *err) {
    assert(store->in_transaction);
    sqlite3_stmt *withdraw;
    int got = db_write(store, STATEMENT_BREACH_WITHDRAW,
        "UPDATE breaches SET state = 'withdrawn', updated = ?5, reason = ?6 WHERE kind = 'contact' AND "
        "standard = ?1"
        " AND subject = ?2 AND started = ?3 AND nth = ?4 AND state <> 'withdrawn' RETURNING id",
        &withdraw, err);
    if (got != 0) return got;
    db_bind_span(withdraw, 1, key->standard);
    db_bind_span(withdraw, 2, key->subject);
    db_bind_int(withdraw, 3, key->started_ms);
    db_bind_int(withdraw, 4, key->nth);
    db_bind_int(withdraw, 5, end->now_ms);
    db_bind_text(withdraw, 6, end->reason);
    got = step_id(withdraw, "withdraw a breach", id, err);
    return got < 0 ? got : !got;
}

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
    code = db_finish(open, "open a level", err);
    if (code == 0) *id = sqlite3_last_insert_rowid(store->writer);
    return code;
}

int level_open(
    struct store *store, const struct breach_record *record, int64_t *id, bool *is_new, struct err *err) {
    assert(store->in_transaction);
    struct level_key key = {record->standard, record->group, record->target};
    int got = find_level(store, &key, id, err);
    if (got < 0) return got;
    int code = got == 1 ? 0 : add_level(store, record, id, err);
    if (code == 0) *is_new = got == 0;
    return code;
}

int level_close(struct store *store, const struct level_key *key, const struct breach_end *end, int64_t *id,
    struct err *err) {
    assert(store->in_transaction);
    sqlite3_stmt *close;
    int got = db_write(store, STATEMENT_LEVEL_CLOSE,
        "UPDATE breaches SET state = 'closed', closed = ?4, updated = ?5, reason = ?6 WHERE kind = 'level'"
        " AND state = 'open' AND standard = ?1 AND grp = ?2 AND target = ?3 RETURNING id",
        &close, err);
    if (got != 0) return got;
    db_bind_span(close, 1, key->standard);
    db_bind_span(close, 2, key->group);
    db_bind_span(close, 3, key->target);
    db_bind_int(close, 4, end->closed_ms);
    db_bind_int(close, 5, end->now_ms);
    db_bind_text(close, 6, end->reason);
    got = step_id(close, "close a level", id, err);
    return got < 0 ? got : !got;
}

int level_past(struct store *store, const struct breach_record *record, struct err *err) {
    assert(store->in_transaction);
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
    return db_finish(past, "write down a level", err);
}

int breach_close(struct store *store, int64_t id, const struct breach_end *end, struct err *err) {
    assert(store->in_transaction);
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
    return db_finish(close, "close a breach", err);
}

int breach_excuse(struct store *store, int64_t id, const struct breach_excuse *excuse, struct err *err) {
    assert(store->in_transaction);
    sqlite3_stmt *note;
    int code = db_write(store, STATEMENT_BREACH_EXCUSE,
        "UPDATE breaches SET excused = ?2, excused_by = ?3, excuse = ?4 WHERE id = ?1", &note, err);
    if (code != 0) return code;
    db_bind_int(note, 1, id);
    db_bind_int(note, 2, excuse->now_ms);
    db_bind_int(note, 3, excuse->uid);
    db_bind_span(note, 4, excuse->text.p ? excuse->text : SPAN(""));
    code = db_finish(note, "excuse a breach", err);
    return code ? code : sqlite3_changes(store->writer) == 0;
}
