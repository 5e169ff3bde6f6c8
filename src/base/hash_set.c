#include "slad/base/hash_set.h"

#include "hash_slots.h"

/* 0 marks a free slot, so it is kept as another number: two hashes in 2^64 are taken for one. */
static uint64_t stored(uint64_t hash) {
    return hash ? hash : 1;
}

static bool is_free(const void *slot) {
    return !*(const uint64_t *)slot;
}

/* The map of contacts is indexed by other bits, so that walking it into this set does not crowd it. */
static size_t home(const void *slot) {
    return (size_t)((*(const uint64_t *)slot * 0x9e3779b97f4a7c15) >> 24);
}

static const struct slot_kind kind = {sizeof(uint64_t), is_free, home};

/* Where it is; NULL when it is not there. */
static const uint64_t *find(const struct hash_slots *slots, uint64_t hash, size_t *place) {
    if (!slots->bytes) return NULL;
    for (size_t i = home(&hash);; i++) {
        const uint64_t *slot = slot_at(&kind, slots, i);
        *place = i;
        if (!*slot || *slot == hash) return *slot ? slot : NULL;
    }
}

bool hash_set_has(const struct hash_set *set, uint64_t hash) {
    size_t place;
    return find(&set->table.now, stored(hash), &place) || find(&set->table.was, stored(hash), &place);
}

void hash_set_foresee(const struct hash_set *set, uint64_t hash) {
    const struct hash_table *table = &set->table;
    hash = stored(hash);
    if (table->now.bytes) __builtin_prefetch(slot_at(&kind, &table->now, home(&hash)));
    if (table->left) __builtin_prefetch(slot_at(&kind, &table->was, home(&hash)));
}

void hash_set_add(struct hash_set *set, uint64_t hash) {
    if (!hash_set_has(set, hash)) table_add(&kind, &set->table, set->count++, &(uint64_t){stored(hash)});
}

void hash_set_remove(struct hash_set *set, uint64_t hash) {
    struct hash_slots *slots = &set->table.now;
    size_t place;
    if (!find(slots, stored(hash), &place) && !find(slots = &set->table.was, stored(hash), &place)) return;
    slots_close(&kind, slots, place);
    set->count--;
}

bool hash_set_next(const struct hash_set *set, size_t *cursor, uint64_t *hash) {
    const uint64_t *slot = table_next(&kind, &set->table, cursor);
    if (slot) *hash = *slot;
    return slot != NULL;
}

void hash_set_clear(struct hash_set *set) {
    struct hash_table *table = &set->table;
    if (set->count) memset(table->now.bytes, 0, (table->now.mask + 1) * kind.bytes);
    free(table->was.bytes);
    *table = (struct hash_table){.now = table->now, .populated = table->populated};
    set->count = 0;
}

void hash_set_fini(struct hash_set *set) {
    table_fini(&set->table);
    set->count = 0;
}
