/* Invariants:
 *  1. `synced` with all of `changes` applied in order is `now`, but for changes that a failed sync has lost: those are
 *     in `now` alone, as in a page cache that believes them clean;
 *  2. a file that is not `linked` was created since its folder was last synced, one that is `gone` was deleted since: a
 *     crash by power may undo either. */
#include "disk.h"

#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

struct bytes {
    uint8_t *data;
    size_t size, capacity;
};
struct change {
    bool truncates; /* to `offset` bytes */
    uint64_t offset;
    size_t bytes;
    uint8_t *data;
};
struct disk_file {
    struct disk_file *next;
    char *name; /* NULL: of one opener */
    struct bytes now, synced;
    struct change *changes;
    size_t change_count, change_capacity;
    unsigned openers;
    bool linked, gone;
    struct disk_locks locks;
};

static struct {
    struct disk_file *files;
    struct disk_faults faults;
    struct disk_facts facts;
    uint64_t random;
    bool dead;
} disk;

uint64_t disk_random(void) {
    disk.random ^= disk.random << 13;
    disk.random ^= disk.random >> 7;
    disk.random ^= disk.random << 17;
    return disk.random >> 11;
}

static bool chance(unsigned per_mille) {
    return per_mille && disk_random() % 1000 < per_mille;
}

/* ---------------------------------------------------------------- bytes */

static void resize(struct bytes *bytes, size_t size) {
    if (size > bytes->capacity) bytes->data = mem_grow(bytes->data, &bytes->capacity, size, 1);
    if (size > bytes->size) memset(bytes->data + bytes->size, 0, size - bytes->size);
    bytes->size = size;
}

static void put(struct bytes *bytes, uint64_t offset, const uint8_t *data, size_t size) {
    if (offset + size > bytes->size) resize(bytes, offset + size);
    if (size) memcpy(bytes->data + offset, data, size);
}

static void apply(struct bytes *bytes, const struct change *change) {
    if (change->truncates) resize(bytes, change->offset);
    else put(bytes, change->offset, change->data, change->bytes);
}

/* A write of which each sector is there or not. */
static void apply_torn(struct bytes *bytes, const struct change *change) {
    for (size_t at = 0; at < change->bytes; ) {
        size_t step = DISK_SECTOR - (change->offset + at) % DISK_SECTOR;
        if (step > change->bytes - at) step = change->bytes - at;
        if (chance(500)) put(bytes, change->offset + at, change->data + at, step);
        at += step;
    }
}

static void forget_changes(struct disk_file *file) {
    for (size_t i = 0; i < file->change_count; i++) free(file->changes[i].data);
    file->change_count = 0;
}

static void note(struct disk_file *file, bool truncates, uint64_t offset, const void *data, size_t bytes) {
    file->changes = mem_grow(file->changes, &file->change_capacity, file->change_count + 1, sizeof *file->changes);
    struct change *change = &file->changes[file->change_count++];
    *change = (struct change){truncates, offset, bytes, bytes ? mem_dup(data, bytes) : NULL};
    apply(&file->now, change);
}

/* What of the unsynced changes came to the platter. */
static void settle(struct disk_file *file) {
    enum { IN_ORDER, ANY, NONE, ALL, WAYS };
    uint64_t how = disk_random() % WAYS;
    size_t kept = file->change_count ? disk_random() % file->change_count : 0;
    for (size_t i = 0; i < file->change_count; i++) {
        const struct change *change = &file->changes[i];
        bool whole = how == ALL || (how == IN_ORDER && i < kept) || (how == ANY && chance(400));
        bool torn = !whole && !change->truncates && ((how == IN_ORDER && i == kept) || (how == ANY && chance(400)));
        if (whole) apply(&file->synced, change);
        else if (torn) apply_torn(&file->synced, change);
        *(whole ? &disk.facts.kept : torn ? &disk.facts.torn : &disk.facts.lost) += 1;
    }
}

/* ---------------------------------------------------------------- the disk */

static void file_free(struct disk_file *file) {
    struct disk_file **link = &disk.files;
    while (*link != file) link = &(*link)->next;
    *link = file->next;
    forget_changes(file);
    free(file->changes);
    free(file->now.data);
    free(file->synced.data);
    free(file->name);
    free(file);
}

void disk_fini(void) {
    while (disk.files) file_free(disk.files);
    memset(&disk, 0, sizeof disk);
}

void disk_format(uint64_t seed) {
    disk_fini();
    disk.random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (int i = 0; i < 8; i++) disk_random();
}

void disk_set_faults(const struct disk_faults *faults) {
    disk.faults = faults ? *faults : (struct disk_faults){0};
}

void disk_kill(void) {
    disk.dead = true;
}

bool disk_is_dead(void) {
    return disk.dead;
}

const struct disk_facts *disk_facts(void) {
    return &disk.facts;
}

void disk_crash(enum disk_crash how) {
    disk.dead = false;
    for (struct disk_file *file = disk.files, *next; file; file = next) {
        next = file->next;
        if (how == DISK_POWER) settle(file);
        else for (size_t i = 0; i < file->change_count; i++) apply(&file->synced, &file->changes[i]);
        bool is_there = how == DISK_PROCESS ? !file->gone : (file->linked || chance(500)) && (!file->gone || chance(500));
        forget_changes(file);
        if (how == DISK_POWER) {
            file->now.size = 0;
            put(&file->now, 0, file->synced.data, file->synced.size);
        }
        file->linked = true;
        file->gone = false;
        memset(&file->locks, 0, sizeof file->locks);
        if (!is_there) file_free(file);
    }
}

static enum disk_fault draw(enum disk_op op) {
    disk.facts.ops[op]++;
    if (disk.dead) return DISK_DEAD;
    if (op != DISK_OPEN && op != DISK_READ) {
        disk.facts.writes_alive++;
        if (disk.faults.dies_after && --disk.faults.dies_after == 0) {
            disk.dead = true;
            return DISK_DEAD;
        }
    }
    if (!chance(disk.faults.per_mille[op])) return DISK_FINE;
    disk.facts.faults[op]++;
    if (op != DISK_WRITE) return DISK_EIO;
    static const enum disk_fault faults[] = {DISK_EIO, DISK_ENOSPC, DISK_SHORT};
    return faults[disk_random() % 3];
}

static struct disk_file *find(const char *name) {
    struct disk_file *file = disk.files;
    while (file && !(file->name && !file->gone && strcmp(file->name, name) == 0)) file = file->next;
    return file;
}

struct disk_file *disk_open(const char *name, bool create, enum disk_fault *fault) {
    *fault = draw(DISK_OPEN);
    if (*fault) return NULL;
    struct disk_file *file = name ? find(name) : NULL;
    if (!file && !create) return NULL;
    if (!file) {
        file = mem_zalloc(sizeof *file);
        file->name = name ? mem_dup_text(span_of(name)) : NULL;
        file->next = disk.files;
        disk.files = file;
    }
    file->openers++;
    disk.facts.open_files++;
    return file;
}

void disk_close(struct disk_file *file) {
    disk.facts.open_files--;
    if (--file->openers == 0 && !file->name) file_free(file);
}

bool disk_exists(const char *name) {
    return disk_size_of(name) > 0;
}

static void sync_folder(void) {
    for (struct disk_file *file = disk.files, *next; file; file = next) {
        next = file->next;
        file->linked = true;
        if (file->gone && !file->openers) file_free(file);
    }
}

enum disk_fault disk_delete(const char *name, bool syncs_folder, bool *found) {
    struct disk_file *file = find(name);
    *found = file != NULL;
    enum disk_fault fault = draw(DISK_DELETE);
    if (fault || !file) return fault;
    file->gone = true;
    if (syncs_folder) sync_folder();
    return DISK_FINE;
}

enum disk_fault disk_read(struct disk_file *file, void *to, size_t bytes, uint64_t offset, size_t *got) {
    enum disk_fault fault = draw(DISK_READ);
    *got = 0;
    if (fault) return fault;
    if (offset < file->now.size) *got = file->now.size - offset < bytes ? file->now.size - offset : bytes;
    if (*got) memcpy(to, file->now.data + offset, *got);
    return DISK_FINE;
}

enum disk_fault disk_write(struct disk_file *file, const void *from, size_t bytes, uint64_t offset) {
    enum disk_fault fault = draw(DISK_WRITE);
    if (!fault && disk.faults.full && offset + bytes > file->now.size) fault = DISK_ENOSPC;
    /* The machine may die in the middle of a write, too. */
    if ((fault == DISK_SHORT || (fault == DISK_DEAD && disk.faults.dies_after == 0)) && bytes > 1 && chance(700))
        note(file, false, offset, from, 1 + disk_random() % (bytes - 1));
    if (!fault) note(file, false, offset, from, bytes);
    return fault;
}

enum disk_fault disk_truncate(struct disk_file *file, uint64_t bytes) {
    enum disk_fault fault = draw(DISK_TRUNCATE);
    if (!fault) note(file, true, bytes, NULL, 0);
    return fault;
}

/* A sync that fails may have done any part of it, and what it has not done may be taken for done by the next. */
enum disk_fault disk_sync(struct disk_file *file) {
    enum disk_fault fault = draw(DISK_SYNC);
    if (fault == DISK_DEAD) return fault;
    if (fault) {
        if (chance(500)) {
            settle(file);
            forget_changes(file);
        }
        return fault;
    }
    for (size_t i = 0; i < file->change_count; i++) apply(&file->synced, &file->changes[i]);
    forget_changes(file);
    if (!file->linked) sync_folder();
    return DISK_FINE;
}

uint64_t disk_size(const struct disk_file *file) {
    return file->now.size;
}

uint64_t disk_size_of(const char *name) {
    const struct disk_file *file = find(name);
    return file ? file->now.size : 0;
}

struct disk_locks *disk_locks(struct disk_file *file) {
    return &file->locks;
}
