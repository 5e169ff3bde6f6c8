/* file_id: which file a path or descriptor is, and whether it is still the one that was read before.
 * Owns: nothing.
 * Must not know: lines, positions' storage. */
#ifndef SLAD_INGEST_FILE_ID_H
#define SLAD_INGEST_FILE_ID_H

#include "slad/base/err.h"
#include "slad/service/intake.h"

/* Of its first bytes, and of the last before a position: enough to tell two log files apart. */
enum { FILE_HASH_BYTES = 1024 };

struct file_facts {
    uint64_t device, inode;
    int64_t birth_ns; /* 0: the file system does not say */
    uint64_t size, links;
};

/* Of the regular file at this path. ERR_NOT_FOUND, ERR_INVALID (not a regular file), ERR_DENIED, ERR_IO. */
int file_facts_at(const char *path, struct file_facts *out, struct err *err) WARN_UNUSED;
int file_facts_of(int fd, struct file_facts *out, struct err *err) WARN_UNUSED;
/* Opens a regular file for reading, without ever waiting. The descriptor, or the errors of file_facts_at().
 */
int file_open(const char *path, struct file_facts *out, struct err *err) WARN_UNUSED;

/* One file, by what the system says of it. */
bool file_same(const struct file_facts *a, const struct file_facts *b);
/* FNV-1a, 64 bits: stored, so it must never change. ERR_IO when the file does not hold these bytes. */
int file_hash(int fd, uint64_t from, uint64_t bytes, uint64_t *out) WARN_UNUSED;

enum file_match {
    FILE_IS,     /* the file of this position, with all that was read still in place */
    FILE_SHRUNK, /* that file, but shorter than what was read of it */
    FILE_OTHER,  /* another one, or written anew */
};
enum file_match file_matches(int fd, const struct file_facts *facts, const struct intake_position *position);
/* The descriptor of the file of this position under whatever name in the folder of `path`, or ERR_NOT_FOUND.
 */
int file_find_renamed(
    const char *path, const struct intake_position *position, struct file_facts *out) WARN_UNUSED;

#endif
