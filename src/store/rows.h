/* rows: what the modules of this room do for one another when the store opens, closes and rolls back.
 * Owns: nothing.
 * Must not know: callers outside the room. */
#ifndef SLAD_STORE_ROWS_H
#define SLAD_STORE_ROWS_H

#include "store/db.h"

/* journal.c: finds the last seq ever given. */
int journal_open(struct store *store, struct err *err) WARN_UNUSED;
/* series.c: forgets the ids it has learnt. */
void series_clear(struct store *store);
/* series.c: forgets the id of one that is not in the table any more. */
void series_forget(struct store *store, struct span standard, struct span group);

#endif
