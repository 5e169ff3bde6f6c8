/* positions: how far each followed input has been taken in, and what file that was.
 * Owns: the table `inputs`.
 * Must not know: how files are read or hashed. */
#ifndef SLAD_STORE_POSITIONS_H
#define SLAD_STORE_POSITIONS_H

#include "slad/base/span.h"
#include "slad/store/store.h"

struct position {
    struct span name; /* the path */
    uint64_t device, inode;
    int64_t birth_ns;               /* of the file, since the epoch; 0: not known */
    uint64_t head_hash, head_bytes; /* of its first bytes */
    uint64_t tail_hash, tail_bytes; /* of the last bytes before the offset */
    uint64_t offset;                /* bytes taken in: past whole lines */
    uint64_t lines;                 /* taken in since the input was first seen */
    int64_t updated_ms;
};

int position_put(struct store *store, const struct position *position, struct err *err) WARN_UNUSED;
/* Sees the open transaction; out->name is the `name` given. 1: there is none. */
int position_get(struct store *store, struct span name, struct position *out, struct err *err) WARN_UNUSED;
/* 1: there is none. */
int position_drop(struct store *store, struct span name, struct err *err) WARN_UNUSED;

typedef void position_visit(void *arg, const struct position *position);
/* By name; committed ones. */
int positions_each(struct store *store, position_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif
