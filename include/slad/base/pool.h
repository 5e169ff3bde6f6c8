/* pool: memory for millions of small things that come and go: no header a piece, and all given back at once.
 * Owns: its blocks, until pool_fini().
 * Must not know: what is stored.
 *
 * Whoever gives a piece back says how large it was. Zero-initialise a pool to start. */
#ifndef SLAD_BASE_POOL_H
#define SLAD_BASE_POOL_H

#include <stddef.h>

/* Pieces up to here are cut from blocks, in steps of 16 bytes; larger ones are malloc's. */
enum { POOL_STEP = 16, POOL_PIECE_MAX = 1024, POOL_CLASSES = POOL_PIECE_MAX / POOL_STEP };

struct pool_piece;
struct pool_block;
struct pool_large;
struct pool {
    struct pool_piece *free[POOL_CLASSES]; /* by size */
    struct pool_block *blocks;             /* the first is the one in use */
    struct pool_large *large;
    char *next, *end; /* what is left of it */
    size_t used_bytes; /* lent out, as asked for */
};

void *pool_alloc(struct pool *pool, size_t bytes);  /* uninitialised, aligned to 16 */
void *pool_zalloc(struct pool *pool, size_t bytes); /* zeroed */
void pool_free(struct pool *pool, void *piece, size_t bytes); /* piece may be NULL */
/* Room for at least `need` items of `size` bytes; *capacity (items) grows by half, to what fills its piece. */
void *pool_grow(struct pool *pool, void *array, size_t *capacity, size_t need, size_t size);
void pool_fini(struct pool *pool);

#endif
