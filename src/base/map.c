#include "slad/base/map.h"

#include "hash_slots.h"

struct slot {
    uint64_t hash;
    void *item; /* NULL: free */
};

static bool is_free(const void *slot) {
    return !((const struct slot *)slot)->item;
}

/* Mixed once more, so that a caller's poor hash (a counter, a pointer) does not pile up. The table is indexed
 * by low bits, so that walking one map into a smaller one does not crowd it. */
static inline size_t home_of(uint64_t hash) {
    return (size_t)((hash * 0x9e3779b97f4a7c15) >> 32);
}
static size_t home(const void *slot) {
    return home_of(((const struct slot *)slot)->hash);
}

static const struct slot_kind kind = {sizeof(struct slot), is_free, home};

static inline void *find_in(const struct hash_slots *slots, uint64_t hash, map_eq *eq, const void *key) {
    if (!slots->bytes) return NULL;
    for (size_t i = home_of(hash);; i++) {
        const struct slot *slot = slot_at(&kind, slots, i);
        if (!slot->item) return NULL;
        if (slot->hash == hash && (!eq || eq(slot->item, key))) return slot->item;
    }
}

static inline void *find(const struct map *map, uint64_t hash, map_eq *eq, const void *key) {
    void *item = find_in(&map->table.now, hash, eq, key);
    return item || !map->table.left ? item : find_in(&map->table.was, hash, eq, key);
}

void *map_find(const struct map *map, uint64_t hash, map_eq *eq, const void *key) {
    return find(map, hash, eq, key);
}

void *map_hint(const struct map *map, uint64_t hash) {
    return find(map, hash, NULL, NULL);
}

void map_foresee(const struct map *map, uint64_t hash) {
    const struct hash_table *table = &map->table;
    if (table->now.bytes) __builtin_prefetch(slot_at(&kind, &table->now, home_of(hash)));
    if (table->left) __builtin_prefetch(slot_at(&kind, &table->was, home_of(hash)));
}

void map_add(struct map *map, uint64_t hash, void *item) {
    table_add(&kind, &map->table, map->count++, &(struct slot){hash, item});
}

static bool remove_from(struct hash_slots *slots, uint64_t hash, const void *item) {
    if (!slots->bytes) return false;
    for (size_t i = home_of(hash);; i++) {
        const struct slot *slot = slot_at(&kind, slots, i);
        if (!slot->item) return false;
        if (slot->item != item) continue;
        slots_close(&kind, slots, i);
        return true;
    }
}

bool map_remove(struct map *map, uint64_t hash, const void *item) {
    if (!item || (!remove_from(&map->table.now, hash, item) && !remove_from(&map->table.was, hash, item))) return false;
    map->count--;
    return true;
}

void *map_next(const struct map *map, size_t *cursor) {
    const struct slot *slot = table_next(&kind, &map->table, cursor);
    return slot ? slot->item : NULL;
}

void map_fini(struct map *map) {
    table_fini(&map->table);
    map->count = 0;
}
