/* head: the first record of a file that is read from somewhere further on: the header of a CSV file says what its
 * rows mean.
 * Owns: nothing.
 * Must not know: why reading does not begin at the start. */
#ifndef SLAD_INGEST_HEAD_H
#define SLAD_INGEST_HEAD_H

#include "slad/wire/translate.h"

/* Gives the translator the first record of the file, if it needs it, and drops what becomes of it; what is wrong with
 * it is in *said, code 0: nothing. Scratch holds at least LINES_BYTES_MAX + 1 bytes. ERR_IO. */
int head_tell(struct translator *translator, const struct format *format, int fd, char *scratch,
    size_t scratch_bytes, struct err *said, struct err *err) WARN_UNUSED;

/* The bytes of the byte order mark that some editors put before the first line: 3 or 0. */
size_t head_mark(struct span data);

#endif
