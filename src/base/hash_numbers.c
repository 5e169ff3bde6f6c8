#include "slad/base/hash_numbers.h"

#include "hash_slots.h"

/* The number in halves, so that a slot has no padding. */
struct slot {
    uint32_t hash;
    uint32_t low, high; /* both 0: free */
};

static bool is_free(const void *slot) {
    const struct slot *s = slot;
    return !(s->low | s->high);
}

static size_t home(const void *slot) {
    return ((const struct slot *)slot)->hash;
}

static const struct slot_kind kind = {sizeof(struct slot), is_free, home};

static struct slot slot_kept(uint32_t kept, uint64_t number) {
    return (struct slot){kept, (uint32_t)number, (uint32_t)(number >> 32)};
}

static struct slot slot_of(uint64_t hash, uint64_t number) {
    return slot_kept((uint32_t)((hash * 0x9e3779b97f4a7c15) >> 32), number);
}

static uint64_t number_of(const struct slot *slot) {
    return (uint64_t)slot->high << 32 | slot->low;
}

/* The slot like this one, or, when this one has no number, one of the same hash. NULL: there is none. */
static const struct slot *find(const struct hash_slots *slots, const struct slot *like, size_t *place) {
    if (!slots->bytes) return NULL;
    for (size_t i = home(like);; i++) {
        const struct slot *slot = slot_at(&kind, slots, i);
        *place = i;
        if (is_free(slot)) return NULL;
        if (slot->hash == like->hash && (is_free(like) || number_of(slot) == number_of(like))) return slot;
    }
}

static void add(struct hash_numbers *numbers, const struct slot *slot) {
    size_t place;
    if (find(&numbers->table.now, slot, &place) || find(&numbers->table.was, slot, &place)) return;
    table_add(&kind, &numbers->table, numbers->count++, slot);
}

void hash_numbers_add(struct hash_numbers *numbers, uint64_t hash, uint64_t number) {
    struct slot slot = slot_of(hash, number);
    add(numbers, &slot);
}

void hash_numbers_restore(struct hash_numbers *numbers, uint32_t kept, uint64_t number) {
    struct slot slot = slot_kept(kept, number);
    add(numbers, &slot);
}

bool hash_numbers_find(const struct hash_numbers *numbers, uint64_t hash, uint64_t *number) {
    struct slot like = slot_of(hash, 0);
    size_t place;
    const struct slot *slot = find(&numbers->table.now, &like, &place);
    if (!slot) slot = find(&numbers->table.was, &like, &place);
    if (slot) *number = number_of(slot);
    return slot != NULL;
}

bool hash_numbers_take(struct hash_numbers *numbers, uint64_t hash, uint64_t *number) {
    struct hash_slots *slots = &numbers->table.now;
    struct slot like = slot_of(hash, 0);
    size_t place;
    const struct slot *slot = find(slots, &like, &place);
    if (!slot) slot = find(slots = &numbers->table.was, &like, &place);
    if (!slot) return false;
    *number = number_of(slot);
    slots_close(&kind, slots, place);
    numbers->count--;
    return true;
}

void hash_numbers_each(
    const struct hash_numbers *numbers, void (*visit)(void *arg, uint32_t kept, uint64_t number), void *arg) {
    size_t cursor = 0;
    const struct slot *slot;
    while ((slot = table_next(&kind, &numbers->table, &cursor))) visit(arg, slot->hash, number_of(slot));
}

void hash_numbers_fini(struct hash_numbers *numbers) {
    table_fini(&numbers->table);
    numbers->count = 0;
}
