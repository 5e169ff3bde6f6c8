/* salvage: what can still be read of a damaged database, into a new one.
 * Owns: nothing once it is done; while it works, "<path>.repairing".
 * Must not know: why it is damaged, what the rows say. */
#ifndef SLAD_STORE_SALVAGE_H
#define SLAD_STORE_SALVAGE_H

#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/base/err.h"

struct salvage {
    char quarantine[4200]; /* where the damaged file is now */
    int64_t kept, lost;    /* rows; lost: as far as their numbers show it */
};

/* Looks through the database at `path`, which nobody may have open. 1: nothing is wrong, nothing was done. 0: its rows are
 * in a new file of its name, the damaged one is quarantined ("<path>.damaged-STAMP", with what lies beside it), and
 * `lines` has a line for each table: what was kept, and which rows were lost. Negative: the file is as it was; ERR_CORRUPT:
 * nothing can be had of it. Stamp: a file name's part, from the caller's clock. */
int salvage_run(const char *path, const char *stamp, struct buf *lines, struct salvage *out, struct err *err) WARN_UNUSED;

#endif
