/* hash_slots: what the hash tables of this room have in common. Written to be compiled anew for each kind of slot, so
 * that nothing of it is left but the loops.
 *
 * Invariants, of `now` and of `was` each:
 * 1. bytes is NULL, or there are mask + 1 slots, a power of two, at most seven tenths taken;
 * 2. what is in a slot is reached from its home by going forward over taken slots only: no tombstones; what is taken out
 *    is closed up by what came after. So whole runs of taken slots are moved, never a part of one;
 * 3. what is added goes to `now`; nothing is in both. `was` is empty before `now` is too full: it has half as many slots,
 *    and each addition moves several. */
#ifndef SLAD_BASE_HASH_SLOTS_H
#define SLAD_BASE_HASH_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"
#include "slad/base/hash_table.h"

struct slot_kind {
    size_t bytes; /* of a slot; all zero: free */
    bool (*is_free)(const void *slot);
    size_t (*home)(const void *slot); /* of a taken one, before it is cut to the mask */
};

enum {
    SLOTS_MIN = 16,
    MOVED_AT_ONCE = 4096, /* slots: some ten microseconds */
    MOVED_EACH_TIME = 8,
    POPULATED_EACH_TIME = 16 * 1024, /* bytes: two microseconds */
};

#define SLOTS_INLINE static inline __attribute__((always_inline))

SLOTS_INLINE void *slot_at(const struct slot_kind *kind, const struct hash_slots *slots, size_t i) {
    return slots->bytes + (i & slots->mask) * kind->bytes;
}

SLOTS_INLINE void slots_put(const struct slot_kind *kind, struct hash_slots *slots, const void *slot) {
    size_t i = kind->home(slot);
    while (!kind->is_free(slot_at(kind, slots, i))) i++;
    memcpy(slot_at(kind, slots, i), slot, kind->bytes);
}

/* Fills the hole with the next slot that may move there, then the hole that leaves, to the end of the run. */
SLOTS_INLINE void slots_close(const struct slot_kind *kind, struct hash_slots *slots, size_t hole) {
    for (size_t i = hole + 1; !kind->is_free(slot_at(kind, slots, i)); i++) {
        size_t way = (i - kind->home(slot_at(kind, slots, i))) & slots->mask; /* how far it lies from home */
        if (way < i - hole) continue;                                         /* the hole is before its home */
        memcpy(slot_at(kind, slots, hole), slot_at(kind, slots, i), kind->bytes);
        hole = i;
    }
    memset(slot_at(kind, slots, hole), 0, kind->bytes);
}

/* Looks at so many slots, and at all of the run it is in then. */
SLOTS_INLINE void table_move(const struct slot_kind *kind, struct hash_table *table, size_t most) {
    while (table->left && most--) {
        void *slot = slot_at(kind, &table->was, table->next++);
        table->left--;
        if (kind->is_free(slot)) continue;
        slots_put(kind, &table->now, slot);
        memset(slot, 0, kind->bytes);
        most += !kind->is_free(slot_at(kind, &table->was, table->next));
    }
    if (table->left || !table->was.bytes) return;
    free(table->was.bytes);
    table->was = (struct hash_slots){0};
}

/* A page that is looked into before it is written costs two faults, and the second one interrupts the processors that the other
 * threads run on: 4 % of what takes events in. */
SLOTS_INLINE void table_populate(const struct slot_kind *kind, struct hash_table *table) {
    size_t bytes = (table->now.mask + 1) * kind->bytes, some = bytes - table->populated;
    if (!some) return;
    if (some > POPULATED_EACH_TIME) some = POPULATED_EACH_TIME;
    mem_populate(table->now.bytes + table->populated, some);
    table->populated += some;
}

SLOTS_INLINE void table_grow(const struct slot_kind *kind, struct hash_table *table) {
    table_move(kind, table, SIZE_MAX);
    table->was = table->now;
    size_t slots = table->was.bytes ? (table->was.mask + 1) * 2 : SLOTS_MIN;
    table->now = (struct hash_slots){mem_zalloc(slots * kind->bytes), slots - 1};
    table->populated = 0;
    if (!table->was.bytes) return;
    table->left = table->was.mask + 1;
    table->next = 0;
    while (!kind->is_free(slot_at(kind, &table->was, table->next))) table->next++;
    if (table->left <= MOVED_AT_ONCE) table_move(kind, table, SIZE_MAX);
}

/* count: how many are in the table. */
SLOTS_INLINE void table_add(const struct slot_kind *kind, struct hash_table *table, size_t count, const void *slot) {
    if (!table->now.bytes || (count + 1) * 10 > (table->now.mask + 1) * 7) table_grow(kind, table);
    table_populate(kind, table);
    if (table->left) table_move(kind, table, MOVED_EACH_TIME);
    slots_put(kind, &table->now, slot);
}

/* Each taken slot, in no order; NULL at the end. *cursor is 0 at first. */
SLOTS_INLINE void *table_next(const struct slot_kind *kind, const struct hash_table *table, size_t *cursor) {
    size_t now = table->now.bytes ? table->now.mask + 1 : 0, was = table->was.bytes ? table->was.mask + 1 : 0;
    while (*cursor < now + was) {
        size_t i = (*cursor)++;
        void *slot = i < now ? slot_at(kind, &table->now, i) : slot_at(kind, &table->was, i - now);
        if (!kind->is_free(slot)) return slot;
    }
    return NULL;
}

SLOTS_INLINE void table_fini(struct hash_table *table) {
    free(table->now.bytes);
    free(table->was.bytes);
    *table = (struct hash_table){0};
}

#endif
