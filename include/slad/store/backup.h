/* backup: a copy of a database, taken while another process may be writing to it.
 * Owns: nothing once it is done; while it copies, "<file>.partial".
 * Must not know: the daemon. */
#ifndef SLAD_STORE_BACKUP_H
#define SLAD_STORE_BACKUP_H

#include <stdint.h>
#include "slad/base/err.h"

struct backup {
    int64_t events, breaches; /* in the copy */
    int64_t pages, page_bytes;
};

/* Copies the whole of `database`, as of one instant, to `file`, which must not be there yet; the copy is looked through
 * (integrity_check), synced, and only then gets its name. It needs only to read: the log of the database cannot shrink
 * meanwhile. ERR_INVALID: `file` is there, or `database` is not ours; ERR_CORRUPT: so is the database. */
int backup_take(const char *database, const char *file, struct backup *out, struct err *err) WARN_UNUSED;

#endif
