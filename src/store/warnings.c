/* How a row goes: open when it is reached; closed or withdrawn by what is learnt later, and back. A level's goes from
 * open to closed and stays.
 *
 * Invariants:
 *  1. One row for an identity (standard, subject, started, nth, warning), whatever becomes of it: index
 * warnings_contact.
 *  2. At most one open row for a level (standard, grp, target): index warnings_level.
 *  3. `recorded` is never changed by what is learnt later. */
#include "slad/store/warnings.h"

#include <assert.h>
#include "store/db.h"
#include "store/pages.h"

/* ---- writing ---- */

static const char PUT[] =
    "INSERT INTO warnings (kind, standard, version, grp, warning, contact, subject, started, nth, due, reached, state,"
    " recorded, updated) VALUES ('contact', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open', ?11, ?11)"
    " ON CONFLICT (started, standard, subject, nth, warning) WHERE kind = 'contact' DO UPDATE SET"
    " version = excluded.version, grp = excluded.grp, contact = excluded.contact, due = excluded.due,"
    " reached = excluded.reached, state = 'open', closed = NULL, outcome = NULL, reason = NULL,"
    " updated = excluded.updated WHERE warnings.state <> 'open'";

/* What both kinds begin with. */
static void bind_head(sqlite3_stmt *statement, const struct warning_record *record) {
    db_bind_span(statement, 1, record->standard);
    db_bind_int(statement, 2, record->version);
    db_bind_span(statement, 3, record->group);
    db_bind_span(statement, 4, record->warning);
}

/* An update leaves the last inserted row as it is. */
static int finish_put(struct store *store, sqlite3_stmt *put, bool *is_new, struct err *err) {
    sqlite3_set_last_insert_rowid(store->writer, 0);
    int code = db_finish(put, "write down a warning", err);
    if (code == 0) *is_new = sqlite3_last_insert_rowid(store->writer) != 0;
    return code;
}

int warning_put(struct store *store, const struct warning_record *record, bool *is_new, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_WARNING_PUT, PUT, &put, err);
    if (code != 0) return code;
    bind_head(put, record);
    db_bind_span(put, 5, record->contact);
    db_bind_span(put, 6, record->subject);
    db_bind_int(put, 7, record->started_ms);
    db_bind_int(put, 8, record->nth);
    db_bind_instant(put, 9, record->due_ms);
    db_bind_int(put, 10, record->reached_ms);
    db_bind_int(put, 11, record->updated_ms);
    return finish_put(store, put, is_new, err);
}

int warning_change(struct store *store, const struct warning_record *record, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *change;
    int code = db_write(store, STATEMENT_WARNING_CHANGE,
        "UPDATE warnings SET state = ?6, closed = ?7, outcome = ?8, reason = ?9, updated = ?10"
        " WHERE kind = 'contact' AND standard = ?1 AND subject = ?2 AND started = ?3 AND nth = ?4"
        " AND (?5 IS NULL OR warning = ?5) AND (state, closed, outcome) IS NOT (?6, ?7, ?8)",
        &change, err);
    if (code != 0) return code;
    db_bind_span(change, 1, record->standard);
    db_bind_span(change, 2, record->subject);
    db_bind_int(change, 3, record->started_ms);
    db_bind_int(change, 4, record->nth);
    db_bind_span(change, 5, record->warning);
    db_bind_text(change, 6, breach_state_name(record->state));
    db_bind_instant(change, 7, record->closed_ms);
    db_bind_span(change, 8, record->outcome);
    db_bind_span(change, 9, record->reason);
    db_bind_int(change, 10, record->updated_ms);
    return db_finish(change, "change a warning", err);
}

int warning_level_open(struct store *store, const struct warning_record *record, bool *is_new, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *open;
    int code = db_write(store, STATEMENT_WARNING_LEVEL_OPEN,
        "INSERT INTO warnings (kind, standard, version, grp, warning, target, reached, state, recorded, updated)"
        " VALUES ('level', ?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?7)"
        " ON CONFLICT (standard, grp, target) WHERE kind = 'level' AND state = 'open' DO NOTHING",
        &open, err);
    if (code != 0) return code;
    bind_head(open, record);
    db_bind_span(open, 5, record->target);
    db_bind_int(open, 6, record->reached_ms);
    db_bind_int(open, 7, record->updated_ms);
    return finish_put(store, open, is_new, err);
}

int warning_level_close(
    struct store *store, const struct level_key *key, const struct breach_end *end, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *close;
    int code = db_write(store, STATEMENT_WARNING_LEVEL_CLOSE,
        "UPDATE warnings SET state = 'closed', closed = ?4, updated = ?5, reason = ?6"
        " WHERE kind = 'level' AND state = 'open' AND standard = ?1 AND grp = ?2 AND target = ?3",
        &close, err);
    if (code != 0) return code;
    db_bind_span(close, 1, key->standard);
    db_bind_span(close, 2, key->group);
    db_bind_span(close, 3, key->target);
    db_bind_int(close, 4, end->closed_ms);
    db_bind_int(close, 5, end->now_ms);
    db_bind_text(close, 6, end->reason);
    return db_finish(close, "close the warning of a level", err);
}

int warning_close(struct store *store, int64_t id, const struct breach_end *end, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *close;
    int code = db_write(store, STATEMENT_WARNING_CLOSE,
        "UPDATE warnings SET state = iif(kind = 'level', 'closed', 'withdrawn'), closed = ?2, updated = ?3, reason = ?4"
        " WHERE id = ?1 AND state = 'open'",
        &close, err);
    if (code != 0) return code;
    db_bind_int(close, 1, id);
    db_bind_int(close, 2, end->closed_ms);
    db_bind_int(close, 3, end->now_ms);
    db_bind_text(close, 4, end->reason);
    return db_finish(close, "close a warning", err);
}

/* ---- reading ---- */

#define WARNING_COLUMNS                                                                                                \
    "SELECT b.id, b.kind, b.standard, b.version, b.grp, b.warning, b.contact, b.subject, b.started, b.nth, b.due,"     \
    " b.target, b.reached, b.closed, b.state, b.outcome, b.recorded, b.updated, b.reason FROM warnings AS b "

static void record_of(sqlite3_stmt *row, struct warning_record *out) {
    enum breach_state state = BREACH_OPEN;
    while (state < BREACH_WITHDRAWN && !span_eq(db_span(row, 14), span_of(breach_state_name(state)))) state++;
    *out = (struct warning_record){
        .id = sqlite3_column_int64(row, 0),
        .kind = span_eq(db_span(row, 1), SPAN("level")) ? BREACH_LEVEL : BREACH_CONTACT,
        .standard = db_span(row, 2),
        .version = sqlite3_column_int64(row, 3),
        .group = db_span(row, 4),
        .warning = db_span(row, 5),
        .contact = db_span(row, 6),
        .subject = db_span(row, 7),
        .started_ms = db_instant(row, 8),
        .nth = sqlite3_column_int(row, 9),
        .due_ms = db_instant(row, 10),
        .target = db_span(row, 11),
        .reached_ms = sqlite3_column_int64(row, 12),
        .closed_ms = db_instant(row, 13),
        .state = state,
        .outcome = db_span(row, 15),
        .recorded_ms = sqlite3_column_int64(row, 16),
        .updated_ms = sqlite3_column_int64(row, 17),
        .reason = db_span(row, 18),
    };
}

struct visiting {
    warning_visit *visit;
    void *arg;
};

static void visit_row(void *arg, sqlite3_stmt *row) {
    const struct visiting *visiting = arg;
    struct warning_record record;
    record_of(row, &record);
    visiting->visit(visiting->arg, &record);
}

int warnings_query(struct store *store, const struct breach_filter *filter, warning_visit *visit, void *arg,
    struct breach_page *page, struct err *err) {
    static const struct page_table table = {
        .select = WARNING_COLUMNS,
        .instant = "b.reached",
        .bounds = "SELECT (SELECT min(id) FROM warnings), (SELECT max(id) FROM warnings)",
        .since = "SELECT min(id), count(*) FROM (SELECT id FROM warnings WHERE reached >= ?1 LIMIT ?2)",
        .doing = "read the warnings",
        .bounds_slot = STATEMENT_WARNING_BOUNDS,
        .since_slot = STATEMENT_WARNING_SINCE,
        .row = visit_row,
    };
    struct visiting visiting = {visit, arg};
    return pages_query(store, &table, filter, &visiting, page, err);
}

int warning_get(struct store *store, int64_t id, warning_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *get;
    int got = db_read(store, STATEMENT_WARNING_GET, WARNING_COLUMNS "WHERE b.id = ?1", &get, err);
    if (got != 0) return got;
    db_bind_int(get, 1, id);
    got = db_step(get, "read a warning", err);
    if (got <= 0) return got < 0 ? got : 1;
    visit_row(&(struct visiting){visit, arg}, get);
    sqlite3_reset(get);
    return 0;
}

int warnings_each_open(struct store *store, int64_t *after, size_t rows, warning_visit *visit, void *arg,
    struct err *err) {
    sqlite3_stmt *open;
    int got = db_read(store, STATEMENT_WARNINGS_OPEN,
        WARNING_COLUMNS "WHERE b.state = 'open' AND b.id > ?1 ORDER BY b.id LIMIT ?2", &open, err);
    if (got != 0) return got;
    db_bind_int(open, 1, *after);
    db_bind_int(open, 2, (int64_t)rows);
    size_t count = 0;
    for (; (got = db_step(open, "read the warnings", err)) > 0; count++) {
        struct warning_record record;
        record_of(open, &record);
        *after = record.id;
        visit(arg, &record);
    }
    return got < 0 ? got : count == rows;
}

int warnings_each_open_level(struct store *store, warning_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *open;
    struct visiting visiting = {visit, arg};
    int got = db_read(store, STATEMENT_WARNINGS_OPEN_LEVELS,
        WARNING_COLUMNS "INDEXED BY warnings_level WHERE b.kind = 'level' AND b.state = 'open' ORDER BY b.id", &open, err);
    if (got != 0) return got;
    while ((got = db_step(open, "read the warnings", err)) > 0) visit_row(&visiting, open);
    return got;
}
