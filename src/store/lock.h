/* lock: one process a database, through a lock on the file "<path>.lock".
 * Owns: nothing; the lock lives as long as the descriptor.
 * Must not know: SQLite, whose own locks only guard single transactions. */
#ifndef SLAD_STORE_LOCK_H
#define SLAD_STORE_LOCK_H

#include "slad/base/err.h"

/* *fd holds the lock until it is closed. ERR_IN_USE says which process has it. The file stays: taking it away
 * would let two processes lock two files of the same name. */
int lock_take(const char *path, int *fd, struct err *err) WARN_UNUSED;

#endif
