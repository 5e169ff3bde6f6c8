/* image_file: bytes that a daemon leaves beside its database when it stops, for the next start: "<database>.engine".
 * Owns: the file, while it is written or read.
 * Must not know: what is in it.
 *
 * It is worth something only as long as the database is as it was: the file has the size and time of change of the
 * database and of its write-ahead log, and a number that the database remembers too (store_meta_set()), which whoever
 * opens the database for writing takes out. So a file that is too old, or another's, is never taken for the right one,
 * whenever the power fails. */
#ifndef SLAD_STORE_IMAGE_FILE_H
#define SLAD_STORE_IMAGE_FILE_H

#include <stdint.h>
#include "slad/base/err.h"
#include "slad/base/span.h"

struct image_file {
    uint64_t number;   /* that the database remembers */
    struct span bytes; /* mapped */
    struct span all;
};

/* Before the database is opened. 1: there is none, it is not whole, or the database changed since; *err says which. */
int image_file_open(const char *database, struct image_file *out, struct err *err) WARN_UNUSED;
void image_file_close(struct image_file *file);
/* The seed of the hashes in it (span_hash_seed()); 1: there is no such file. */
int image_file_seed(const char *database, uint64_t *seed) WARN_UNUSED;
/* Also one that was not finished. Nothing happens when there is none. */
void image_file_remove(const char *database);

/* Writing one, once the database is closed. Nothing is there before image_file_end(). */
struct image_writer;
int image_file_begin(const char *database, struct image_writer **out, struct err *err) WARN_UNUSED;
int image_file_add(struct image_writer *writer, struct span bytes, struct err *err) WARN_UNUSED;
/* Frees the writer, also on failure. */
int image_file_end(struct image_writer *writer, uint64_t number, struct err *err) WARN_UNUSED;
void image_file_drop(struct image_writer *writer); /* instead: leaves nothing; NULL is fine */

#endif
