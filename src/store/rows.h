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
/* series.c: whether this process has asked for the id of this series. */
bool series_in_use(const struct store *store, struct span standard, struct span group);

#endif
