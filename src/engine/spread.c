/* Invariants:
 *  1. the blocks, read in order, are the sorted numbers; no block is empty, none holds more than BLOCK;
 *  2. the multiset is blocks + added - removed, and removed is part of blocks + added;
 *  3. NOTES_MAX bounds what is noted, relative to what is there, so memory follows the count. */
#include "spread.h"

#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

enum { BLOCK = 512, FIRST_BLOCK = 8, NOTES_MAX = 4096 };

struct spread_block {
    uint32_t count, capacity;
    int64_t *values;
};

static void note(struct spread_notes *notes, int64_t value) {
    notes->values = mem_grow(notes->values, &notes->capacity, notes->count + 1, sizeof *notes->values);
    notes->values[notes->count++] = value;
}

static void settle(struct spread *spread);

void spread_add(struct spread *spread, int64_t value) {
    note(&spread->added, value);
}

void spread_remove(struct spread *spread, int64_t value) {
    note(&spread->removed, value);
    if (spread->removed.count > NOTES_MAX && spread->removed.count > spread_count(spread)) settle(spread);
}

/* ---------------------------------------------------------------- the sorted part */

static struct spread_block *block_new(size_t capacity) {
    struct spread_block *block = mem_alloc(sizeof *block);
    *block = (struct spread_block){0, (uint32_t)capacity, mem_alloc(capacity * sizeof *block->values)};
    return block;
}

static void block_free(struct spread_block *block) {
    free(block->values);
    free(block);
}

/* The first block whose last value is >= value; block_count when there is none. */
static size_t block_at(const struct spread *spread, int64_t value) {
    size_t lo = 0, hi = spread->block_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct spread_block *b = spread->blocks[mid];
        if (b->values[b->count - 1] < value) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* The first place in the block whose value is >= value. */
static uint32_t place_at(const struct spread_block *block, int64_t value) {
    uint32_t lo = 0, hi = block->count;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (block->values[mid] < value) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static void blocks_insert(struct spread *spread, size_t at, struct spread_block *block) {
    spread->blocks = mem_grow(
        spread->blocks, &spread->block_capacity, spread->block_count + 1, sizeof(struct spread_block *));
    memmove(spread->blocks + at + 1, spread->blocks + at, (spread->block_count - at) * sizeof(struct spread_block *));
    spread->blocks[at] = block;
    spread->block_count++;
}

static void split(struct spread *spread, size_t at) {
    struct spread_block *left = spread->blocks[at], *right = block_new(BLOCK);
    right->count = left->count / 2;
    left->count -= right->count;
    memcpy(right->values, left->values + left->count, right->count * sizeof *right->values);
    blocks_insert(spread, at + 1, right);
}

static void insert(struct spread *spread, int64_t value) {
    if (!spread->block_count) {
        blocks_insert(spread, 0, block_new(FIRST_BLOCK));
        spread->blocks[0]->values[spread->blocks[0]->count++] = value;
        spread->sorted++;
        return;
    }
    size_t at = block_at(spread, value);
    if (at == spread->block_count) at--;
    if (spread->blocks[at]->count == BLOCK) {
        split(spread, at);
        if (value > spread->blocks[at]->values[spread->blocks[at]->count - 1]) at++;
    }
    struct spread_block *b = spread->blocks[at];
    if (b->count == b->capacity) {
        b->capacity *= 2;
        b->values = mem_realloc(b->values, b->capacity * sizeof *b->values);
    }
    uint32_t place = place_at(b, value);
    memmove(b->values + place + 1, b->values + place, (b->count - place) * sizeof *b->values);
    b->values[place] = value;
    b->count++;
    spread->sorted++;
}

static void take_out(struct spread *spread, int64_t value) {
    size_t at = block_at(spread, value);
    if (at == spread->block_count) return;
    struct spread_block *b = spread->blocks[at];
    uint32_t place = place_at(b, value);
    if (b->values[place] != value) return;
    memmove(b->values + place, b->values + place + 1, (b->count - place - 1) * sizeof *b->values);
    spread->sorted--;
    if (--b->count) return;
    block_free(b);
    memmove(spread->blocks + at, spread->blocks + at + 1,
        (--spread->block_count - at) * sizeof(struct spread_block *));
}

/* ---------------------------------------------------------------- sorting notes in */

/* By one byte after the other, the lowest first; of bytes in which none differ nothing is moved. Numbers come by the
 * thousand, within hours of one another: a third of what comparing them costs. */
static void sort(int64_t *values, size_t n) {
    uint64_t all = 0, common = ~UINT64_C(0);
    for (size_t i = 0; i < n; i++) all |= (uint64_t)values[i], common &= (uint64_t)values[i];
    int64_t *spare = mem_alloc(n * sizeof *spare), *from = values, *to = spare;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t place[257] = {0};
        uint64_t sign = shift == 56 ? 0x80 : 0; /* negative ones come first */
        if (((all ^ common) >> shift & 0xFF) == 0) continue;
        for (size_t i = 0; i < n; i++) place[(((uint64_t)from[i] >> shift & 0xFF) ^ sign) + 1]++;
        for (size_t i = 1; i < 256; i++) place[i] += place[i - 1];
        for (size_t i = 0; i < n; i++) to[place[((uint64_t)from[i] >> shift & 0xFF) ^ sign]++] = from[i];
        int64_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != values) memcpy(values, from, n * sizeof *values);
    free(spare);
}

static void blocks_clear(struct spread *spread) {
    for (size_t i = 0; i < spread->block_count; i++) block_free(spread->blocks[i]);
    spread->block_count = 0;
    spread->sorted = 0;
}

static int64_t *copy_sorted(const struct spread *spread) {
    int64_t *all = mem_alloc((spread->sorted + 1) * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < spread->block_count; i++) {
        memcpy(all + n, spread->blocks[i]->values, spread->blocks[i]->count * sizeof *all);
        n += spread->blocks[i]->count;
    }
    return all;
}

static void append(struct spread *spread, struct spread_block **last, int64_t value) {
    if (!*last || (*last)->count == BLOCK / 2) {
        *last = block_new(BLOCK);
        blocks_insert(spread, spread->block_count, *last);
    }
    (*last)->values[(*last)->count++] = value;
    spread->sorted++;
}

/* Everything anew: all + added - removed, in one merge of sorted runs. */
static void rebuild(struct spread *spread) {
    const struct spread_notes *added = &spread->added, *removed = &spread->removed;
    int64_t *old = copy_sorted(spread);
    size_t olds = spread->sorted;
    if (added->count) sort(added->values, added->count);
    if (removed->count) sort(removed->values, removed->count);
    blocks_clear(spread);
    struct spread_block *last = NULL;
    for (size_t i = 0, k = 0, r = 0; i < olds || k < added->count;) {
        bool is_old = k == added->count || (i < olds && old[i] <= added->values[k]);
        int64_t value = is_old ? old[i++] : added->values[k++];
        if (r < removed->count && removed->values[r] == value) r++;
        else append(spread, &last, value);
    }
    free(old);
}

static void settle(struct spread *spread) {
    size_t notes = spread->added.count + spread->removed.count;
    if (!notes) return;
    if (notes > 64 && notes > spread->sorted / 8) {
        rebuild(spread);
    } else {
        for (size_t i = 0; i < spread->added.count; i++) insert(spread, spread->added.values[i]);
        for (size_t i = 0; i < spread->removed.count; i++) take_out(spread, spread->removed.values[i]);
    }
    free(spread->added.values);
    free(spread->removed.values);
    spread->added = spread->removed = (struct spread_notes){0};
}

/* ---------------------------------------------------------------- asking */

int64_t spread_rank(struct spread *spread, size_t rank) {
    settle(spread);
    for (size_t i = 0; i < spread->block_count; i++) {
        const struct spread_block *b = spread->blocks[i];
        if (rank <= b->count) return b->values[rank - 1];
        rank -= b->count;
    }
    return 0;
}

size_t spread_count_at_most(struct spread *spread, int64_t value) {
    settle(spread);
    size_t n = 0;
    for (size_t i = 0; i < spread->block_count; i++) {
        const struct spread_block *b = spread->blocks[i];
        if (b->values[b->count - 1] > value) return value == INT64_MAX ? n + b->count : n + place_at(b, value + 1);
        n += b->count;
    }
    return n;
}

void spread_each(struct spread *spread, void (*visit)(void *arg, int64_t value), void *arg) {
    settle(spread);
    for (size_t i = 0; i < spread->block_count; i++)
        for (uint32_t k = 0; k < spread->blocks[i]->count; k++) visit(arg, spread->blocks[i]->values[k]);
}

void spread_fini(struct spread *spread) {
    blocks_clear(spread);
    free(spread->blocks);
    free(spread->added.values);
    free(spread->removed.values);
    *spread = (struct spread){0};
}
