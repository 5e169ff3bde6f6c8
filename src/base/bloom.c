/* A blocked Bloom filter: the bits of a hash lie in one block of 512, so that asking costs one look into memory.
 *
 * Invariants:
 *  1. every table but the last is full; each has room for BITS_A_HASH bits a hash;
 *  2. a hash was added to exactly one table: those asked first are the latest, and the largest. */
#include "slad/base/bloom.h"

#include <assert.h>
#include <stdlib.h>
#include "slad/base/mem.h"

enum {
    BLOCK_BITS = 512,
    BITS_A_HASH = 16, /* with PROBES: of what was not added, each full table takes one in some hundred for another */
    PROBES = 7,       /* nine bits of the hash each */
    FIRST_HASHES = 1 << 16, /* 128 KiB */
    GROWTH = 4,       /* each table is one more to be taken for another in */
};

static void add_table(struct bloom *bloom, size_t hashes) {
    size_t blocks = 1;
    assert(bloom->count < BLOOM_TABLES_MAX); /* 2^54 hashes */
    while (blocks * (BLOCK_BITS / BITS_A_HASH) < hashes) blocks *= 2;
    bloom->tables[bloom->count++] = (struct bloom_table){
        mem_zalloc(blocks * sizeof *bloom->tables->blocks), blocks, blocks * (BLOCK_BITS / BITS_A_HASH)};
}

void bloom_reserve(struct bloom *bloom, size_t hashes) {
    if (!bloom->count || bloom->tables[bloom->count - 1].room < hashes) add_table(bloom, hashes);
}

/* The block is found by bits that the probes do not use up. */
static uint64_t *block_of(const struct bloom_table *table, uint64_t hash) {
    return table->blocks[((hash * 0x9e3779b97f4a7c15) >> 8) & (table->count - 1)];
}

void bloom_add(struct bloom *bloom, uint64_t hash) {
    struct bloom_table *last = bloom->count ? &bloom->tables[bloom->count - 1] : NULL;
    if (!last || !last->room) {
        add_table(bloom, last ? last->count * (BLOCK_BITS / BITS_A_HASH) * GROWTH : FIRST_HASHES);
        last = &bloom->tables[bloom->count - 1];
    }
    uint64_t *block = block_of(last, hash);
    for (unsigned i = 0; i < PROBES; i++) {
        unsigned bit = (unsigned)(hash >> (9 * i)) & (BLOCK_BITS - 1);
        block[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    last->room--;
}

static bool table_may_have(const struct bloom_table *table, uint64_t hash) {
    const uint64_t *block = block_of(table, hash);
    for (unsigned i = 0; i < PROBES; i++) {
        unsigned bit = (unsigned)(hash >> (9 * i)) & (BLOCK_BITS - 1);
        if (!(block[bit / 64] >> (bit % 64) & 1)) return false;
    }
    return true;
}

bool bloom_may_have(const struct bloom *bloom, uint64_t hash) {
    for (size_t i = bloom->count; i-- > 0;)
        if (table_may_have(&bloom->tables[i], hash)) return true;
    return false;
}

void bloom_foresee(const struct bloom *bloom, uint64_t hash) {
    for (size_t i = 0; i < bloom->count; i++) __builtin_prefetch(block_of(&bloom->tables[i], hash));
}

void bloom_fini(struct bloom *bloom) {
    for (size_t i = 0; i < bloom->count; i++) free(bloom->tables[i].blocks);
    *bloom = (struct bloom){0};
}
