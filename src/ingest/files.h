/* files: all followed files: which there are, when each is looked at and read.
 * Owns: the follows, the watch on their folders, the stored positions, the task that does the work.
 * Must not know: what is on a line, how one file is followed. */
#ifndef SLAD_INGEST_FILES_H
#define SLAD_INGEST_FILES_H

#include "ingest/batch.h"
#include "ingest/folder.h"
#include "ingest/follow.h"
#include "ingest/known.h"
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

/* For the status (inputs.c). */
size_t files_count(const struct files *files);
const struct follow *files_follow(const struct files *files, size_t i);
const struct config *files_config(const struct files *files);
/* Whether a path, or a part of one, is a pattern. */
bool files_is_pattern(const char *path);

/* For the follows. */
struct batch *files_batch(const struct files *files);
const struct known *files_known(const struct files *files);
/* Notes that a reading was opened, or is about to be closed. */
void files_enter(struct files *files, struct reading *reading);
void files_leave(struct files *files, struct reading *reading);
/* The reading of this file, or NULL. */
struct reading *files_reading_of(const struct files *files, const struct file_facts *facts);
struct follow *files_follow_at(const struct files *files, const char *path);
/* The folder of this path, read once a turn; NULL when it cannot be read. What was found out before
 * files_folder_is_late() was asked, first with *asked 0, is older than the folder that is answered, or that one
 * is too old (true): then it is to be asked again in the next turn. */
const struct folder *files_folder(struct files *files, const char *path);
void files_drop_folder(struct files *files); /* what was read of it is too old */
bool files_folder_is_late(struct files *files, const char *path, uint64_t *asked);
/* More files are held open that lost their path than there should be. */
bool files_has_too_many(const struct files *files);
/* Takes note of what has happened so far. */
void files_listen(struct files *files);
/* The follow has something to read, or is to be looked at. */
void files_activate(struct follow *follow);
void files_note(struct follow *follow);
/* Stores a position, or forgets one, in the turn's transaction. A failure is seen to by the batch. */
int files_put(struct files *files, const struct intake_position *position, struct err *err) WARN_UNUSED;
void files_forget(struct files *files, const struct intake_position *position);

#endif
