/* checkpoint: copies the write-ahead log into the database, in a thread and over a connection of its own, while the
 * connection that writes goes on.
 * Owns: the thread, its connection.
 * Must not know: what is written; when it is time. */
#ifndef SLAD_STORE_CHECKPOINT_H
#define SLAD_STORE_CHECKPOINT_H

#include <sqlite3.h>
#include <stdbool.h>
#include "slad/base/err.h"

struct checkpointer;

/* Takes the connection, which nobody else may use from then on; on failure too. */
int checkpointer_new(sqlite3 *take_db, struct checkpointer **out, struct err *err) WARN_UNUSED;
/* Waits for the copying that is under way. NULL is fine. */
void checkpointer_free(struct checkpointer *checkpointer);

/* Begins to copy what the log holds, as far as no reader is in the way. Not while it is busy. */
void checkpointer_start(struct checkpointer *checkpointer);
bool checkpointer_busy(struct checkpointer *checkpointer);
void checkpointer_wait(struct checkpointer *checkpointer);
/* What became of the last one, as of checkpoint_run(): 0, or why the log could not be copied. While it is not busy. */
int checkpointer_result(const struct checkpointer *checkpointer, int *copied, struct err *err) WARN_UNUSED;

/* The copying itself, over any connection. *copied: so many pages of the log are in the database. 0 also when a reader or
 * another program was in the way of more. */
int checkpoint_run(sqlite3 *db, int *copied, struct err *err) WARN_UNUSED;

#endif
