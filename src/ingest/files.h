/* files: all followed files: which there are, when each is read.
 * Owns: the follows, the watch on their folders, the task that reads.
 * Must not know: what is on a line, how one file is followed. */
#ifndef SLAD_INGEST_FILES_H
#define SLAD_INGEST_FILES_H

#include "ingest/batch.h"
#include "ingest/follow.h"
#include "slad/wire/write.h"

struct files;

/* The file endpoints of the configuration, borrowed. Nothing is opened before the loop turns. */
struct files *files_open(struct batch *batch, const struct config *config);
void files_close(struct files *files); /* NULL is fine */
/* The batch's go_on(). */
void files_go_on(struct files *files);
/* After a lost batch, before go_on(): reading goes back to the stored positions. */
void files_recovered(struct files *files);
/* The wall clock as of which all there was to read has been taken in; now_ms when it is all of it. */
int64_t files_read_as_of(struct files *files, int64_t now_ms);
void files_status(const struct files *files, struct json_writer *w);

/* For the follows. */
struct batch *files_batch(const struct files *files);
uint64_t files_tick(const struct files *files); /* rescans so far, one a second */
/* Another follow that reads this file now, or NULL: a renamed file matches a second pattern or path. */
const struct follow *files_holder(
    const struct files *files, const struct follow *except, const struct file_facts *facts);
/* How far another follow has read this file before it went over to the next, or NULL. */
const struct intake_position *files_left_at(
    const struct files *files, const struct follow *except, int fd, const struct file_facts *facts);
/* A follow has gone over to another file: the others look again. */
void files_changed(struct files *files);

#endif
