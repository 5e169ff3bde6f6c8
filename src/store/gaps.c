#include "slad/store/gaps.h"

#include <assert.h>
#include "store/db.h"

int gap_open(struct store *store, struct span input, int64_t since_ms, const char *reason, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *open;
    int code = db_write(store, STATEMENT_GAP_OPEN,
        "INSERT INTO data_gaps (input, since, reason) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (input) WHERE until IS NULL DO NOTHING",
        &open, err);
    if (code != 0) return code;
    db_bind_span(open, 1, input);
    db_bind_int(open, 2, since_ms);
    db_bind_text(open, 3, reason);
    code = db_finish(open, "write a gap", err);
    return code ? code : sqlite3_changes(store->writer) == 0;
}

int gap_end(struct store *store, struct span input, int64_t until_ms, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *end;
    int code = db_write(store, STATEMENT_GAP_END,
        "UPDATE data_gaps SET until = max(since, ?2) WHERE input = ?1 AND until IS NULL", &end, err);
    if (code != 0) return code;
    db_bind_span(end, 1, input);
    db_bind_int(end, 2, until_ms);
    return db_finish(end, "end a gap", err);
}

int gaps_drop(struct store *store, int64_t before_ms, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *drop;
    int code = db_write(store, STATEMENT_GAPS_DROP, "DELETE FROM data_gaps WHERE until < ?1", &drop, err);
    if (code != 0) return code;
    db_bind_int(drop, 1, before_ms);
    return db_finish(drop, "forget gaps", err);
}

int gaps_touch(struct store *store, int64_t from_ms, int64_t to_ms, bool *touch, struct err *err) {
    sqlite3_stmt *ask;
    int got = db_read(store, STATEMENT_GAP_TOUCHES,
        "SELECT 1 FROM data_gaps WHERE (until IS NULL OR until > ?1) AND since < ?2 LIMIT 1", &ask, err);
    if (got != 0) return got;
    db_bind_int(ask, 1, from_ms);
    db_bind_int(ask, 2, to_ms);
    got = db_step(ask, "look for gaps", err);
    if (got < 0) return got;
    if (got > 0) sqlite3_reset(ask);
    *touch = got > 0;
    return 0;
}

int gaps_each(struct store *store, size_t most, void (*visit)(void *arg, const struct data_gap *gap),
    void *arg, struct err *err) {
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(store->reader,
            "SELECT input, since, until, reason FROM data_gaps ORDER BY until IS NOT NULL, until DESC, since "
            "LIMIT ?1",
            -1, &rows, NULL) != SQLITE_OK)
        return db_fail(store->reader, "read the gaps", err);
    db_bind_int(rows, 1, (int64_t)most);
    int got;
    while ((got = db_step(rows, "read the gaps", err)) > 0) {
        struct data_gap gap = {db_span(rows, 0), db_instant(rows, 1), db_instant(rows, 2), db_span(rows, 3)};
        visit(arg, &gap);
    }
    sqlite3_finalize(rows);
    return got;
}

int link_put(struct store *store, struct span name, int64_t seen_ms, struct span calls, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_LINK_PUT,
        "INSERT OR REPLACE INTO links (name, seen, calls) VALUES (?1, ?2, ?3)", &put, err);
    if (code != 0) return code;
    db_bind_span(put, 1, name);
    db_bind_int(put, 2, seen_ms);
    db_bind_span(put, 3, calls);
    return db_finish(put, "write how a link is", err);
}

int link_get(struct store *store, struct span name, int64_t *seen_ms, struct buf *calls, struct err *err) {
    sqlite3_stmt *get;
    int got = db_write(store, STATEMENT_LINK_GET, "SELECT seen, calls FROM links WHERE name = ?1", &get, err);
    if (got != 0) return got;
    db_bind_span(get, 1, name);
    got = db_step(get, "read how a link was", err);
    if (got <= 0) return got < 0 ? got : 1;
    *seen_ms = sqlite3_column_int64(get, 0);
    buf_add_span(calls, db_span(get, 1));
    sqlite3_reset(get);
    return 0;
}
