#include "slad/store/positions.h"

#include <assert.h>
#include "store/db.h"

#define POSITION_COLUMNS                                                                                     \
    "name, device, inode, birth_ns, mtime_ns, begun_ns, head_hash, head_bytes, tail_hash, tail_bytes,"        \
    " offset, lines, done, updated"

int position_put(struct store *store, const struct position *position, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_POSITION_PUT,
        "INSERT OR REPLACE INTO inputs (" POSITION_COLUMNS
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        &put, err);
    if (code != 0) return code;
    db_bind_span(put, 1, position->name);
    db_bind_int(put, 2, (int64_t)position->device);
    db_bind_int(put, 3, (int64_t)position->inode);
    db_bind_int(put, 4, position->birth_ns);
    db_bind_int(put, 5, position->mtime_ns);
    db_bind_int(put, 6, position->begun_ns);
    db_bind_int(put, 7, (int64_t)position->head_hash);
    db_bind_int(put, 8, (int64_t)position->head_bytes);
    db_bind_int(put, 9, (int64_t)position->tail_hash);
    db_bind_int(put, 10, (int64_t)position->tail_bytes);
    db_bind_int(put, 11, (int64_t)position->offset);
    db_bind_int(put, 12, (int64_t)position->lines);
    db_bind_int(put, 13, position->done);
    db_bind_int(put, 14, position->updated_ms);
    return db_finish(put, "write an input's position", err);
}

static struct position position_of(sqlite3_stmt *row) {
    return (struct position){
        .name = db_span(row, 0),
        .device = (uint64_t)sqlite3_column_int64(row, 1),
        .inode = (uint64_t)sqlite3_column_int64(row, 2),
        .birth_ns = sqlite3_column_int64(row, 3),
        .mtime_ns = sqlite3_column_int64(row, 4),
        .begun_ns = sqlite3_column_int64(row, 5),
        .head_hash = (uint64_t)sqlite3_column_int64(row, 6),
        .head_bytes = (uint64_t)sqlite3_column_int64(row, 7),
        .tail_hash = (uint64_t)sqlite3_column_int64(row, 8),
        .tail_bytes = (uint64_t)sqlite3_column_int64(row, 9),
        .offset = (uint64_t)sqlite3_column_int64(row, 10),
        .lines = (uint64_t)sqlite3_column_int64(row, 11),
        .done = sqlite3_column_int(row, 12) != 0,
        .updated_ms = sqlite3_column_int64(row, 13),
    };
}

int position_drop(struct store *store, const struct position *position, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *drop;
    int code = db_write(store, STATEMENT_POSITION_DROP,
        "DELETE FROM inputs WHERE inode = ?1 AND birth_ns = ?2 AND device = ?3", &drop, err);
    if (code != 0) return code;
    db_bind_int(drop, 1, (int64_t)position->inode);
    db_bind_int(drop, 2, position->birth_ns);
    db_bind_int(drop, 3, (int64_t)position->device);
    code = db_finish(drop, "forget an input's position", err);
    return code ? code : sqlite3_changes(store->writer) == 0;
}

int positions_each(struct store *store, position_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(store->reader,
            "SELECT " POSITION_COLUMNS " FROM inputs ORDER BY name, birth_ns, updated", -1, &rows,
            NULL) != SQLITE_OK)
        return db_fail(store->reader, "read the inputs' positions", err);
    int got;
    while ((got = db_step(rows, "read the inputs' positions", err)) > 0) {
        struct position position = position_of(rows);
        visit(arg, &position);
    }
    sqlite3_finalize(rows);
    return got;
}
