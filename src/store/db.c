#include "store/db.h"

#include <errno.h>
#include "store/later.h"

static int prepare(struct store *store, sqlite3 *db, enum statement slot, const char *sql, struct err *err) {
    sqlite3_stmt **statement = &store->statements[slot];
    if (*statement) return 0;
    int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return rc == SQLITE_OK ? 0 : db_fail(db, "prepare a statement", err);
}

int db_write(struct store *store, enum statement slot, const char *sql, sqlite3_stmt **out, struct err *err) {
    int code = later_settle(store, err);
    if (code == 0) code = prepare(store, store->writer, slot, sql, err);
    if (code == 0) *out = store->statements[slot];
    return code;
}

bool db_in_transaction(const struct store *store) {
    return later_is_thread(store) || store->in_transaction; /* the caller's, which the thread does not look at */
}

int db_writer(struct store *store, sqlite3 **out, struct err *err) {
    *out = store->writer;
    return later_settle(store, err);
}

int db_read(struct store *store, enum statement slot, const char *sql, sqlite3_stmt **out, struct err *err) {
    int code = prepare(store, store->reader, slot, sql, err);
    if (code == 0) *out = store->statements[slot];
    return code;
}

int db_finish(sqlite3_stmt *statement, const char *doing, struct err *err) {
    int got = db_step(statement, doing, err);
    if (got > 0) sqlite3_reset(statement);
    return got < 0 ? got : 0;
}

int db_step(sqlite3_stmt *statement, const char *doing, struct err *err) {
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) return 1;
    int code = rc == SQLITE_DONE ? 0 : db_fail(sqlite3_db_handle(statement), doing, err);
    sqlite3_reset(statement);
    return code;
}

int db_run(sqlite3 *db, const char *sql, const char *doing, struct err *err) {
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, doing, err);
}

int db_number(sqlite3 *db, const char *sql, int64_t *out, struct err *err) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return db_fail(db, "ask the database", err);
    int got = db_step(statement, "ask the database", err);
    if (got >= 0) *out = got > 0 ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return got < 0 ? got : 0;
}

/* A full disk shows as SQLITE_FULL, or as an I/O error with the system's reason beside it. */
static int code_of(sqlite3 *db, int extended) {
    int reason = sqlite3_system_errno(db);
    switch (extended & 0xff) {
    case SQLITE_FULL: return ERR_FULL;
    case SQLITE_IOERR: return reason == ENOSPC || reason == EDQUOT ? ERR_FULL : ERR_IO;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_IN_USE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERR_CORRUPT;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH: return ERR_DENIED;
    case SQLITE_CANTOPEN: return reason == EACCES || reason == EPERM ? ERR_DENIED : ERR_IO;
    case SQLITE_TOOBIG: return ERR_LIMIT;
    case SQLITE_CONSTRAINT: return ERR_INVALID;
    default: return ERR_IO;
    }
}

int db_fail(sqlite3 *db, const char *doing, struct err *err) {
    int extended = sqlite3_extended_errcode(db);
    return err_set(
        err, code_of(db, extended), "cannot %s: %s (SQLite code %d)", doing, sqlite3_errmsg(db), extended);
}

/* Binding fails only for a place that is not there or for a text beyond SQLite's billion bytes: neither can
 * be, since the places stand in our source and every text is capped long before. */
void db_bind_span(sqlite3_stmt *statement, int place, struct span text) {
    (void)sqlite3_bind_text64(statement, place, text.p, text.n, SQLITE_STATIC, SQLITE_UTF8);
}

void db_bind_text(sqlite3_stmt *statement, int place, const char *text) {
    db_bind_span(statement, place, span_of(text));
}

void db_bind_int(sqlite3_stmt *statement, int place, int64_t number) {
    (void)sqlite3_bind_int64(statement, place, number);
}

void db_bind_real(sqlite3_stmt *statement, int place, double number) {
    (void)sqlite3_bind_double(statement, place, number);
}

void db_bind_null(sqlite3_stmt *statement, int place) {
    (void)sqlite3_bind_null(statement, place);
}

void db_bind_instant(sqlite3_stmt *statement, int place, int64_t ms) {
    if (ms == INSTANT_NEVER)
        db_bind_null(statement, place);
    else
        db_bind_int(statement, place, ms);
}

struct span db_span(sqlite3_stmt *statement, int column) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return (struct span){text, text ? (size_t)sqlite3_column_bytes(statement, column) : 0};
}

int64_t db_instant(sqlite3_stmt *statement, int column) {
    return db_is_null(statement, column) ? INSTANT_NEVER : sqlite3_column_int64(statement, column);
}

bool db_is_null(sqlite3_stmt *statement, int column) {
    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}
