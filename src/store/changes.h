/* changes: how what is written down finds its way into the table `changes`.
 * Owns: the temporary triggers of the connection that writes, which note warnings.
 * Must not know: who reads them. */
#ifndef SLAD_STORE_CHANGES_ROOM_H
#define SLAD_STORE_CHANGES_ROOM_H

#include "slad/store/changes.h"

/* Once the schema stands: from now on whatever changes a warning is noted, in its transaction. */
int changes_open(struct store *store, struct err *err) WARN_UNUSED;

enum change_kind { CHANGE_CHANGED, CHANGE_NEW };
/* A breach was written. */
int changes_note(struct store *store, int64_t breach, enum change_kind kind, struct err *err) WARN_UNUSED;

#endif
