/* image_file: bytes that a daemon keeps beside its database for a later start: "<database>.engine".
 * Owns: the file, while it is written or read.
 * Must not know: what is in it, and what of the database it goes with.
 *
 * It has a number that the database remembers too (store_meta_set()), so that one which is too old, or another's, is never
 * taken for the right one, whenever the power fails; and the size and time of change that the database and its write-ahead
 * log had when it was finished. */
#ifndef SLAD_STORE_IMAGE_FILE_H
#define SLAD_STORE_IMAGE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/err.h"
#include "slad/base/span.h"

struct image_file {
    uint64_t number;   /* that the database remembers */
    bool is_untouched; /* nothing was written to the database since it was finished */
    struct span bytes; /* mapped */
    struct span all;
};

/* Before the database is opened, which may touch it. 1: there is none, or it is not whole; *err says which. */
int image_file_open(const char *database, struct image_file *out, struct err *err) WARN_UNUSED;
void image_file_close(struct image_file *file);
/* The seed of the hashes in it (span_hash_seed()); 1: there is no such file. */
int image_file_seed(const char *database, uint64_t *seed) WARN_UNUSED;
/* Also one that was not finished. Nothing happens when there is none. */
void image_file_remove(const char *database);

/* Writing one: nothing is there, and what was there stays, before image_file_put(). */
struct image_writer;
struct image_care { /* for others meanwhile */
    uint64_t leaves_free; /* of the disk: image_file_add() is refused with ERR_FULL where less would be left */
    int rests_us;         /* after each piece of 64 KiB */
};
int image_file_begin(
    const char *database, const struct image_care *care, struct image_writer **out, struct err *err) WARN_UNUSED;
int image_file_fd(const struct image_writer *writer);
int image_file_add(struct image_writer *writer, struct span bytes, struct err *err) WARN_UNUSED;
/* It is whole, and on the disk. A copy of this process may have come so far with a copy of the writer (child.h). */
int image_file_finish(struct image_writer *writer, uint64_t number, struct err *err) WARN_UNUSED;
/* It gets its name. Frees the writer, also on failure. */
int image_file_put(struct image_writer *writer, struct err *err) WARN_UNUSED;
void image_file_drop(struct image_writer *writer); /* instead: leaves nothing; NULL is fine */

#endif
