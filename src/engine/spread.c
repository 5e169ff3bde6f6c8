/* Invariants:
 *  1. the blocks, read in order, are the sorted numbers; no block is empty, none holds more than BLOCK;
 *  2. the multiset is blocks + added - removed, and removed is part of blocks + added;
 *  3. NOTES_MAX bounds what is noted, relative to what is there, so memory follows the count. */
#include "spread.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

enum {
    BLOCK = 512,
    FIRST_BLOCK = 8,
    NOTES_MAX = 4096,
    FEW_NOTES = 64, /* are sorted in one by one */
    MANY_NOTES = 128, SHARE_NOTES = 32, /* of what is sorted: are sorted in at once, once somebody has asked */
};

static void note(struct spread_notes *notes, int64_t value) {
    notes->values = mem_grow(notes->values, &notes->capacity, notes->count + 1, sizeof *notes->values);
    notes->values[notes->count++] = value;
}

static void settle(struct spread *spread);

/* Who has asked will ask again, of some thousand spreads at once: then little is left to be sorted. */
static void settle_many(struct spread *spread) {
    size_t notes = spread->added.count + spread->removed.count;
    if (spread->sorted && notes >= MANY_NOTES && notes >= spread->sorted / SHARE_NOTES) settle(spread);
}

void spread_add(struct spread *spread, int64_t value) {
    note(&spread->added, value);
    settle_many(spread);
}

void spread_remove(struct spread *spread, int64_t value) {
    note(&spread->removed, value);
    settle_many(spread);
    if (spread->removed.count > NOTES_MAX && spread->removed.count > spread_count(spread)) settle(spread);
}

/* ---------------------------------------------------------------- blocks */

/* n: at most BLOCK */
static void block_reserve(struct spread_block *block, size_t n) {
    size_t capacity = block->capacity ? block->capacity : FIRST_BLOCK;
    while (capacity < n) capacity *= 2;
    if (capacity == block->capacity) return;
    block->values = mem_realloc(block->values, capacity * sizeof *block->values);
    block->capacity = (uint32_t)capacity;
}

static void block_append(struct spread_block *block, const int64_t *values, size_t n) {
    block_reserve(block, block->count + n);
    memcpy(block->values + block->count, values, n * sizeof *values);
    block->count += (uint32_t)n;
}

static int64_t last_of(const struct spread_block *block) {
    return block->values[block->count - 1];
}

/* The first block whose last value is >= value; block_count when there is none. */
static size_t block_at(const struct spread *spread, int64_t value) {
    size_t lo = 0, hi = spread->block_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (last_of(&spread->blocks[mid]) < value) lo = mid + 1;
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

/* A free one at `at`. */
static void blocks_insert(struct spread *spread, size_t at) {
    spread->blocks =
        mem_grow(spread->blocks, &spread->block_capacity, spread->block_count + 1, sizeof *spread->blocks);
    memmove(spread->blocks + at + 1, spread->blocks + at, (spread->block_count - at) * sizeof *spread->blocks);
    spread->blocks[at] = (struct spread_block){0};
    spread->block_count++;
}

static void blocks_remove(struct spread *spread, size_t at) {
    free(spread->blocks[at].values);
    memmove(spread->blocks + at, spread->blocks + at + 1, (--spread->block_count - at) * sizeof *spread->blocks);
}

static void split(struct spread *spread, size_t at) {
    blocks_insert(spread, at + 1);
    struct spread_block *left = &spread->blocks[at], *right = left + 1;
    left->count /= 2;
    block_reserve(right, BLOCK);
    block_append(right, left->values + left->count, BLOCK - left->count);
}

/* ---------------------------------------------------------------- a few notes */

static void insert(struct spread *spread, int64_t value) {
    size_t at = block_at(spread, value);
    if (at == spread->block_count && at) at--;
    if (!spread->block_count) blocks_insert(spread, 0);
    if (spread->blocks[at].count == BLOCK) {
        split(spread, at);
        if (value > last_of(&spread->blocks[at])) at++;
    }
    struct spread_block *b = &spread->blocks[at];
    block_reserve(b, b->count + 1);
    uint32_t place = place_at(b, value);
    memmove(b->values + place + 1, b->values + place, (b->count - place) * sizeof *b->values);
    b->values[place] = value;
    b->count++;
    spread->sorted++;
}

static void take_out(struct spread *spread, int64_t value) {
    size_t at = block_at(spread, value);
    if (at == spread->block_count) return;
    struct spread_block *b = &spread->blocks[at];
    uint32_t place = place_at(b, value);
    if (b->values[place] != value) return;
    memmove(b->values + place, b->values + place + 1, (b->count - place - 1) * sizeof *b->values);
    spread->sorted--;
    if (!--b->count) blocks_remove(spread, at);
}

/* ---------------------------------------------------------------- many notes */

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

/* Sorted notes are merged into the blocks, one after the other; those that none is for stay as they are. */
struct merge {
    struct spread_block *blocks; /* what comes out */
    size_t count, capacity;
    const struct spread_notes *added, *removed;
    size_t add, remove; /* the next of them */
    int64_t *run;       /* what one block becomes */
};

/* Neighbours that are small become one. */
static void put_out(struct merge *m, struct spread_block block) {
    struct spread_block *before = m->count ? &m->blocks[m->count - 1] : NULL;
    if (block.count && before && before->count + block.count <= BLOCK / 2) {
        block_append(before, block.values, block.count);
        block.count = 0;
    }
    if (!block.count) {
        free(block.values);
        return;
    }
    m->blocks = mem_grow(m->blocks, &m->capacity, m->count + 1, sizeof *m->blocks);
    m->blocks[m->count++] = block;
}

static size_t merge_run(struct merge *m, const struct spread_block *block, size_t add_end) {
    size_t n = 0;
    for (uint32_t i = 0; i < block->count || m->add < add_end;) {
        bool is_old = m->add == add_end || (i < block->count && block->values[i] <= m->added->values[m->add]);
        int64_t value = is_old ? block->values[i++] : m->added->values[m->add++];
        if (m->remove < m->removed->count && m->removed->values[m->remove] == value) m->remove++;
        else m->run[n++] = value;
    }
    return n;
}

/* add_end: of those that belong into this block. */
static void merge_block(struct merge *m, struct spread_block block, size_t add_end) {
    bool loses = m->remove < m->removed->count && (!block.count || m->removed->values[m->remove] <= last_of(&block));
    if (m->add == add_end && !loses) {
        put_out(m, block);
        return;
    }
    size_t n = merge_run(m, &block, add_end), pieces = n > BLOCK ? n / (BLOCK / 2) : 1;
    size_t each = (n + pieces - 1) / pieces, at = n < each ? n : each;
    block.count = 0;
    block_append(&block, m->run, at);
    put_out(m, block);
    while (at < n) {
        struct spread_block more = {0};
        size_t next = n - at < each ? n - at : each;
        block_reserve(&more, BLOCK);
        block_append(&more, m->run + at, next);
        put_out(m, more);
        at += next;
    }
}

/* The first note from `from` on that is above the value. */
static size_t first_above(const struct spread_notes *notes, size_t from, int64_t value) {
    while (from < notes->count && notes->values[from] <= value) from++;
    return from;
}

static void merge(struct spread *spread) {
    const struct spread_notes *added = &spread->added, *removed = &spread->removed;
    if (added->count) sort(added->values, added->count);
    if (removed->count) sort(removed->values, removed->count);
    if (!spread->block_count) blocks_insert(spread, 0);
    struct merge m = {.added = added, .removed = removed, .run = mem_alloc((BLOCK + added->count) * sizeof *m.run)};
    size_t last = spread->block_count - 1;
    for (size_t i = 0; i < last; i++)
        merge_block(&m, spread->blocks[i], first_above(added, m.add, last_of(&spread->blocks[i])));
    merge_block(&m, spread->blocks[last], added->count);
    free(m.run);
    free(spread->blocks);
    spread->blocks = m.blocks;
    spread->block_count = m.count;
    spread->block_capacity = m.capacity;
    spread->sorted += added->count - removed->count;
}

static void settle(struct spread *spread) {
    size_t notes = spread->added.count + spread->removed.count;
    if (!notes) return;
    if (notes > FEW_NOTES) {
        merge(spread);
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
        const struct spread_block *b = &spread->blocks[i];
        if (rank <= b->count) return b->values[rank - 1];
        rank -= b->count;
    }
    return 0;
}

size_t spread_count_at_most(struct spread *spread, int64_t value) {
    settle(spread);
    if (value == INT64_MAX) return spread->sorted;
    size_t n = 0, at = block_at(spread, value + 1);
    for (size_t i = 0; i < at; i++) n += spread->blocks[i].count;
    return at < spread->block_count ? n + place_at(&spread->blocks[at], value + 1) : n;
}

void spread_each(struct spread *spread, void (*visit)(void *arg, int64_t value), void *arg) {
    settle(spread);
    for (size_t i = 0; i < spread->block_count; i++)
        for (uint32_t k = 0; k < spread->blocks[i].count; k++) visit(arg, spread->blocks[i].values[k]);
}

void spread_fini(struct spread *spread) {
    for (size_t i = 0; i < spread->block_count; i++) free(spread->blocks[i].values);
    free(spread->blocks);
    free(spread->added.values);
    free(spread->removed.values);
    *spread = (struct spread){0};
}
