#include "slad/store/versions.h"

#include <assert.h>
#include "store/db.h"

static void bind_uid(sqlite3_stmt *statement, int place, int64_t uid) {
    if (uid < 0)
        sqlite3_bind_null(statement, place);
    else
        db_bind_int(statement, place, uid);
}

int version_begin(struct store *store, const struct version *version, int64_t *id, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *begin;
    int code = db_write(store, STATEMENT_VERSION_BEGIN,
        "INSERT INTO standards (name, version, meaning, describe, file, line, since, by_uid) VALUES (?1,"
        " (SELECT coalesce(max(version), 0) + 1 FROM standards WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
        &begin, err);
    if (code != 0) return code;
    db_bind_span(begin, 1, version->name);
    db_bind_span(begin, 2, version->meaning);
    db_bind_span(begin, 3, version->describe.p ? version->describe : SPAN(""));
    db_bind_span(begin, 4, version->file.p ? version->file : SPAN(""));
    db_bind_int(begin, 5, version->line);
    db_bind_int(begin, 6, version->since_ms);
    bind_uid(begin, 7, version->by_uid);
    code = db_finish(begin, "write down a standard", err);
    if (code == 0) *id = sqlite3_last_insert_rowid(store->writer);
    return code;
}

int version_note(struct store *store, int64_t id, const struct version *version, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *note;
    int code = db_write(store, STATEMENT_VERSION_NOTE,
        "UPDATE standards SET describe = ?2, file = ?3, line = ?4 WHERE id = ?1", &note, err);
    if (code != 0) return code;
    db_bind_int(note, 1, id);
    db_bind_span(note, 2, version->describe.p ? version->describe : SPAN(""));
    db_bind_span(note, 3, version->file.p ? version->file : SPAN(""));
    db_bind_int(note, 4, version->line);
    code = db_finish(note, "describe a standard anew", err);
    return code ? code : sqlite3_changes(store->writer) == 0;
}

int version_end(struct store *store, int64_t id, const struct version_end *how, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *end;
    int code = db_write(store, STATEMENT_VERSION_END,
        "UPDATE standards SET until = ?2, reason = ?3, ended_by_uid = ?4 WHERE id = ?1 AND until IS NULL", &end, err);
    if (code != 0) return code;
    db_bind_int(end, 1, id);
    db_bind_int(end, 2, how->now_ms);
    db_bind_text(end, 3, how->reason);
    bind_uid(end, 4, how->by_uid);
    code = db_finish(end, "end a standard", err);
    return code ? code : sqlite3_changes(store->writer) == 0;
}

static struct version version_of(sqlite3_stmt *row) {
    return (struct version){
        .id = sqlite3_column_int64(row, 0),
        .name = db_span(row, 1),
        .number = sqlite3_column_int64(row, 2),
        .meaning = db_span(row, 3),
        .describe = db_span(row, 4),
        .file = db_span(row, 5),
        .line = sqlite3_column_int(row, 6),
        .since_ms = sqlite3_column_int64(row, 7),
        .until_ms = db_instant(row, 8),
        .reason = db_span(row, 9),
        .by_uid = db_is_null(row, 10) ? -1 : sqlite3_column_int64(row, 10),
        .ended_by_uid = db_is_null(row, 11) ? -1 : sqlite3_column_int64(row, 11),
    };
}

#define VERSION_COLUMNS                                                                                      \
    "SELECT id, name, version, meaning, describe, file, line, since, until, reason, by_uid, ended_by_uid "   \
    "FROM standards "

static int each(
    sqlite3 *db, const char *sql, struct span name, version_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        return db_fail(db, "read the standards", err);
    if (sqlite3_bind_parameter_count(rows)) db_bind_span(rows, 1, name);
    int got;
    while ((got = db_step(rows, "read the standards", err)) > 0) {
        struct version version = version_of(rows);
        visit(arg, &version);
    }
    sqlite3_finalize(rows);
    return got;
}

int versions_in_force(struct store *store, version_visit *visit, void *arg, struct err *err) {
    sqlite3 *db;
    int code = db_writer(store, &db, err);
    return code ? code : each(db, VERSION_COLUMNS "WHERE until IS NULL ORDER BY name", (struct span){0}, visit, arg, err);
}

int version_list(struct store *store, struct span name, version_visit *visit, void *arg, struct err *err) {
    return each(store->reader, VERSION_COLUMNS "WHERE ?1 IS NULL OR name = ?1 ORDER BY name, version", name,
        visit, arg, err);
}
