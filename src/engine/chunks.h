/* chunks: items of one size by instant, the int64_t that each begins with. Written to be compiled anew for each kind of item.
 * Owns: the items, in chunks.
 * Must not know: what else is in an item.
 *
 * Adding at the end and dropping at the front cost O(1); in the middle, O(log n) and a move within one chunk.
 *
 * Invariants:
 *  1. list[first .. first + count) read in order, each from lo to hi, are the items by rising instant;
 *  2. no chunk there is empty. */
#ifndef SLAD_ENGINE_CHUNKS_H
#define SLAD_ENGINE_CHUNKS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

enum { CHUNK_ITEMS = 256 };

struct chunk {
    uint32_t lo, hi;
    _Alignas(int64_t) char items[];
};
struct chunks { /* zero-initialise to start */
    struct chunk **list;
    size_t first, count, capacity;
    size_t items;
    struct chunk *spare; /* the last that was emptied, or NULL: what is empty time and again goes on in the same cache lines */
};

#define CHUNKS_INLINE static inline __attribute__((always_inline))

/* size: of an item, in bytes. */
CHUNKS_INLINE void *chunk_item(const struct chunk *chunk, size_t size, size_t i) {
    return (char *)(uintptr_t)chunk->items + i * size;
}

CHUNKS_INLINE int64_t chunk_instant(const struct chunk *chunk, size_t size, size_t i) {
    return *(const int64_t *)chunk_item(chunk, size, i);
}

CHUNKS_INLINE struct chunk *chunks_new(struct chunks *chunks, size_t size) {
    struct chunk *chunk = chunks->spare ? chunks->spare : mem_alloc(sizeof *chunk + CHUNK_ITEMS * size);
    chunks->spare = NULL;
    chunk->lo = chunk->hi = 0;
    return chunk;
}

CHUNKS_INLINE struct chunk **chunks_live(const struct chunks *chunks) {
    return chunks->list + chunks->first;
}

/* Room for one chunk more; slides the list to the front when half of it is spent. */
static inline void chunks_make_room(struct chunks *chunks) {
    if (chunks->first + chunks->count < chunks->capacity) return;
    if (chunks->first > chunks->count) {
        memmove(chunks->list, chunks_live(chunks), chunks->count * sizeof *chunks->list);
        chunks->first = 0;
        return;
    }
    chunks->list = mem_grow(chunks->list, &chunks->capacity, chunks->first + chunks->count + 1, sizeof *chunks->list);
}

static inline void chunks_insert(struct chunks *chunks, size_t at, struct chunk *chunk) {
    chunks_make_room(chunks);
    struct chunk **list = chunks_live(chunks);
    memmove(list + at + 1, list + at, (chunks->count - at) * sizeof *list);
    list[at] = chunk;
    chunks->count++;
}

static inline void chunks_drop(struct chunks *chunks, size_t at) {
    struct chunk **list = chunks_live(chunks);
    free(chunks->spare);
    chunks->spare = list[at];
    chunks->count--;
    if (at == 0) chunks->first++;
    else memmove(list + at, list + at + 1, (chunks->count - at) * sizeof *list);
    if (!chunks->count) chunks->first = 0;
}

/* The first chunk whose last item is at or past the instant; count when there is none. */
CHUNKS_INLINE size_t chunks_find(const struct chunks *chunks, size_t size, int64_t instant) {
    size_t lo = 0, hi = chunks->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct chunk *c = chunks_live(chunks)[mid];
        if (chunk_instant(c, size, c->hi - 1) < instant) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* The first item of the chunk at or past the instant; hi when there is none. */
CHUNKS_INLINE uint32_t chunk_find(const struct chunk *chunk, size_t size, int64_t instant) {
    uint32_t lo = chunk->lo, hi = chunk->hi;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (chunk_instant(chunk, size, mid) < instant) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

CHUNKS_INLINE void chunks_split(struct chunks *chunks, size_t size, size_t at) {
    struct chunk *left = chunks_live(chunks)[at], *right = chunks_new(chunks, size);
    uint32_t keep = (left->hi - left->lo) / 2;
    right->hi = left->hi - left->lo - keep;
    memcpy(right->items, chunk_item(left, size, left->lo + keep), right->hi * size);
    left->hi = left->lo + keep;
    chunks_insert(chunks, at + 1, right);
}

CHUNKS_INLINE void chunks_append(struct chunks *chunks, size_t size, const void *item) {
    struct chunk *last = chunks->count ? chunks_live(chunks)[chunks->count - 1] : NULL;
    if (!last || last->hi == CHUNK_ITEMS) {
        last = chunks_new(chunks, size);
        chunks_insert(chunks, chunks->count, last);
    }
    memcpy(chunk_item(last, size, last->hi++), item, size);
}

/* In a chunk that has room, before lo or from hi on: what lies between the place and the nearer end moves. */
CHUNKS_INLINE void chunk_put(struct chunk *c, size_t size, const void *item) {
    uint32_t place = chunk_find(c, size, *(const int64_t *)item);
    if (c->lo && (c->hi == CHUNK_ITEMS || place - c->lo < c->hi - place)) {
        memmove(chunk_item(c, size, c->lo - 1), chunk_item(c, size, c->lo), (place - c->lo) * size);
        c->lo--;
        place--;
    } else {
        memmove(chunk_item(c, size, place + 1), chunk_item(c, size, place), (c->hi - place) * size);
        c->hi++;
    }
    memcpy(chunk_item(c, size, place), item, size);
}

CHUNKS_INLINE void chunks_add(struct chunks *chunks, size_t size, const void *item) {
    int64_t instant = *(const int64_t *)item;
    chunks->items++;
    size_t at = chunks->count;
    if (at) {
        const struct chunk *last = chunks_live(chunks)[at - 1];
        if (chunk_instant(last, size, last->hi - 1) > instant) at = chunks_find(chunks, size, instant);
    }
    if (at == chunks->count) {
        chunks_append(chunks, size, item);
        return;
    }
    if (chunks_live(chunks)[at]->hi - chunks_live(chunks)[at]->lo == CHUNK_ITEMS) {
        chunks_split(chunks, size, at);
        if (chunks_find(chunks, size, instant) != at) at++;
    }
    chunk_put(chunks_live(chunks)[at], size, item);
}

/* Takes out item i of chunk `at`. */
CHUNKS_INLINE void chunks_remove(struct chunks *chunks, size_t size, size_t at, uint32_t i) {
    struct chunk *c = chunks_live(chunks)[at];
    memmove(chunk_item(c, size, i), chunk_item(c, size, i + 1), (c->hi - i - 1) * size);
    chunks->items--;
    if (--c->hi == c->lo) chunks_drop(chunks, at);
}

/* The earliest item, or NULL. */
CHUNKS_INLINE void *chunks_front(const struct chunks *chunks, size_t size) {
    if (!chunks->count) return NULL;
    const struct chunk *c = chunks_live(chunks)[0];
    return chunk_item(c, size, c->lo);
}

static inline void chunks_drop_front(struct chunks *chunks) {
    struct chunk *c = chunks_live(chunks)[0];
    chunks->items--;
    if (++c->lo == c->hi) chunks_drop(chunks, 0);
}

static inline void chunks_fini(struct chunks *chunks) {
    for (size_t i = 0; i < chunks->count; i++) free(chunks_live(chunks)[i]);
    free(chunks->list);
    free(chunks->spare);
    *chunks = (struct chunks){0};
}

#endif
