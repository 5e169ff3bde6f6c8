/* Locks and shared memory are those of one process: a crash takes them with it (docs: https://sqlite.org/c3ref/vfs.html,
 * https://sqlite.org/walformat.html). */
#include "fault_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include "disk.h"
#include "slad/base/mem.h"

enum { NAME_MAX_BYTES = 512, SLOTS = 8, WRITE_MAX = 0x1ffff };

struct handle {
    sqlite3_file base;
    struct disk_file *file;
    int lock;
    int persist_wal;
    unsigned shared, exclusive; /* slots of shared memory that it holds, a bit each */
    int maps;
};

static int64_t clock_ms;
static int last_errno;

void fault_vfs_set_clock(int64_t now_ms) {
    clock_ms = now_ms;
}

static int failed(enum disk_fault fault, int code) {
    last_errno = fault == DISK_ENOSPC ? ENOSPC : EIO;
    /* Some systems say that the disk is full where others say that a write failed. */
    return fault == DISK_ENOSPC && disk_random() % 2 ? SQLITE_FULL : code;
}

static struct handle *of(sqlite3_file *file) {
    return (struct handle *)file;
}

/* ---------------------------------------------------------------- bytes */

static int file_read(sqlite3_file *file, void *to, int bytes, sqlite3_int64 offset) {
    size_t got, want = (size_t)bytes;
    enum disk_fault fault = disk_read(of(file)->file, to, want, (uint64_t)offset, &got);
    if (fault) return failed(fault, SQLITE_IOERR_READ);
    if (got == want) return SQLITE_OK;
    memset((char *)to + got, 0, want - got);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *from, int bytes, sqlite3_int64 offset) {
    if (bytes > WRITE_MAX) return SQLITE_FULL; /* as SQLite's own for Unix says */
    enum disk_fault fault = disk_write(of(file)->file, from, (size_t)bytes, (uint64_t)offset);
    return fault ? failed(fault, SQLITE_IOERR_WRITE) : SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 bytes) {
    enum disk_fault fault = disk_truncate(of(file)->file, (uint64_t)bytes);
    return fault ? failed(fault, SQLITE_IOERR_TRUNCATE) : SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    enum disk_fault fault = disk_sync(of(file)->file);
    return fault ? failed(fault, SQLITE_IOERR_FSYNC) : SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *bytes) {
    *bytes = (sqlite3_int64)disk_size(of(file)->file);
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- locks */

static int file_lock(sqlite3_file *file, int level) {
    struct handle *h = of(file);
    struct disk_locks *l = disk_locks(h->file);
    bool others = l->reserved && l->reserved != h;
    if (h->lock >= level) return SQLITE_OK;
    if (disk_is_dead()) return SQLITE_IOERR_LOCK;
    if (level == SQLITE_LOCK_SHARED && (l->pending || (others && l->shared == 0))) return SQLITE_BUSY;
    if (level > SQLITE_LOCK_SHARED && others) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_SHARED) l->shared++;
    else l->reserved = h;
    if (level == SQLITE_LOCK_EXCLUSIVE) {
        l->pending = true;
        if (l->shared > 1) {
            h->lock = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
    }
    h->lock = level;
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *file, int level) {
    struct handle *h = of(file);
    struct disk_locks *l = disk_locks(h->file);
    if (h->lock > SQLITE_LOCK_SHARED && level <= SQLITE_LOCK_SHARED && l->reserved == h) {
        l->reserved = NULL;
        l->pending = false;
    }
    if (h->lock >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE) l->shared--;
    if (level < h->lock) h->lock = level;
    return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *file, int *reserved) {
    *reserved = disk_locks(of(file)->file)->reserved != NULL;
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- shared memory */

static int shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out) {
    struct handle *h = of(file);
    struct disk_locks *l = disk_locks(h->file);
    *out = NULL;
    if (disk_is_dead()) return SQLITE_IOERR_SHMMAP;
    if (!h->maps) {
        h->maps = 1;
        l->mapped++;
    }
    if ((size_t)region >= l->region_count) {
        if (!extend) return SQLITE_OK;
        size_t count = (size_t)region + 1;
        void **regions = mem_zalloc(count * sizeof *regions);
        if (l->region_count) memcpy(regions, l->regions, l->region_count * sizeof *regions);
        free(l->regions);
        l->regions = regions;
        for (; l->region_count < count; l->region_count++) regions[l->region_count] = mem_zalloc((size_t)bytes);
    }
    *out = l->regions[region];
    return SQLITE_OK;
}

static int shm_take(struct handle *h, struct disk_locks *l, int from, int count, bool exclusive) {
    for (int i = from; i < from + count; i++) {
        bool taken = l->slot_exclusive[i] && l->slot_exclusive[i] != h;
        unsigned mine = h->shared >> i & 1;
        if (taken || (exclusive && l->slot_shared[i] > mine)) return SQLITE_BUSY;
    }
    for (int i = from; i < from + count; i++) {
        if (exclusive) {
            l->slot_exclusive[i] = h;
            h->exclusive |= 1U << i;
        } else if (!(h->shared >> i & 1)) {
            l->slot_shared[i]++;
            h->shared |= 1U << i;
        }
    }
    return SQLITE_OK;
}

static void shm_release(struct handle *h, struct disk_locks *l, int from, int count) {
    for (int i = from; i < from + count; i++) {
        if (h->exclusive >> i & 1) l->slot_exclusive[i] = NULL;
        if (h->shared >> i & 1) l->slot_shared[i]--;
        h->exclusive &= ~(1U << i);
        h->shared &= ~(1U << i);
    }
}

static int shm_lock(sqlite3_file *file, int from, int count, int flags) {
    struct handle *h = of(file);
    struct disk_locks *l = disk_locks(h->file);
    if (flags & SQLITE_SHM_UNLOCK) {
        shm_release(h, l, from, count);
        return SQLITE_OK;
    }
    if (disk_is_dead()) return SQLITE_IOERR_SHMLOCK;
    return shm_take(h, l, from, count, (flags & SQLITE_SHM_EXCLUSIVE) != 0);
}

static void shm_barrier(sqlite3_file *file) {
    (void)file;
}

static int shm_unmap(sqlite3_file *file, int drop) {
    struct handle *h = of(file);
    struct disk_locks *l = disk_locks(h->file);
    (void)drop; /* the first to come makes it anew in any case */
    if (!h->maps) return SQLITE_OK;
    shm_release(h, l, 0, SLOTS);
    h->maps = 0;
    if (--l->mapped) return SQLITE_OK;
    for (size_t i = 0; i < l->region_count; i++) free(l->regions[i]);
    free(l->regions);
    l->regions = NULL;
    l->region_count = 0;
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- files */

static int file_close(sqlite3_file *file) {
    struct handle *h = of(file);
    shm_unmap(file, 0);
    file_unlock(file, SQLITE_LOCK_NONE);
    disk_close(h->file);
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *arg) {
    int *value = arg;
    if (op != SQLITE_FCNTL_PERSIST_WAL) return SQLITE_NOTFOUND;
    if (*value < 0) *value = of(file)->persist_wal;
    else of(file)->persist_wal = *value;
    return SQLITE_OK;
}

static int sector_size(sqlite3_file *file) {
    (void)file;
    return 4096;
}

static int characteristics(sqlite3_file *file) {
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* as SQLite's own for Unix says */
}

static const sqlite3_io_methods methods = {2, file_close, file_read, file_write, file_truncate, file_sync, file_size,
    file_lock, file_unlock, file_check_reserved, file_control, sector_size, characteristics, shm_map, shm_lock,
    shm_barrier, shm_unmap, NULL, NULL};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    struct handle *h = of(file);
    enum disk_fault fault;
    memset(h, 0, sizeof *h);
    h->file = disk_open(name, (flags & SQLITE_OPEN_CREATE) || !name, &fault);
    /* The daemon has made the database's file before it opens it. */
    if (!h->file && !fault && (flags & SQLITE_OPEN_MAIN_DB)) h->file = disk_open(name, true, &fault);
    if (!h->file) {
        last_errno = fault ? EIO : ENOENT;
        return SQLITE_CANTOPEN;
    }
    h->base.pMethods = &methods;
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    (void)vfs;
    bool found;
    enum disk_fault fault = disk_delete(name, sync_folder != 0, &found);
    if (fault) return failed(fault, SQLITE_IOERR_DELETE);
    return found ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    (void)vfs;
    (void)flags;
    *out = disk_exists(name);
    return disk_is_dead() ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int room, char *out) {
    (void)vfs;
    sqlite3_snprintf(room, out, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int bytes, char *out) {
    (void)vfs;
    for (int i = 0; i < bytes; i++) out[i] = (char)disk_random();
    return bytes;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds; /* nobody else would let go meanwhile */
}

static int vfs_clock(sqlite3_vfs *vfs, sqlite3_int64 *out) {
    (void)vfs;
    *out = clock_ms + INT64_C(210866760000000); /* of the Julian day */
    return SQLITE_OK;
}

static int vfs_clock_days(sqlite3_vfs *vfs, double *out) {
    sqlite3_int64 ms;
    vfs_clock(vfs, &ms);
    *out = (double)ms / 86400000.0;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int room, char *text) {
    (void)vfs;
    (void)room;
    (void)text;
    return last_errno;
}

void fault_vfs_register(void) {
    static sqlite3_vfs vfs = {.iVersion = 2, .szOsFile = sizeof(struct handle), .mxPathname = NAME_MAX_BYTES,
        .zName = "fault", .xOpen = vfs_open, .xDelete = vfs_delete, .xAccess = vfs_access,
        .xFullPathname = vfs_full_name, .xRandomness = vfs_random, .xSleep = vfs_sleep, .xCurrentTime = vfs_clock_days,
        .xGetLastError = vfs_last_error, .xCurrentTimeInt64 = vfs_clock};
    sqlite3_vfs_register(&vfs, 1);
}
