/* verify: whether what a database has on record is what its journal says, by a replay of it.
 * Owns: nothing.
 * Must not know: whether a daemon runs. */
#ifndef SLAD_SERVICE_VERIFY_H
#define SLAD_SERVICE_VERIFY_H

#include "slad/base/buf.h"
#include "slad/conf/config.h"

struct verify {
    int64_t events;    /* in the journal */
    int64_t compared;  /* records that were held against the replay: breaches, open levels and warnings, the latest figures
                        * with their percentiles */
    int64_t passed_by; /* records that cannot be: their events were let go, or time was still to tell */
    size_t wrong;      /* how many things are not as they should be */
};
/* The standards are config's; one that the database has with another meaning, or not at all, is passed by, and named.
 * What is wrong is added to `lines`, a line each. An error: it could not be found out. */
int verify_run(const struct config *config, const char *database, struct buf *lines, struct verify *out,
    struct err *err) WARN_UNUSED;

#endif
