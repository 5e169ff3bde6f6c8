/* Invariants:
 *  1. A change is noted in the transaction that makes it, so it is seen when that has committed, and never before or
 *     when it has not.
 *  2. The table keeps its latest row, so that a place is never given to two changes that were committed.
 *
 * Breaches are noted by those who write them (breaches.c), which is quicker. One statement changes several warnings: triggers
 * note those. They are temporary ones of our own connection: those in the file are off, since whoever can write the file
 * could have put anything into them. */
#include "store/changes.h"

#include <assert.h>
#include "store/db.h"

#define NOTE(table, column, event, created)                                                                            \
    "CREATE TEMP TRIGGER " table "_" event "_noted AFTER " event " ON main." table                                     \
    " BEGIN INSERT INTO changes (" column ", created) VALUES (new.id, " created "); END;"

int changes_open(struct store *store, struct err *err) {
    return db_run(store->writer,
        NOTE("warnings", "warning", "INSERT", "1") NOTE("warnings", "warning", "UPDATE", "0"),
        "set up the notes of changes", err);
}

int changes_note(struct store *store, int64_t breach, enum change_kind kind, struct err *err) {
    sqlite3_stmt *note;
    int code = db_write(
        store, STATEMENT_CHANGES_NOTE, "INSERT INTO changes (breach, created) VALUES (?1, ?2)", &note, err);
    if (code != 0) return code;
    db_bind_int(note, 1, breach);
    db_bind_int(note, 2, kind == CHANGE_NEW);
    return db_finish(note, "note a change", err);
}

int changes_trim(struct store *store, size_t rows, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *trim;
    int code = db_write(store, STATEMENT_CHANGES_TRIM,
        "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?1"
        " AND seq < (SELECT min(seq) FROM changes) + ?2",
        &trim, err);
    if (code != 0) return code;
    db_bind_int(trim, 1, CHANGES_KEPT);
    db_bind_int(trim, 2, (int64_t)rows);
    code = db_finish(trim, "forget old changes", err);
    return code ? code : sqlite3_changes(store->writer) > 0;
}

int changes_bounds(struct store *store, struct changes_bounds *out, struct err *err) {
    sqlite3_stmt *bounds;
    int got = db_read(store, STATEMENT_CHANGES_BOUNDS,
        "SELECT (SELECT min(seq) FROM changes), (SELECT max(seq) FROM changes)", &bounds, err);
    if (got != 0) return got;
    got = db_step(bounds, "read the changes", err);
    if (got <= 0) return got;
    *out = (struct changes_bounds){sqlite3_column_int64(bounds, 0), sqlite3_column_int64(bounds, 1)};
    sqlite3_reset(bounds);
    return 0;
}

int changes_read(struct store *store, int64_t after, size_t window, void (*visit)(void *arg, const struct change *change),
    void *arg, int64_t *through, struct err *err) {
    sqlite3_stmt *rows;
    int got = db_read(store, STATEMENT_CHANGES_READ,
        "SELECT max(seq) AS latest, breach, warning, max(created) FROM (SELECT * FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2)"
        " GROUP BY breach, warning ORDER BY latest",
        &rows, err);
    if (got != 0) return got;
    int64_t last = after;
    db_bind_int(rows, 1, after);
    db_bind_int(rows, 2, (int64_t)window);
    while ((got = db_step(rows, "read the changes", err)) > 0) {
        bool breach = !db_is_null(rows, 1);
        struct change change = {sqlite3_column_int64(rows, 0), breach ? CHANGE_BREACH : CHANGE_WARNING,
            sqlite3_column_int64(rows, breach ? 1 : 2), sqlite3_column_int(rows, 3) != 0};
        last = change.seq;
        visit(arg, &change);
    }
    if (got == 0) *through = last;
    return got;
}
