/* hash_numbers: numbers found again by the hash of something, several under one hash, twelve bytes a slot: of a hash
 * only 32 bits are kept, so who asks may get numbers of something else, and must be able to bear them.
 * Owns: its table. Zero-initialise to start; hash_numbers_fini() frees it.
 * Must not know: what was hashed, what a number stands for. */
#ifndef SLAD_BASE_HASH_NUMBERS_H
#define SLAD_BASE_HASH_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/hash_table.h"

struct hash_numbers {
    struct hash_table table;
    size_t count;
};

/* number: not 0. Nothing happens when it is there under this hash. */
void hash_numbers_add(struct hash_numbers *numbers, uint64_t hash, uint64_t number);
/* One of those under this hash; false when there is none. */
bool hash_numbers_find(const struct hash_numbers *numbers, uint64_t hash, uint64_t *number);
/* Takes one of those under this hash out; false when there is none. */
bool hash_numbers_take(struct hash_numbers *numbers, uint64_t hash, uint64_t *number);
/* All of them, in no order, each with what is kept of its hash; and one of those put into another table. */
void hash_numbers_each(
    const struct hash_numbers *numbers, void (*visit)(void *arg, uint32_t kept, uint64_t number), void *arg);
void hash_numbers_restore(struct hash_numbers *numbers, uint32_t kept, uint64_t number);
void hash_numbers_fini(struct hash_numbers *numbers);

#endif
