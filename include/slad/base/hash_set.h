/* hash_set: a set of 64-bit hashes, eight bytes a slot: what was seen, at the price of being wrong about one in 2^64.
 * Owns: its table. Zero-initialise to start; hash_set_fini() frees it.
 * Must not know: what was hashed. */
#ifndef SLAD_BASE_HASH_SET_H
#define SLAD_BASE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set {
    uint64_t *slots; /* 0: free */
    size_t mask;     /* number of slots - 1; slots is NULL while empty */
    size_t count;
};

bool hash_set_has(const struct hash_set *set, uint64_t hash);
void hash_set_add(struct hash_set *set, uint64_t hash);
void hash_set_remove(struct hash_set *set, uint64_t hash); /* nothing happens when it is not in */
void hash_set_clear(struct hash_set *set); /* its table stays as large as it is */
void hash_set_fini(struct hash_set *set);

#endif
