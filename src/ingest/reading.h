/* reading: the lines of the file that a follow has open, and how far that has come.
 * Owns: nothing; see struct opened.
 * Must not know: which file it is, or which comes next. */
#ifndef SLAD_INGEST_READING_H
#define SLAD_INGEST_READING_H

#include "ingest/follow.h"

/* From `offset` on, as if nothing after it had ever been seen. */
void reading_go_to(struct follow *follow, uint64_t offset);
/* Stores the position in the turn's transaction. */
int reading_store(struct follow *follow) WARN_UNUSED;
/* Reads one chunk into scratch (FOLLOW_CHUNK_BYTES) and takes its whole lines in; at the end of the file the
 * follow is no longer active. The bytes read, or ERR_IO. */
int64_t reading_chunk(struct follow *follow, char *scratch, struct err *err) WARN_UNUSED;
/* Takes the bytes after the last newline for a line: nobody writes to the file any more. False when the
 * service cannot take it now. */
bool reading_finish(struct follow *follow) WARN_UNUSED;
/* The file was truncated or written anew. */
void reading_rewind(struct follow *follow);
/* Counts and logs a rotation. */
void reading_note(const struct follow *follow, const char *what);
/* The wall clock as of which all there was has been read; 0: not yet at any. */
int64_t reading_as_of(struct follow *follow, int64_t now_ms);

#endif
