/* How the log is copied while it goes on being written (aside):
 *
 *              PASS_PAGES are not copied
 *     quiet ─────────────────────────────▶ under_way ◀──┐ less came meanwhile than was copied, by a quarter, and the log has
 *       ▲                                    │  │ done  │ less than LOG_PAGES
 *       │                                    │  └───────┘
 *       └────────────────────────────────────┘ the rest is copied in turn: once nothing is left to be copied, the next
 *                                              transaction begins the log anew (SQLite's rule)
 *
 * A program that reads for long holds the copying back: then each commit begins another pass that comes no further, and the
 * log grows without bound (service/watch_log.h tells).
 *
 * Invariants:
 *  1. While under_way the thread may be copying; nobody else copies.
 *  2. Once so much came meanwhile as the first pass begins with, the writer waits: unless it is held back, the log has
 *     LOG_PAGES + PASS_PAGES at most, and a commit's. */
#include "store/wal.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "store/checkpoint.h"
#include "store/db.h"
#include "store/later.h"

enum {
    PASS_PAGES = 4096, /* 16 MiB: seldom enough that a page changed often is copied once */
    /* In turn, while commits wait, some milliseconds. With 256, which took 10 to 25, the 99th percentile until an event
     * was acknowledged was a third longer (at 35,000 a second). */
    REST_PAGES = 16,
    LOG_PAGES = 2 * PASS_PAGES, /* so long a log is not gone on with aside: what a pass leaves is copied in turn */
    REWRITE_BYTES = 64 << 10, /* SQLite's file system for Unix says that the disk is full when it is to write 128 KiB at once */
};

static int count_pages(void *arg, sqlite3 *db, const char *name, int pages) {
    struct store *store = arg;
    (void)db, (void)name;
    store->wal.pages = pages;
    return SQLITE_OK;
}

void wal_open(struct store *store) {
    (void)sqlite3_wal_hook(store->writer, count_pages, store);
}

static int rewrite(sqlite3_file *log, void *buffer, int bytes, sqlite3_int64 at) {
    int rc = log->pMethods->xRead(log, buffer, bytes, at);
    return rc == SQLITE_OK ? log->pMethods->xWrite(log, buffer, bytes, at) : rc;
}

/* Each byte of it once more, and a sync. */
static int rewrite_all(sqlite3_file *log) {
    sqlite3_int64 bytes = 0;
    void *buffer = mem_alloc(REWRITE_BYTES);
    int rc = log->pMethods->xFileSize(log, &bytes);
    for (sqlite3_int64 at = 0; at < bytes && rc == SQLITE_OK; at += REWRITE_BYTES)
        rc = rewrite(log, buffer, bytes - at < REWRITE_BYTES ? (int)(bytes - at) : REWRITE_BYTES, at);
    if (rc == SQLITE_OK && bytes) rc = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
    free(buffer);
    return rc;
}

/* As the only one who writes. */
static int make_durable(sqlite3 *db, struct err *err) {
    sqlite3_file *log = NULL;
    int code = db_run(db, "BEGIN IMMEDIATE", "look at the log", err);
    if (code) return code;
    int rc = sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (rc == SQLITE_OK && log && log->pMethods) rc = rewrite_all(log);
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    if (rc == SQLITE_OK) return 0;
    return err_set(err, rc == SQLITE_FULL ? ERR_FULL : ERR_IO, "cannot write the database's log anew: %s (SQLite code %d)",
        sqlite3_errstr(rc), rc);
}

static int begin_anew(sqlite3 *db, struct err *err) {
    int code = make_durable(db, err);
    if (code) return code;
    int rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK ? 0 : db_fail(db, "copy the log into the database", err);
}

/* The log that a start finds may be in the page cache and not on the disk: after a sync that failed Linux takes its pages
 * for written, and no later sync writes them. What lies behind them would be lost with them when the power fails; and had
 * only some of its pages been copied into the database by then, half a transaction would stay there. So it is written anew
 * before it is copied, and then begins anew itself. A full disk, or a reader in the way, must not keep us from starting. */
int wal_begin_anew(struct store *store, struct err *err) {
    int code = begin_anew(store->writer, err);
    return code == ERR_FULL || code == ERR_IN_USE ? 0 : code;
}

int wal_use_thread(struct store *store, struct err *err) {
    sqlite3 *db = NULL;
    int64_t version;
    int code = db_open(store, &db, err);
    if (!code) code = db_number(db, "PRAGMA user_version", &version, err); /* it learns of the log when it first reads */
    if (code) {
        sqlite3_close_v2(db);
        return code;
    }
    return checkpointer_new(db, &store->wal.aside, err);
}

static void copy_in_turn(struct store *store) {
    struct wal *wal = &store->wal;
    wal->code = checkpoint_run(store->writer, &wal->copied, &wal->err);
    wal->passed = 0;
}

static void copy_aside(struct wal *wal) {
    wal->under_way = true;
    wal->tried = wal->pages;
    checkpointer_start(wal->aside);
}

/* False: it is still at it. */
static bool is_done(struct wal *wal) {
    int before = wal->copied;
    if (checkpointer_busy(wal->aside)) {
        if (wal->pages - wal->tried < PASS_PAGES) return false;
        checkpointer_wait(wal->aside);
    }
    wal->code = checkpointer_result(wal->aside, &wal->copied, &wal->err);
    wal->under_way = false;
    wal->passed = wal->copied > before ? wal->tried - before : 0;
    return true;
}

/* Under load each pass leaves what was committed meanwhile, in the end about as much as it copied. */
static bool is_little(const struct wal *wal, int left) {
    return left < REST_PAGES || left > wal->passed - wal->passed / 4;
}

void wal_committed(struct store *store) {
    struct wal *wal = &store->wal;
    if (wal->under_way && !is_done(wal)) return;
    if (wal->pages < wal->copied) wal->copied = wal->passed = 0; /* it has begun anew */
    int left = wal->pages - wal->copied;
    if (!wal->passed && left < PASS_PAGES) return;
    if (!wal->aside || (wal->passed && (is_little(wal, left) || wal->pages >= LOG_PAGES))) copy_in_turn(store);
    else copy_aside(wal);
}

void wal_tell(const struct store *store, struct log_facts *out) {
    out->bytes = store->anchor.wal_bytes;
    out->failed = store->wal.code;
    if (out->failed) out->err = store->wal.err;
}

void wal_close(struct store *store) {
    checkpointer_free(store->wal.aside);
    store->wal = (struct wal){0};
}

int store_checkpoint(struct store *store, struct err *err) {
    struct wal *wal = &store->wal;
    int code = later_settle(store, err);
    if (code) return code;
    if (wal->under_way) checkpointer_wait(wal->aside);
    wal->under_way = false;
    copy_in_turn(store);
    wal_tell(store, &store->log);
    if (wal->code) *err = wal->err;
    return wal->code;
}

const char *store_checkpoint_failure(const struct store *store) {
    return store->log.failed ? store->log.err.text : NULL;
}
