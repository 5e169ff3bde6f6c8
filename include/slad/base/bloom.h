/* bloom: a set of 64-bit hashes in ten bits each, that may say of one that is not in that it is: of one in a hundred.
 * Owns: its tables. Zero-initialise to start; bloom_fini() frees them.
 * Must not know: what was hashed. */
#ifndef SLAD_BASE_BLOOM_H
#define SLAD_BASE_BLOOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOOM_TABLES_MAX = 20 }; /* each has room for four times as many as the one before */

struct bloom_table {
    uint64_t (*blocks)[8]; /* a cache line each */
    size_t count;          /* of blocks, a power of two */
    size_t room;           /* hashes that it still takes */
};
struct bloom {
    struct bloom_table tables[BLOOM_TABLES_MAX]; /* the last one takes what is added */
    size_t count;
};

/* Room for so many at once: a set that grows asks each of its tables. */
void bloom_reserve(struct bloom *bloom, size_t hashes);
void bloom_add(struct bloom *bloom, uint64_t hash);
/* False: it was not added. True: it was, or, of one in some hundred, not. */
bool bloom_may_have(const struct bloom *bloom, uint64_t hash);
/* Fetches from memory what bloom_may_have() will look at. */
void bloom_foresee(const struct bloom *bloom, uint64_t hash);
void bloom_fini(struct bloom *bloom);

#endif
