/* Invariants:
 *  1. One process has the file open through this room: lock_fd holds "<path>.lock".
 *  2. in_transaction says that the caller is between store_begin() and its end. SQLite may have rolled back
 * by itself already after an error; then only store_rollback() is left to call.
 *  3. `marks` describes the tables as the open transaction has them, `committed` as they are on disk; outside
 * a transaction both are equal.
 *  4. The reader never writes (query_only), and stands on a snapshot only while one of its statements is
 * under way. */
#include "slad/store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>
#include "slad/base/mem.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/files.h"
#include "store/gather.h"
#include "store/later.h"
#include "store/lock.h"
#include "store/rows.h"
#include "store/schema.h"

/* Up to here the whole file is checked at open: a tenth of a second or so. Beyond it the check would delay a
 * start for long, and what it finds is found at the first use as well. */
#define QUICK_CHECK_BYTES (UINT64_C(64) << 20)

/* docs/STORAGE.md explains each. The page size and auto_vacuum only take effect on an empty file. */
static const char NEW_FILE[] = "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL;";
/* Turning on the log is a transaction of the old kind: should its journal, once deleted, be there again after the power
 * failed, it would be rolled back over all that came since. EXTRA has the deletion synced. */
static const char BEFORE_LOG[] = "PRAGMA synchronous = EXTRA;";
static const char BOTH[] =
    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF;"
    "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;";
static const char WRITER[] = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                             "PRAGMA journal_size_limit = 33554432; PRAGMA secure_delete = FAST;"
                             "PRAGMA cache_size = -16384;";
/* Once the file was checked. SQLite looks for a kind or a state in a table that it makes anew for each row, a fifth of what
 * a breach costs; what is written has them from constants of ours. */
static const char WRITES[] = "PRAGMA ignore_check_constraints = ON;";
static const char READER[] = "PRAGMA query_only = ON; PRAGMA cache_size = -16384;";
enum { BUSY_MS = 250 }; /* another program may write for a moment; the loop must not stand still for longer */

int db_open(struct store *store, sqlite3 **db, struct err *err) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(store->path, db, flags, gather_vfs()) != SQLITE_OK) {
        if (*db) return db_fail(*db, "open the database", err);
        return err_set(err, ERR_IO, "cannot open the database: out of memory");
    }
    /* Nothing that stands in the file may run code or be believed. */
    static const int options[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0}, {SQLITE_DBCONFIG_DQS_DDL, 0}};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        (void)sqlite3_db_config(*db, options[i][0], options[i][1], NULL);
    (void)sqlite3_busy_timeout(*db, BUSY_MS);
    return db_run(*db, BOTH, "set up the database", err);
}

/* Some network file systems have no shared memory and quietly stay with another journal. */
static int use_wal(sqlite3 *db, struct err *err) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL) != SQLITE_OK)
        return db_fail(db, "turn on the write-ahead log", err);
    int got = db_step(statement, "turn on the write-ahead log", err);
    if (got > 0 && !span_eq(db_span(statement, 0), SPAN("wal")))
        got = err_set(err, ERR_IO, "this file system cannot hold a database with a write-ahead log");
    /* It says so before it writes that into the file, which may fail yet: then it goes on without. */
    if (got > 0) got = db_step(statement, "turn on the write-ahead log", err);
    sqlite3_finalize(statement);
    int keep =
        1; /* the log's files stay at close, so that a reader without write access can open the database */
    (void)sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
    return got < 0 ? got : 0;
}

static int quick_check(sqlite3 *db, uint64_t bytes, struct err *err) {
    if (bytes == 0 || bytes >= QUICK_CHECK_BYTES) return 0;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK)
        return db_fail(db, "check the database", err);
    int got = db_step(statement, "check the database", err);
    if (got > 0 && !span_eq(db_span(statement, 0), SPAN("ok")))
        got = err_set(err, ERR_CORRUPT, "the database is damaged: %.*s", SPAN_ARGS(db_span(statement, 0)));
    sqlite3_finalize(statement);
    return got < 0 ? got : 0;
}

static int open_writer(struct store *store, uint64_t bytes, struct err *err) {
    bool is_new = false;
    int code = db_open(store, &store->writer, err);
    if (code == 0) code = schema_check(store->writer, &is_new, err);
    if (code == 0 && is_new) code = db_run(store->writer, NEW_FILE, "set up the database", err);
    if (code == 0) code = db_run(store->writer, BEFORE_LOG, "set up the database", err);
    if (code == 0) code = use_wal(store->writer, err);
    if (code == 0) code = db_run(store->writer, WRITER, "set up the database", err);
    if (code == 0) code = quick_check(store->writer, bytes, err);
    if (code == 0) code = schema_migrate(store->writer, err);
    if (code == 0) code = db_run(store->writer, WRITES, "set up the database", err);
    if (code == 0) code = changes_open(store, err);
    if (code == 0) wal_open(store);
    return code;
}

static int open_reader(struct store *store, struct err *err) {
    int code = db_open(store, &store->reader, err);
    return code ? code : db_run(store->reader, READER, "set up the database", err);
}

static int open_all(struct store *store, struct err *err) {
    uint64_t bytes = 0;
    char *lock = files_beside(store->path, ".lock");
    int code = files_make_folder(store->path, err);
    if (code == 0) code = lock_take(lock, &store->lock_fd, err);
    free(lock);
    if (code == 0) code = files_check_database(store->path, &bytes, err);
    if (code == 0) code = open_writer(store, bytes, err);
    if (code == 0) code = wal_begin_anew(store, err);
    if (code == 0) code = open_reader(store, err);
    if (code == 0) code = journal_open(store, err);
    if (code == 0) code = anchor_take(store->path, &store->anchor, err);
    return code;
}

/* No connection is used by two threads, and nobody asks how much was allocated: the connections' mutexes and the count of
 * that cost a twentieth of an insert. Refused, and no harm, once the library is in use. */
static void configure_library(void) {
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int store_open(const char *path, struct store **out, struct err *err) {
    configure_library();
    struct store *store = mem_zalloc(sizeof *store);
    store->path = mem_dup_text(span_of(path));
    store->lock_fd = -1;
    int code = open_all(store, err);
    if (code != 0) {
        store_close(store);
        return err_add(err, "%s", path);
    }
    store->committed = store->marks;
    /* Without ballast we can still work; the caller sees store_has_ballast(). */
    if (store_restore_ballast(store, NULL) != 0) store->has_ballast = false;
    *out = store;
    return 0;
}

void store_close(struct store *store) {
    if (!store) return;
    store_rollback(store);
    later_stop(store);
    ids_fini(store);
    contacts_fini(&store->contacts);
    wal_close(store);
    for (size_t i = 0; i < STATEMENT_COUNT; i++) sqlite3_finalize(store->statements[i]);
    series_clear(store);
    sqlite3_close_v2(store->reader);
    if (!store->is_snapshot) sqlite3_close_v2(store->writer);
    if (store->lock_fd >= 0) close(store->lock_fd);
    anchor_fini(&store->anchor);
    free(store->path);
    free(store);
}

int store_use_threads(struct store *store, struct err *err) {
    int code = wal_use_thread(store, err);
    if (code == 0) code = later_start(store, err);
    return code ? code : ids_read_aside(store, err);
}

static int run_begin(struct store *store, const struct later_op *op, struct err *err) {
    sqlite3_stmt *begin;
    (void)op;
    int code = db_write(store, STATEMENT_BEGIN, "BEGIN IMMEDIATE", &begin, err);
    return code ? code : db_finish(begin, "begin a transaction", err);
}

static const struct later_op op_begin = {run_begin, 0};

int store_begin(struct store *store, struct err *err) {
    assert(!store->in_transaction);
    store->in_transaction = true;
    int code = later_do(store, &op_begin, sizeof op_begin, NULL, 0, err);
    if (code) store->in_transaction = false;
    return code;
}

static int run_commit(struct store *store, struct err *err) {
    sqlite3_stmt *commit;
    int code = anchor_check(store->path, &store->anchor, err);
    if (code == 0) code = db_write(store, STATEMENT_COMMIT, "COMMIT", &commit, err);
    return code ? code : db_finish(commit, "commit", err);
}

static void add_found(struct later_found *sum, const struct later_found *more) {
    sum->breaches += more->breaches;
    sum->withdrawn += more->withdrawn;
    sum->levels_opened += more->levels_opened;
    sum->levels_closed += more->levels_closed;
    sum->warnings += more->warnings;
}

int store_commit(struct store *store, struct err *err) {
    assert(store->in_transaction && !store->flying);
    int code = later_settle(store, err);
    if (code == 0) code = run_commit(store, err);
    if (code != 0) {
        store_rollback(store);
        return code;
    }
    store->in_transaction = false;
    store->series_added = false;
    store->committed = store->marks;
    contacts_committed(store);
    add_found(&store->found, &store->found_open);
    store->found_open = (struct later_found){0};
    wal_committed(store);
    wal_tell(store, &store->log);
    ids_clear(store);
    return 0;
}

/* What was committed does not wait for the log to be copied. */
static int run_commit_later(struct store *store, const struct later_op *op, struct err *err) {
    (void)op;
    int code = appends_write(store, err);
    if (code == 0) code = run_commit(store, err);
    if (code) return code;
    later_tell(store);
    wal_committed(store);
    return 0;
}

int store_commit_later(struct store *store, struct err *err) {
    static const struct later_op commit = {run_commit_later, 0};
    assert(store->in_transaction && !store->flying);
    int code = store->later ? later_do(store, &commit, sizeof commit, NULL, 0, err) : store_commit(store, err);
    if (code) return code;
    later_hurry(store);
    store->flying = true;
    store->flown = !store->later;
    store->flying_marks = store->marks;
    store->in_transaction = false;
    ids_fly(store);
    return 0;
}

int store_committed(struct store *store, enum store_wait wait, struct err *err) {
    struct later_told told;
    if (!store->flying) return 0;
    int code = store->flown ? 1 : later_ask(store, wait == STORE_WAIT, &told, err);
    if (code <= 0) return code;
    store->flying = false;
    if (store->flown) return 1;
    store->committed = store->flying_marks;
    contacts_committed(store);
    store->log = told.log;
    add_found(&store->found, &told.found);
    ids_landed(store);
    return 1;
}

bool store_is_committing(const struct store *store) {
    return store->flying;
}

int store_wake_fd(const struct store *store) {
    return later_wake_fd(store);
}

void store_rollback(struct store *store) {
    if (store->flying) (void)!store_committed(store, STORE_WAIT, NULL);
    if (!store->in_transaction && !store->flying) return;
    later_drop(store);
    /* Rolling back cannot fail in a way that keeps anything: at worst SQLite has done it already. */
    if (!sqlite3_get_autocommit(store->writer))
        (void)sqlite3_exec(store->writer, "ROLLBACK", NULL, NULL, NULL);
    if (store->series_added || store->flying) series_clear(store);
    ids_clear(store);
    store->in_transaction = store->flying = false;
    store->marks = store->committed;
    contacts_rolled_back(store);
}

bool store_in_transaction(const struct store *store) {
    return store->in_transaction;
}

int store_read_begin(struct store *store, struct err *err) {
    assert(!store->in_read);
    int code = store->is_snapshot ? 0 : db_run(store->reader, "BEGIN", "begin to read", err);
    store->in_read = code == 0;
    return code;
}

void store_read_end(struct store *store) {
    if (!store->in_read) return;
    sqlite3_reset(store->statements[STATEMENT_JOURNAL_GET]); /* its row was borrowed until now */
    if (!store->is_snapshot) /* nothing was written: nothing can be lost */
        (void)sqlite3_exec(store->reader, "COMMIT", NULL, NULL, NULL);
    store->in_read = false;
}

int store_meta_get(struct store *store, const char *key, int64_t *value, struct err *err) {
    sqlite3_stmt *get;
    int code = db_write(store, STATEMENT_META_GET, "SELECT value FROM meta WHERE key = ?1", &get, err);
    if (code != 0) return code;
    db_bind_text(get, 1, key);
    int got = db_step(get, "read a remembered number", err);
    if (got < 0) return got;
    if (got == 0) return 1;
    *value = sqlite3_column_int64(get, 0);
    sqlite3_reset(get);
    return 0;
}

int store_meta_set(struct store *store, const char *key, int64_t value, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *set;
    int code = db_write(store, STATEMENT_META_SET,
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = "
        "excluded.value",
        &set, err);
    if (code != 0) return code;
    db_bind_text(set, 1, key);
    db_bind_int(set, 2, value);
    return db_finish(set, "remember a number", err);
}

int store_meta_drop(struct store *store, const char *prefix, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *drop;
    int code = db_write(
        store, STATEMENT_META_DROP, "DELETE FROM meta WHERE substr(key, 1, length(?1)) = ?1", &drop, err);
    if (code != 0) return code;
    db_bind_text(drop, 1, prefix);
    return db_finish(drop, "forget remembered numbers", err);
}

uint64_t store_wal_bytes(const struct store *store) {
    return store->log.bytes;
}

int store_size(struct store *store, struct store_size *out, struct err *err) {
    int64_t page_bytes = 0, pages = 0, unused = 0;
    int code = db_number(store->reader, "PRAGMA page_size", &page_bytes, err);
    if (code == 0) code = db_number(store->reader, "PRAGMA page_count", &pages, err);
    if (code == 0) code = db_number(store->reader, "PRAGMA freelist_count", &unused, err);
    if (code != 0) return code;
    char *wal = files_beside(store->path, "-wal");
    out->database_bytes = (uint64_t)(pages * page_bytes);
    out->unused_bytes = (uint64_t)(unused * page_bytes);
    out->wal_bytes = files_bytes(wal);
    free(wal);
    return 0;
}
