/* mem: memory that is there, or the process ends with a log line.
 * Owns: nothing; free with free(), an arena with arena_fini().
 * Must not know: what is stored. Safe because every input is capped before it gets here. */
#ifndef SLAD_BASE_MEM_H
#define SLAD_BASE_MEM_H

#include <stddef.h>
#include "slad/base/span.h"

void *mem_alloc(size_t bytes);                       /* uninitialised */
void *mem_zalloc(size_t bytes);                      /* zeroed */
void *mem_realloc(void *p, size_t bytes);            /* p may be NULL */
/* The kernel gives the pages that lie wholly within at once and not at the first touch of each: for what all of is going to
 * be used. */
void mem_populate(void *p, size_t bytes);
void *mem_dup(const void *p, size_t bytes);
char *mem_dup_text(struct span text);                /* NUL-terminated copy */
/* There is no memory: for those whose library has said so; bytes: 0 where it has not said how many. */
_Noreturn void mem_out(size_t bytes);
/* Room for at least `need` items of `size` bytes; *capacity (items) is doubled as needed. Returns the array. */
void *mem_grow(void *array, size_t *capacity, size_t need, size_t size);

/* An arena: many small things that are freed together. Zero-initialise it to start. */
struct arena {
    struct arena_block *blocks;
    size_t total_bytes;
};
void *arena_alloc(struct arena *arena, size_t bytes); /* zeroed, aligned for any type */
char *arena_text(struct arena *arena, struct span text); /* NUL-terminated copy */
void arena_fini(struct arena *arena);

#endif
