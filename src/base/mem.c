/* Invariants of an arena:
 * 1. blocks is a list whose first block is the one that small things are carved from.
 * 2. A block's bytes are zero from `used` on; every piece starts at a multiple of ALIGNMENT.
 * 3. total_bytes is the sum of all blocks' capacities. */
#include "slad/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    ALIGNMENT = _Alignof(max_align_t),
    ARENA_BLOCK_BYTES = 16 * 1024, /* a configuration of twenty standards fits a few of these */
};

struct arena_block {
    struct arena_block *next;
    size_t used, capacity;
    _Alignas(max_align_t) char bytes[];
};

/* No stdio buffers, no allocation: there is no memory. systemd restarts us and the journal recovers. */
_Noreturn void mem_out(size_t bytes) {
    char line[80];
    const char *priority = getenv("JOURNAL_STREAM") ? "<2>" : "";
    int size = snprintf(line, sizeof line, "%sout of memory bytes=%zu next=\"abort\"\n", priority, bytes);
    if (write(STDERR_FILENO, line, (size_t)size) < 0) { /* nothing more can be done */
    }
    abort();
}

void *mem_alloc(size_t bytes) {
    void *p = malloc(bytes ? bytes : 1);
    if (!p) mem_out(bytes);
    return p;
}

void *mem_zalloc(size_t bytes) {
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p) mem_out(bytes);
    return p;
}

void *mem_realloc(void *p, size_t bytes) {
    void *moved = realloc(p, bytes ? bytes : 1);
    if (!moved) mem_out(bytes);
    return moved;
}

void mem_populate(void *p, size_t bytes) {
#ifdef MADV_POPULATE_WRITE
    uintptr_t page = (uintptr_t)getpagesize();
    uintptr_t from = ((uintptr_t)p + page - 1) & ~(page - 1), to = ((uintptr_t)p + bytes) & ~(page - 1);
    if (from < to) (void)madvise((void *)from, to - from, MADV_POPULATE_WRITE); /* Linux 5.14; else they come one by one */
#else
    (void)p, (void)bytes;
#endif
}

void *mem_dup(const void *p, size_t bytes) {
    void *copy = mem_alloc(bytes);
    if (bytes) memcpy(copy, p, bytes);
    return copy;
}

static char *put_text(char *copy, struct span text) {
    if (text.n) memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    return copy;
}

char *mem_dup_text(struct span text) {
    return put_text(mem_alloc(text.n + 1), text);
}

void *mem_grow(void *array, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity) return array;
    size_t items = *capacity, bytes;
    if (__builtin_mul_overflow(items, 2, &items) || items < need) items = need; /* small arrays begin exact */
    if (__builtin_mul_overflow(items, size, &bytes)) mem_out(need);
    array = mem_realloc(array, bytes);
    *capacity = items;
    return array;
}

static struct arena_block *block_new(struct arena *arena, size_t capacity) {
    if (capacity > SIZE_MAX - sizeof(struct arena_block)) mem_out(capacity);
    struct arena_block *block = mem_zalloc(sizeof *block + capacity);
    block->capacity = capacity;
    arena->total_bytes += capacity;
    return block;
}

void *arena_alloc(struct arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - ALIGNMENT) mem_out(bytes);
    size_t wanted = bytes ? (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;
    struct arena_block *first = arena->blocks;
    if (wanted > ARENA_BLOCK_BYTES / 4 &&
        first) { /* a large thing has its own block, behind the one in use */
        struct arena_block *block = block_new(arena, wanted);
        block->used = wanted;
        block->next = first->next;
        first->next = block;
        return block->bytes;
    }
    if (!first || first->capacity - first->used < wanted) {
        first = block_new(arena, wanted > ARENA_BLOCK_BYTES ? wanted : ARENA_BLOCK_BYTES);
        first->next = arena->blocks;
        arena->blocks = first;
    }
    void *piece = first->bytes + first->used;
    first->used += wanted;
    return piece;
}

char *arena_text(struct arena *arena, struct span text) {
    return put_text(arena_alloc(arena, text.n + 1), text);
}

void arena_fini(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->total_bytes = 0;
}
