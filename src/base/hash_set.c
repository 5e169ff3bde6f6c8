/* Invariants:
 * 1. slots is NULL and count 0, or there are mask + 1 slots, a power of two, at most seven tenths taken.
 * 2. Every hash is reached from its home slot by going forward over taken slots only: no tombstones; a removal shifts
 *    back what came after. */
#include "slad/base/hash_set.h"

#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

enum { SLOTS_MIN = 16 };

/* 0 marks a free slot, so it is kept as another number: two hashes in 2^64 are taken for one. */
static uint64_t stored(uint64_t hash) {
    return hash ? hash : 1;
}

/* The map of contacts is indexed by other bits, so that walking it into this set does not crowd it. */
static size_t home(const struct hash_set *set, uint64_t hash) {
    return (size_t)((hash * 0x9e3779b97f4a7c15) >> 24) & set->mask;
}

static size_t place_of(const struct hash_set *set, uint64_t hash) {
    size_t i = home(set, hash);
    while (set->slots[i] && set->slots[i] != hash) i = (i + 1) & set->mask;
    return i;
}

bool hash_set_has(const struct hash_set *set, uint64_t hash) {
    return set->slots && set->slots[place_of(set, stored(hash))];
}

static void grow(struct hash_set *set) {
    struct hash_set old = *set;
    size_t slots = old.slots ? (old.mask + 1) * 2 : SLOTS_MIN;
    set->slots = mem_zalloc(slots * sizeof *set->slots);
    set->mask = slots - 1;
    for (size_t i = 0; old.slots && i <= old.mask; i++)
        if (old.slots[i]) set->slots[place_of(set, old.slots[i])] = old.slots[i];
    free(old.slots);
}

void hash_set_add(struct hash_set *set, uint64_t hash) {
    if (!set->slots || (set->count + 1) * 10 > (set->mask + 1) * 7) grow(set);
    size_t i = place_of(set, stored(hash));
    set->count += !set->slots[i];
    set->slots[i] = stored(hash);
}

/* Fills the hole with the next hash that may move there, then the hole that leaves, to the end of the run. */
static void close_hole(struct hash_set *set, size_t hole) {
    for (size_t i = (hole + 1) & set->mask; set->slots[i]; i = (i + 1) & set->mask) {
        size_t way = (i - home(set, set->slots[i])) & set->mask; /* how far it lies from home */
        if (way < ((i - hole) & set->mask)) continue;            /* the hole is before its home */
        set->slots[hole] = set->slots[i];
        hole = i;
    }
    set->slots[hole] = 0;
}

void hash_set_remove(struct hash_set *set, uint64_t hash) {
    if (!set->slots) return;
    size_t i = place_of(set, stored(hash));
    if (!set->slots[i]) return;
    close_hole(set, i);
    set->count--;
}

void hash_set_clear(struct hash_set *set) {
    if (set->count) memset(set->slots, 0, (set->mask + 1) * sizeof *set->slots);
    set->count = 0;
}

void hash_set_fini(struct hash_set *set) {
    free(set->slots);
    *set = (struct hash_set){0};
}
