/* anchor: whether the database's files are still those that were opened. SQLite goes on writing to files that were moved
 * or removed, and what is written there no restart would find.
 * Owns: nothing.
 * Must not know: what is in them. */
#ifndef SLAD_STORE_ANCHOR_H
#define SLAD_STORE_ANCHOR_H

#include <stdint.h>
#include <sys/types.h>
#include "slad/base/err.h"

struct anchored_file {
    dev_t device;
    ino_t inode;
};
struct anchor { /* zero: not known yet */
    struct anchored_file database, wal;
    char *wal_path;
    uint64_t wal_bytes; /* as last looked at */
};

/* Once SQLite has both files open. */
int anchor_take(const char *path, struct anchor *anchor, struct err *err) WARN_UNUSED;
/* ERR_IO: another file is there by now, or none. */
int anchor_check(const char *path, struct anchor *anchor, struct err *err) WARN_UNUSED;
void anchor_fini(struct anchor *anchor);

#endif
