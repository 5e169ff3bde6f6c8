/* Invariants:
 * 1. slots is NULL and count 0, or there are mask + 1 slots, a power of two, at most seven tenths taken.
 * 2. Every entry is reached from its home slot by going forward over taken slots only: no tombstones; a removal shifts
 *    back what came after. */
#include "slad/base/hash_numbers.h"

#include <stdlib.h>
#include "slad/base/mem.h"

enum { SLOTS_MIN = 16 };

/* The number in halves, so that a slot has no padding. */
struct hash_number {
    uint32_t hash;
    uint32_t low, high; /* both 0: free */
};

static bool is_free(const struct hash_number *slot) {
    return !(slot->low | slot->high);
}

static struct hash_number entry_kept(uint32_t kept, uint64_t number) {
    return (struct hash_number){kept, (uint32_t)number, (uint32_t)(number >> 32)};
}

static struct hash_number entry_of(uint64_t hash, uint64_t number) {
    return entry_kept((uint32_t)((hash * 0x9e3779b97f4a7c15) >> 32), number);
}

static uint64_t number_of(const struct hash_number *slot) {
    return (uint64_t)slot->high << 32 | slot->low;
}

static size_t home(const struct hash_numbers *numbers, const struct hash_number *entry) {
    return entry->hash & numbers->mask;
}

/* Where the entry is, or the free place where it would be. any: whatever its number. */
static size_t place_of(const struct hash_numbers *numbers, const struct hash_number *entry, bool any) {
    size_t i = home(numbers, entry);
    for (;; i = (i + 1) & numbers->mask) {
        const struct hash_number *slot = &numbers->slots[i];
        if (is_free(slot)) return i;
        if (slot->hash == entry->hash && (any || (slot->low == entry->low && slot->high == entry->high))) return i;
    }
}

static void put(struct hash_numbers *numbers, const struct hash_number *entry) {
    struct hash_number *slot = &numbers->slots[place_of(numbers, entry, false)];
    numbers->count += is_free(slot);
    *slot = *entry;
}

static void grow(struct hash_numbers *numbers) {
    struct hash_numbers old = *numbers;
    size_t slots = old.slots ? (old.mask + 1) * 2 : SLOTS_MIN;
    *numbers = (struct hash_numbers){mem_zalloc(slots * sizeof *numbers->slots), slots - 1, 0};
    for (size_t i = 0; old.slots && i <= old.mask; i++)
        if (!is_free(&old.slots[i])) put(numbers, &old.slots[i]);
    free(old.slots);
}

static void add(struct hash_numbers *numbers, struct hash_number entry) {
    if (!numbers->slots || (numbers->count + 1) * 10 > (numbers->mask + 1) * 7) grow(numbers);
    put(numbers, &entry);
}

void hash_numbers_add(struct hash_numbers *numbers, uint64_t hash, uint64_t number) {
    add(numbers, entry_of(hash, number));
}

void hash_numbers_restore(struct hash_numbers *numbers, uint32_t kept, uint64_t number) {
    add(numbers, entry_kept(kept, number));
}

/* Fills the hole with the next entry that may move there, then the hole that leaves, to the end of the run. */
static void close_hole(struct hash_numbers *numbers, size_t hole) {
    for (size_t i = (hole + 1) & numbers->mask; !is_free(&numbers->slots[i]); i = (i + 1) & numbers->mask) {
        size_t way = (i - home(numbers, &numbers->slots[i])) & numbers->mask; /* how far it lies from home */
        if (way < ((i - hole) & numbers->mask)) continue;                     /* the hole is before its home */
        numbers->slots[hole] = numbers->slots[i];
        hole = i;
    }
    numbers->slots[hole] = (struct hash_number){0};
}

bool hash_numbers_take(struct hash_numbers *numbers, uint64_t hash, uint64_t *number) {
    if (!numbers->slots) return false;
    struct hash_number entry = entry_of(hash, 0);
    size_t i = place_of(numbers, &entry, true);
    const struct hash_number *slot = &numbers->slots[i];
    if (is_free(slot)) return false;
    *number = number_of(slot);
    close_hole(numbers, i);
    numbers->count--;
    return true;
}

void hash_numbers_each(
    const struct hash_numbers *numbers, void (*visit)(void *arg, uint32_t kept, uint64_t number), void *arg) {
    for (size_t i = 0; numbers->slots && i <= numbers->mask; i++)
        if (!is_free(&numbers->slots[i])) visit(arg, numbers->slots[i].hash, number_of(&numbers->slots[i]));
}

void hash_numbers_fini(struct hash_numbers *numbers) {
    free(numbers->slots);
    *numbers = (struct hash_numbers){0};
}
