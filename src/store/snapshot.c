#include "slad/store/snapshot.h"

#include <stdio.h>
#include "slad/base/mem.h"
#include "slad/store/journal.h"
#include "store/rows.h"
#include "store/schema.h"

enum { BUSY_MS = 5000, WRONG_MAX = 100 };

static int open_reader(struct store *store, struct err *err) {
    bool is_new = false;
    int64_t version = 0;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(store->path, &store->reader, flags, NULL) != SQLITE_OK)
        return store->reader ? db_fail(store->reader, "open the database", err) : err_set(err, ERR_IO, "out of memory");
    store->writer = store->reader; /* one and the same transaction for all questions */
    (void)sqlite3_db_config(store->reader, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_busy_timeout(store->reader, BUSY_MS);
    int code = db_run(store->reader, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON; BEGIN",
        "begin to read", err);
    if (!code) code = schema_check(store->reader, &is_new, err);
    if (!code) code = db_number(store->reader, "PRAGMA user_version", &version, err);
    if (!code && version != SCHEMA_VERSION)
        code = err_set(err, ERR_INVALID, "it is of schema %lld, not %d: slad brings it up to date when it starts with it",
            (long long)version, SCHEMA_VERSION);
    return code;
}

int snapshot_open(const char *path, struct store **out, struct err *err) {
    struct store *store = mem_zalloc(sizeof *store);
    store->path = mem_dup_text(span_of(path));
    store->lock_fd = -1;
    store->is_snapshot = true;
    int code = open_reader(store, err);
    if (!code) code = journal_open(store, err);
    if (code) {
        store_close(store);
        return err_add(err, "%s", path);
    }
    *out = store;
    return 0;
}

int snapshot_check(
    struct store *store, void (*wrong)(void *arg, struct span line), void *arg, size_t *count, struct err *err) {
    sqlite3_stmt *lines = NULL;
    char sql[48];
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA integrity_check(%d)", WRONG_MAX);
    if (sqlite3_prepare_v2(store->reader, sql, -1, &lines, NULL) != SQLITE_OK)
        return db_fail(store->reader, "check the database", err);
    size_t n = 0;
    int got;
    while ((got = db_step(lines, "check the database", err)) > 0) {
        if (span_eq(db_span(lines, 0), SPAN("ok"))) continue;
        wrong(arg, db_span(lines, 0));
        n++;
    }
    sqlite3_finalize(lines);
    int64_t contacts = 0;
    if (!got) got = contacts_check(store->reader, &contacts, err);
    if (got) return got;
    if (contacts) {
        char line[96];
        snprintf(line, sizeof line, "event_contacts: %lld rows are missing, or of events that are not there", (long long)contacts);
        wrong(arg, span_of(line));
        n++;
    }
    *count = n;
    return 0;
}

int snapshot_seq_before(struct store *store, int64_t received_ms, uint64_t *seq, struct err *err) {
    char sql[96];
    int64_t last = 0;
    sqlite3_snprintf(sizeof sql, sql, "SELECT coalesce(max(seq), 0) FROM events WHERE received < %lld", (long long)received_ms);
    int code = db_number(store->reader, sql, &last, err);
    if (!code) *seq = (uint64_t)last;
    return code;
}

int snapshot_knew_contact(struct store *store, struct span contact, int64_t before_ms, struct err *err) {
    struct journal_cursor *cursor = NULL;
    struct journal_row row;
    int got = journal_contact(store, contact, &cursor, err);
    bool knew = false;
    if (!got)
        while (!knew && (got = journal_next(cursor, &row, err)) > 0) knew = row.received_ms < before_ms;
    journal_close(cursor);
    return got < 0 ? got : !knew;
}

int snapshot_levels_changed(struct store *store, int64_t since_ms, level_name_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *rows = NULL;
    static const char sql[] = "SELECT standard, grp, target, 0 FROM breaches WHERE kind = 'level' AND updated >= ?1 UNION ALL "
                              "SELECT standard, grp, warning, 1 FROM warnings WHERE kind = 'level' AND updated >= ?1";
    if (sqlite3_prepare_v2(store->reader, sql, -1, &rows, NULL) != SQLITE_OK)
        return db_fail(store->reader, "read the levels", err);
    db_bind_int(rows, 1, since_ms);
    int got;
    while ((got = db_step(rows, "read the levels", err)) > 0)
        visit(arg, db_span(rows, 0), db_span(rows, 1), db_span(rows, 2), sqlite3_column_int(rows, 3));
    sqlite3_finalize(rows);
    return got;
}

int snapshot_facts(struct store *store, struct snapshot_facts *out, struct err *err) {
    struct snapshot_facts facts = {.last_seq = store->marks.journal_last};
    int code = db_number(store->reader, "SELECT count(*) FROM events", &facts.events, err);
    if (!code) *out = facts;
    return code;
}

static enum state state_of(struct span name) {
    return span_eq(name, SPAN("met")) ? STATE_MET : span_eq(name, SPAN("breached")) ? STATE_BREACHED : STATE_NO_DATA;
}

int snapshot_figures(struct store *store, int64_t through_ms, history_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *rows = NULL;
    static const char sql[] = "SELECT s.standard, s.grp, f.at, f.open, f.state, f.met, f.missed, f.excluded, f.durations,"
                              " f.mean, f.min, f.max, s.id FROM series s JOIN figures f ON f.series = s.id"
                              " AND f.at = (SELECT max(at) FROM figures WHERE series = s.id AND at <= ?1)";
    if (sqlite3_prepare_v2(store->reader, sql, -1, &rows, NULL) != SQLITE_OK)
        return db_fail(store->reader, "read the figures", err);
    db_bind_int(rows, 1, through_ms);
    int got;
    while ((got = db_step(rows, "read the figures", err)) > 0) {
        struct history_row row = {.standard = db_span(rows, 0), .group = db_span(rows, 1), .at_ms = db_instant(rows, 2)};
        row.figures = (struct figures_row){sqlite3_column_int64(rows, 3), sqlite3_column_int64(rows, 5),
            sqlite3_column_int64(rows, 6), sqlite3_column_int64(rows, 7), state_of(db_span(rows, 4)),
            sqlite3_column_int64(rows, 8), sqlite3_column_double(rows, 9), sqlite3_column_double(rows, 10),
            sqlite3_column_double(rows, 11)};
        row.place = (struct history_place){.series = sqlite3_column_int64(rows, 12), .at_ms = row.at_ms};
        visit(arg, &row);
    }
    sqlite3_finalize(rows);
    return got;
}
