/* positions: how far each followed file has been taken in, and what file that is.
 * Owns: the table `inputs`.
 * Must not know: how files are read or hashed. */
#ifndef SLAD_STORE_POSITIONS_H
#define SLAD_STORE_POSITIONS_H

#include <stdbool.h>
#include "slad/base/span.h"
#include "slad/store/store.h"

struct position {
    struct span name; /* the path it is followed as */
    /* The key: which file it is. */
    uint64_t device, inode;
    int64_t birth_ns; /* of the file, since the epoch; 0: not known */
    int64_t mtime_ns; /* of the file, when this was stored */
    int64_t begun_ns; /* the same, when it was first taken up */
    uint64_t head_hash, head_bytes; /* of its first bytes */
    uint64_t tail_hash, tail_bytes; /* of the last bytes before the offset */
    uint64_t offset;                /* bytes taken in: past whole lines */
    uint64_t lines;                 /* taken in of this file */
    bool done;                      /* read to its end, and closed */
    int64_t updated_ms;
};

int position_put(struct store *store, const struct position *position, struct err *err) WARN_UNUSED;
/* Of the same file. 1: there is none. */
int position_drop(struct store *store, const struct position *position, struct err *err) WARN_UNUSED;

typedef void position_visit(void *arg, const struct position *position);
/* By name, the eldest file first; committed ones. */
int positions_each(struct store *store, position_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif
