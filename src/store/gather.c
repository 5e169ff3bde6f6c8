/* SQLite writes a frame of its log with two system calls, 24 bytes of header and a page, some 500 a commit under full
 * load. Here frames are put together in memory and written 30 at a time: half of the kernel's time in the thread that
 * writes, 5 % of all that the daemon spends on an event.
 *
 * Each file is the default file system's own, but for its table of methods, a copy in which a few are replaced: of a log
 * those below, of a database the one that locks shared memory. A read of the database costs nothing more.
 *
 * Invariants:
 *  1. Held back are only frames of a log that do not end a transaction, and only while this connection has the log's write
 *     lock. So nobody else can come upon what is missing: others read up to the last frame that ends a transaction, and
 *     whoever repairs the log or writes to it needs that lock.
 *  2. A frame that ends a transaction, and whatever else is written, goes to the kernel at once and behind all that is held
 *     back, whatever `synchronous` is: only afterwards does SQLite tell others of it, in shared memory, where we could
 *     no longer fail.
 *  3. The file's calls are answered as though nothing was held back: it is handed over before each.
 *  4. When that fails, what was held back is lost. Until the write lock is given back nothing more is written, so the
 *     transaction cannot be committed, and what was lost cannot be read.
 *  5. What is held back when the lock is given back was rolled back, and is dropped: by then others may write in its place.
 *
 * Pages that a checkpoint writes to the database are not gathered: when it was held up by a reader or a writer it tells
 * others how far it came without another call that could fail. */
#include "store/gather.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

enum {
    ROOM = 124 << 10,       /* SQLite's file system for Unix writes less than 128 KiB at a time, or fails */
    FRAME_HEADER = 24,      /* https://sqlite.org/fileformat2.html#walformat */
    COMMIT_MARK = 4,        /* where it says how many pages the database has; 0: the frame does not end a transaction */
    WRITE_LOCK = 0,         /* https://sqlite.org/walformat.html#wal_locks */
    KNOWN_VERSION = 3,      /* of the two tables of methods, as we know them */
};

struct gather {
    sqlite3_io_methods methods; /* first: the file points here */
    const sqlite3_io_methods *base;
    struct gather *other;       /* of a database its log, of a log its database; NULL: none is open */
    /* Of a log: */
    bool is_ours;               /* its write lock */
    bool in_frame;              /* a header was held back last: its page comes next */
    unsigned char *bytes;       /* what is held back; NULL before the first time */
    int used;
    sqlite3_int64 begin;        /* where it belongs */
    int failed;                 /* what became of handing over; 0: nothing was lost */
    sqlite3_int64 lost;         /* from here on */
};

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *base;
} ours;

static struct gather *of(sqlite3_file *file) {
    return (struct gather *)(uintptr_t)file->pMethods;
}

/* ---------------------------------------------------------------- a log */

static int hand_over(sqlite3_file *file) {
    struct gather *g = of(file);
    g->in_frame = false;
    if (g->failed || !g->used) return g->failed;
    g->failed = g->base->xWrite(file, g->bytes, g->used, g->begin);
    g->lost = g->begin;
    g->used = 0;
    return g->failed;
}

static int hold_back(sqlite3_file *file, const void *from, int n, sqlite3_int64 at) {
    struct gather *g = of(file);
    int rc = g->failed;
    if (at != g->begin + g->used || n > ROOM - g->used) rc = hand_over(file);
    if (rc != SQLITE_OK) return rc;
    if (!g->bytes) g->bytes = mem_alloc(ROOM);
    if (!g->used) g->begin = at;
    memcpy(g->bytes + g->used, from, (size_t)n);
    g->used += n;
    return SQLITE_OK;
}

static bool begins_frame(const void *from, int n) {
    static const unsigned char none[4];
    return n == FRAME_HEADER && memcmp((const unsigned char *)from + COMMIT_MARK, none, sizeof none) == 0;
}

static int log_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at) {
    struct gather *g = of(file);
    bool begins = g->is_ours && begins_frame(from, n);
    bool goes_on = g->in_frame && at == g->begin + g->used && n <= ROOM;
    if (begins || goes_on) {
        int rc = hold_back(file, from, n, at);
        g->in_frame = begins && rc == SQLITE_OK;
        return rc;
    }
    int rc = hand_over(file);
    return rc == SQLITE_OK ? g->base->xWrite(file, from, n, at) : rc;
}

/* What was committed before is read even then: a rollback may need it. */
static int log_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at) {
    struct gather *g = of(file);
    int rc = hand_over(file);
    return rc != SQLITE_OK && at + n > g->lost ? rc : g->base->xRead(file, to, n, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 bytes) {
    int rc = hand_over(file);
    return rc == SQLITE_OK ? of(file)->base->xTruncate(file, bytes) : rc;
}

static int log_sync(sqlite3_file *file, int flags) {
    int rc = hand_over(file);
    return rc == SQLITE_OK ? of(file)->base->xSync(file, flags) : rc;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *bytes) {
    int rc = hand_over(file);
    return rc == SQLITE_OK ? of(file)->base->xFileSize(file, bytes) : rc;
}

static void log_locked(struct gather *log, bool is_ours) {
    log->is_ours = is_ours;
    log->in_frame = false;
    log->used = 0;
    log->failed = SQLITE_OK;
}

static int log_close(sqlite3_file *file) {
    struct gather *g = of(file);
    if (g->other) g->other->other = NULL; /* a database is closed after its log */
    free(g->bytes);
    return g->base->xClose(file);
}

/* ---------------------------------------------------------------- a database */

static int database_lock(sqlite3_file *file, int first, int count, int flags) {
    struct gather *g = of(file);
    struct gather *log = first == WRITE_LOCK && (flags & SQLITE_SHM_EXCLUSIVE) ? g->other : NULL;
    if (log && (flags & SQLITE_SHM_UNLOCK)) log_locked(log, false);
    int rc = g->base->xShmLock(file, first, count, flags);
    if (log && (flags & SQLITE_SHM_LOCK) && rc == SQLITE_OK) log_locked(log, true);
    return rc;
}

/* ---------------------------------------------------------------- files */

static struct gather *take_over(sqlite3_vfs *vfs, sqlite3_file *file) {
    struct gather *g = (struct gather *)(void *)((char *)file + vfs->szOsFile - (int)sizeof *g);
    *g = (struct gather){.methods = *file->pMethods, .base = file->pMethods};
    if (g->methods.iVersion > KNOWN_VERSION) g->methods.iVersion = KNOWN_VERSION;
    file->pMethods = &g->methods;
    return g;
}

static void take_log(sqlite3_vfs *vfs, sqlite3_file *file, sqlite3_file *database) {
    if (database->pMethods->xShmLock != database_lock) return; /* who has the write lock cannot be known */
    struct gather *g = take_over(vfs, file);
    g->methods.xWrite = log_write;
    g->methods.xRead = log_read;
    g->methods.xTruncate = log_truncate;
    g->methods.xSync = log_sync;
    g->methods.xFileSize = log_size;
    g->methods.xClose = log_close;
    g->other = of(database);
    g->other->other = g;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    int rc = ours.base->xOpen(ours.base, name, file, flags, out_flags);
    if (rc != SQLITE_OK) return rc;
    if ((flags & SQLITE_OPEN_MAIN_DB) && file->pMethods->iVersion >= 2)
        take_over(vfs, file)->methods.xShmLock = database_lock;
    if (flags & SQLITE_OPEN_WAL) take_log(vfs, file, sqlite3_database_file_object(name));
    return SQLITE_OK;
}

const char *gather_vfs(void) {
    static const char NAME[] = "slad";
    sqlite3_vfs *base = sqlite3_vfs_find(NULL), *vfs = &ours.vfs;
    if (ours.base || !base) return NAME;
    size_t bytes = ((size_t)base->szOsFile + _Alignof(struct gather) - 1) & ~(_Alignof(struct gather) - 1);
    *vfs = *base;
    vfs->szOsFile = (int)(bytes + sizeof(struct gather));
    vfs->zName = NAME;
    vfs->xOpen = open_file;
    if (vfs->iVersion > KNOWN_VERSION) vfs->iVersion = KNOWN_VERSION;
    ours.base = sqlite3_vfs_register(vfs, 0) == SQLITE_OK ? base : NULL;
    return NAME;
}
