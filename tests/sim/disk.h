/* disk: files in memory that tell what was written from what was synced, fail as they are told to, and lose in a crash
 * what a disk may lose.
 * Owns: the files, their locks and their shared memory; the random numbers that faults are drawn from.
 * Must not know: SQLite (fault_vfs.c makes one of its file systems of this).
 *
 * There is one disk a process, as SQLite knows its file systems by name. */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_SECTOR = 512 /* bytes that a torn write keeps or loses together */ };

enum disk_op { DISK_OPEN, DISK_READ, DISK_WRITE, DISK_SYNC, DISK_TRUNCATE, DISK_DELETE };
enum { DISK_OPS = DISK_DELETE + 1 };

enum disk_fault {
    DISK_FINE,
    DISK_EIO,
    DISK_ENOSPC, /* of a write */
    DISK_SHORT,  /* of a write: part of it is there, then EIO */
    DISK_DEAD,   /* the machine has stopped: nothing is done any more */
};

/* How often an operation fails, in a thousand. */
struct disk_faults {
    unsigned per_mille[DISK_OPS];
    bool full;       /* every write that would make a file longer: ENOSPC */
    int dies_after;  /* this many writes, syncs, truncations and deletions; 0: it does not */
};

enum disk_crash {
    DISK_PROCESS, /* the process died: what was written is there */
    DISK_POWER,   /* what was not synced is there, or not, or torn, in any order */
};

struct disk_file;

/* An empty disk without faults. */
void disk_format(uint64_t seed);
void disk_set_faults(const struct disk_faults *faults); /* NULL: none */
/* From now on nothing succeeds but letting go. */
void disk_kill(void);
bool disk_is_dead(void);
/* After everybody has closed: the disk as the next boot finds it. */
void disk_crash(enum disk_crash how);
void disk_fini(void);
uint64_t disk_random(void);

struct disk_facts {
    uint64_t ops[DISK_OPS], faults[DISK_OPS];
    uint64_t lost, torn, kept; /* unsynced writes in crashes by power */
    uint64_t writes_alive;     /* operations that dies_after counts */
    size_t open_files;
};
const struct disk_facts *disk_facts(void);

/* `name` NULL: a file that is gone when it is closed. *fault says why it could not be. */
struct disk_file *disk_open(const char *name, bool create, enum disk_fault *fault);
void disk_close(struct disk_file *file);
bool disk_exists(const char *name); /* and has any bytes */
enum disk_fault disk_delete(const char *name, bool sync_folder, bool *found);

/* Returns how many bytes there were. */
enum disk_fault disk_read(struct disk_file *file, void *to, size_t bytes, uint64_t offset, size_t *got);
enum disk_fault disk_write(struct disk_file *file, const void *from, size_t bytes, uint64_t offset);
enum disk_fault disk_truncate(struct disk_file *file, uint64_t bytes);
enum disk_fault disk_sync(struct disk_file *file);
uint64_t disk_size(const struct disk_file *file);
/* Of a file by its name; 0 where there is none. */
uint64_t disk_size_of(const char *name);

/* What fault_vfs.c keeps with a file, for as long as the file is; zeroed at first. */
struct disk_locks {
    unsigned shared;
    const void *reserved; /* who holds more than shared */
    bool pending;
    void **regions; /* of shared memory */
    size_t region_count;
    unsigned mapped; /* by so many */
    unsigned slot_shared[8];
    const void *slot_exclusive[8];
};
struct disk_locks *disk_locks(struct disk_file *file);

#endif
