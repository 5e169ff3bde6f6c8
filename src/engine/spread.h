/* spread: a multiset of numbers that knows its order: smallest, largest, any rank, how many are at most x. Exact.
 * Owns: its numbers, 8 bytes each.
 * Must not know: durations, windows, groups.
 *
 * Adding and removing only notes the number; order is made when somebody asks. So a replay, which asks once at the
 * end, sorts once, and the daemon, which asks at each publish, sorts what is new in. */
#ifndef SLAD_ENGINE_SPREAD_H
#define SLAD_ENGINE_SPREAD_H

#include <stddef.h>
#include <stdint.h>

struct spread_block {
    uint32_t count, capacity;
    int64_t *values;
};
struct spread_notes {
    int64_t *values;
    size_t count, capacity;
};
struct spread { /* zero-initialise to start */
    struct spread_block *blocks; /* in order, none empty */
    size_t block_count, block_capacity;
    size_t sorted; /* numbers in the blocks */
    struct spread_notes added, removed; /* noted, not yet sorted in */
};

void spread_add(struct spread *spread, int64_t value);
/* value must have been added before and not been removed since. */
void spread_remove(struct spread *spread, int64_t value);
static inline size_t spread_count(const struct spread *spread) {
    return spread->sorted + spread->added.count - spread->removed.count;
}
/* The rank-th smallest, from 1 to the count. */
int64_t spread_rank(struct spread *spread, size_t rank);
size_t spread_count_at_most(struct spread *spread, int64_t value);
/* All of them, rising. */
void spread_each(struct spread *spread, void (*visit)(void *arg, int64_t value), void *arg);
void spread_fini(struct spread *spread);

#endif
