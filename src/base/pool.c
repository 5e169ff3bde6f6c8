/* Invariants:
 * 1. a piece is in use, or in the list of its size, or part of next..end, or lost to a block's end;
 * 2. used_bytes is the sum of the sizes that pieces in use were asked for with. */
#include "slad/base/pool.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif
#ifdef POISONS /* a piece that was given back is as much out of bounds as freed memory */
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_BYTES = 256 * 1024 }; /* an engine without contacts has one */

struct pool_piece {
    struct pool_piece *next;
};
struct pool_block {
    struct pool_block *next;
    _Alignas(POOL_STEP) char bytes[];
};
struct pool_large {
    struct pool_large *next, **link; /* link: what points here */
    _Alignas(POOL_STEP) char bytes[];
};

/* Size classes count from 0, for pieces up to 16 bytes. */
static size_t class_of(size_t bytes) {
    return bytes ? (bytes - 1) / POOL_STEP : 0;
}
static size_t class_bytes(size_t class) {
    return (class + 1) * POOL_STEP;
}

static void *take_new(struct pool *pool, size_t bytes) {
    if ((size_t)(pool->end - pool->next) < bytes) {
        struct pool_block *block = mem_alloc(BLOCK_BYTES);
        mem_populate(block, BLOCK_BYTES); /* 3 % of a replay */
        block->next = pool->blocks;
        pool->blocks = block;
        pool->next = block->bytes;
        pool->end = (char *)block + BLOCK_BYTES;
        ASAN_POISON_MEMORY_REGION(pool->next, (size_t)(pool->end - pool->next));
    }
    void *piece = pool->next;
    pool->next += bytes;
    return piece;
}

static void *take_large(struct pool *pool, size_t bytes) {
    struct pool_large *large = mem_alloc(sizeof *large + bytes);
    large->next = pool->large;
    large->link = &pool->large;
    if (large->next) large->next->link = &large->next;
    pool->large = large;
    return large->bytes;
}

void *pool_alloc(struct pool *pool, size_t bytes) {
    pool->used_bytes += bytes;
    if (bytes > POOL_PIECE_MAX) return take_large(pool, bytes);
    size_t class = class_of(bytes);
    struct pool_piece *piece = pool->free[class];
    if (!piece) {
        piece = take_new(pool, class_bytes(class));
        ASAN_UNPOISON_MEMORY_REGION(piece, bytes);
        return piece;
    }
    ASAN_UNPOISON_MEMORY_REGION(piece, class_bytes(class));
    pool->free[class] = piece->next;
    __builtin_prefetch(piece->next); /* pieces lie far from each other by then: of a large engine's time some 4 % */
    ASAN_POISON_MEMORY_REGION((char *)piece + bytes, class_bytes(class) - bytes);
    return piece;
}

void *pool_zalloc(struct pool *pool, size_t bytes) {
    return memset(pool_alloc(pool, bytes), 0, bytes);
}

static void free_large(void *piece) {
    struct pool_large *large = (struct pool_large *)(void *)((char *)piece - offsetof(struct pool_large, bytes));
    *large->link = large->next;
    if (large->next) large->next->link = large->link;
    free(large);
}

void pool_free(struct pool *pool, void *p, size_t bytes) {
    if (!p) return;
    assert(pool->used_bytes >= bytes);
    pool->used_bytes -= bytes;
    if (bytes > POOL_PIECE_MAX) {
        free_large(p);
        return;
    }
    size_t class = class_of(bytes);
    struct pool_piece *piece = p;
    ASAN_UNPOISON_MEMORY_REGION(piece, class_bytes(class));
    piece->next = pool->free[class];
    pool->free[class] = piece;
    ASAN_POISON_MEMORY_REGION(piece, class_bytes(class));
}

void *pool_grow(struct pool *pool, void *array, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity) return array;
    size_t items = *capacity + *capacity / 2;
    if (items < need) items = need;
    if (items * size <= POOL_PIECE_MAX) items = class_bytes(class_of(items * size)) / size;
    void *grown = pool_alloc(pool, items * size);
    if (*capacity) memcpy(grown, array, *capacity * size);
    pool_free(pool, array, *capacity * size);
    *capacity = items;
    return grown;
}

void pool_fini(struct pool *pool) {
    for (struct pool_block *block = pool->blocks, *next; block; block = next) {
        next = block->next;
        ASAN_UNPOISON_MEMORY_REGION(block->bytes, BLOCK_BYTES - sizeof *block);
        free(block);
    }
    for (struct pool_large *large = pool->large, *next; large; large = next) {
        next = large->next;
        free(large);
    }
    *pool = (struct pool){0};
}
