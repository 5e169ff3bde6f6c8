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
    int64_t mtime_ns;
    uint64_t size, links;
};

/* Of the regular file at this path. ERR_NOT_FOUND, ERR_INVALID (not a regular file), ERR_DENIED, ERR_IO. */
int file_facts_at(const char *path, struct file_facts *out, struct err *err) WARN_UNUSED;
/* Whether a symbolic link is there, wherever it leads. */
bool file_is_link(const char *path);
int file_facts_of(int fd, struct file_facts *out, struct err *err) WARN_UNUSED;
/* Of the regular file of this name in an open folder; a symbolic link is none. */
int file_facts_in(int folder, const char *name, struct file_facts *out, struct err *err) WARN_UNUSED;
/* Opens a regular file for reading, without ever waiting. The descriptor, or the errors of file_facts_at().
 */
int file_open(const char *path, struct file_facts *out, struct err *err) WARN_UNUSED;

/* One file, by what the system says of it. */
bool file_same(const struct file_facts *a, const struct file_facts *b);
struct file_facts file_facts_known(const struct intake_position *position);

/* FNV-1a, 64 bits: stored, so it must never change. Goes on from the hash of what stands before; at first
 * FILE_HASH_START. */
#define FILE_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t file_hash_more(uint64_t hash, const char *bytes, size_t count);

enum file_match {
    FILE_IS,     /* the file of this position, with all that was read still in place */
    FILE_SHRUNK, /* that file, but shorter than what was read of it */
    FILE_OTHER,  /* another one, or written anew */
};
enum file_match file_matches(int fd, const struct file_facts *facts, const struct intake_position *position);
/* Whether the file holds what was read up to this position, whichever file it is. */
bool file_holds(int fd, const struct file_facts *facts, const struct intake_position *position);
/* Whether it begins with the bytes that the position's file began with. */
bool file_begins(int fd, const struct intake_position *position);
/* Whether `fd` holds the beginning of the other file, or all of it, as far as FILE_HASH_BYTES at both ends tell;
 * true of an empty one. */
bool file_is_copy(int fd, int of);

#endif
