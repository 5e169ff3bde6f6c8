/* Invariants:
 * 1. slots is NULL and count 0, or there are mask + 1 slots, a power of two, at most seven tenths taken.
 * 2. Every item is reached from its home slot by going forward over taken slots only: no tombstones; a
 *    removal shifts back what came after. */
#include "slad/base/map.h"

#include <stdlib.h>

#include "slad/base/mem.h"

enum { SLOTS_MIN = 8 };

/* Mixed once more, so that a caller's poor hash (a counter, a pointer) does not pile up. The table is indexed
 * by low bits, so that walking one map into a smaller one does not crowd it. */
static inline size_t home(const struct map *map, uint64_t hash) {
    return (size_t)((hash * 0x9e3779b97f4a7c15) >> 32) & map->mask;
}

void *map_find(const struct map *map, uint64_t hash, map_eq *eq, const void *key) {
    if (!map->slots) return NULL;
    for (size_t i = home(map, hash); map->slots[i].item; i = (i + 1) & map->mask)
        if (map->slots[i].hash == hash && eq(map->slots[i].item, key)) return map->slots[i].item;
    return NULL;
}

void map_foresee(const struct map *map, uint64_t hash) {
    if (map->slots) __builtin_prefetch(&map->slots[home(map, hash)]);
}

void *map_hint(const struct map *map, uint64_t hash) {
    if (!map->slots) return NULL;
    size_t i = home(map, hash);
    while (map->slots[i].item && map->slots[i].hash != hash) i = (i + 1) & map->mask;
    return map->slots[i].item;
}

static void place(struct map *map, uint64_t hash, void *item) {
    size_t i = home(map, hash);
    while (map->slots[i].item) i = (i + 1) & map->mask;
    map->slots[i] = (struct map_slot){hash, item};
}

static void grow(struct map *map) {
    struct map old = *map;
    size_t slots = old.slots ? (old.mask + 1) * 2 : SLOTS_MIN;
    map->slots = mem_zalloc(slots * sizeof *map->slots);
    map->mask = slots - 1;
    for (size_t i = 0; old.slots && i <= old.mask; i++)
        if (old.slots[i].item) place(map, old.slots[i].hash, old.slots[i].item);
    free(old.slots);
}

void map_add(struct map *map, uint64_t hash, void *item) {
    if (!map->slots || (map->count + 1) * 10 > (map->mask + 1) * 7) grow(map);
    place(map, hash, item);
    map->count++;
}

/* Fills the hole at i with the next item that may move there, then the hole that leaves, to the end of the
 * run. */
static void close_hole(struct map *map, size_t hole) {
    for (size_t i = (hole + 1) & map->mask; map->slots[i].item; i = (i + 1) & map->mask) {
        size_t way = (i - home(map, map->slots[i].hash)) & map->mask; /* how far it lies from home */
        if (way < ((i - hole) & map->mask)) continue;                 /* the hole is before its home */
        map->slots[hole] = map->slots[i];
        hole = i;
    }
    map->slots[hole] = (struct map_slot){0};
}

bool map_remove(struct map *map, uint64_t hash, const void *item) {
    if (!map->slots || !item) return false;
    size_t i = home(map, hash);
    while (map->slots[i].item && map->slots[i].item != item) i = (i + 1) & map->mask;
    if (!map->slots[i].item) return false;
    close_hole(map, i);
    map->count--;
    return true;
}

void *map_next(const struct map *map, size_t *cursor) {
    while (map->slots && *cursor <= map->mask) {
        void *item = map->slots[(*cursor)++].item;
        if (item) return item;
    }
    return NULL;
}

void map_fini(struct map *map) {
    free(map->slots);
    *map = (struct map){0};
}
