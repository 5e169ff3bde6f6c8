/* place: whether the database's files are still those that were opened. SQLite goes on writing to files that were moved
 * or removed, and what is written there no restart would find.
 * Owns: nothing.
 * Must not know: what is in them. */
#ifndef SLAD_STORE_PLACE_H
#define SLAD_STORE_PLACE_H

#include <stdint.h>
#include <sys/types.h>
#include "slad/base/err.h"

struct place_file {
    dev_t device;
    ino_t inode;
};
struct place { /* zero: not known yet */
    struct place_file database, wal;
    char *wal_path;
    uint64_t wal_bytes; /* as last looked at */
};

/* Once SQLite has both files open. */
int place_take(const char *path, struct place *place, struct err *err) WARN_UNUSED;
/* ERR_IO: another file is there by now, or none. */
int place_check(const char *path, struct place *place, struct err *err) WARN_UNUSED;
void place_fini(struct place *place);

#endif
