/* hash_set: a set of 64-bit hashes, eight bytes a slot: what was seen, at the price of being wrong about one in 2^64.
 * Owns: its table. Zero-initialise to start; hash_set_fini() frees it.
 * Must not know: what was hashed. */
#ifndef SLAD_BASE_HASH_SET_H
#define SLAD_BASE_HASH_SET_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/hash_table.h"

struct hash_set {
    struct hash_table table;
    size_t count;
};

bool hash_set_has(const struct hash_set *set, uint64_t hash);
/* Fetches from memory what hash_set_has() will look at first. */
void hash_set_foresee(const struct hash_set *set, uint64_t hash);
void hash_set_add(struct hash_set *set, uint64_t hash);
void hash_set_remove(struct hash_set *set, uint64_t hash); /* nothing happens when it is not in */
/* Each of them, in no order, to be added to a set; false at the end. *cursor is 0 at first. Do not change the set meanwhile. */
bool hash_set_next(const struct hash_set *set, size_t *cursor, uint64_t *hash);
void hash_set_clear(struct hash_set *set); /* its table stays as large as it is */
void hash_set_fini(struct hash_set *set);

#endif
