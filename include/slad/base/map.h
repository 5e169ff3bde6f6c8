/* map: an open-addressing hash table from caller-hashed keys to caller-owned items.
 * Owns: its slots, sixteen bytes each; never the items. Zero-initialise to start; map_fini() frees the slots.
 * Must not know: what an item or a key is. */
#ifndef SLAD_BASE_MAP_H
#define SLAD_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/hash_table.h"

struct map {
    struct hash_table table;
    size_t count; /* items held */
};

/* Whether `item` is the one that `key` names. Called only on equal hashes. */
typedef bool map_eq(const void *item, const void *key);

/* The item, or NULL. */
void *map_find(const struct map *map, uint64_t hash, map_eq *eq, const void *key);
/* For many lookups in a large table, so that they wait for memory together and not one after the other: map_foresee()
 * fetches the slot that map_find() will begin at; map_hint(), once it is there, is the first item with this hash, whatever
 * it is named, or NULL. */
void map_foresee(const struct map *map, uint64_t hash);
void *map_hint(const struct map *map, uint64_t hash);
/* Adds an item that is not there yet (not checked). item is not NULL. */
void map_add(struct map *map, uint64_t hash, void *item);
/* Takes out exactly this item; false when it was not there. */
bool map_remove(struct map *map, uint64_t hash, const void *item);
/* Walks all items in no particular order: start with *cursor = 0, ends with NULL. Do not change the map meanwhile. */
void *map_next(const struct map *map, size_t *cursor);
void map_fini(struct map *map);

#endif
