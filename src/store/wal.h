/* wal: keeps the write-ahead log short: counts its pages, and has them copied into the database when they are many.
 * Owns: store->wal.
 * Must not know: what is written. */
#ifndef SLAD_STORE_WAL_H
#define SLAD_STORE_WAL_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/err.h"

struct checkpointer;
struct store;

/* What is told of the log, and of how copying it went. */
struct log_facts {
    uint64_t bytes;
    int failed; /* 0, or why it could not be copied when that was last tried */
    struct err err;
};

struct wal {
    struct checkpointer *aside; /* NULL: the connection that writes does it in turn */
    int pages;       /* in the log, since it last began anew */
    int copied;      /* so many of them are in the database, as far as is known */
    int tried;       /* so many there were when copying aside last began */
    int passed;      /* the pass that ended last had so many to copy; 0: there was none yet, or it came no further */
    bool under_way;  /* aside, or it is over and was not looked at */
    int code;        /* of the last copying: 0, or why it failed */
    struct err err;
};

/* By whoever has the connection that writes. */
void wal_tell(const struct store *store, struct log_facts *out);
/* Once the connection that writes is set up. */
void wal_open(struct store *store);
/* Once the log is in use and before anything is committed: it begins anew. */
int wal_begin_anew(struct store *store, struct err *err) WARN_UNUSED;
/* From here on a thread of its own copies. */
int wal_use_thread(struct store *store, struct err *err) WARN_UNUSED;
/* After a commit. */
void wal_committed(struct store *store);
void wal_close(struct store *store);

#endif
