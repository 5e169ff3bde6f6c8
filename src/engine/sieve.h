/* sieve: the standards that an event can begin something for, found by the value of one attribute that most of them ask
 * for (channel: phone), so that an event costs by those it can touch.
 * Owns: its lists, in the program's arena.
 * Must not know: running state. */
#ifndef SLAD_ENGINE_SIEVE_H
#define SLAD_ENGINE_SIEVE_H

#include "program.h"

/* Indices into the reactions of an event's name. */
struct sieve_list {
    const uint32_t *list;
    size_t count;
};
struct sieve_bucket {
    val value; /* VAL_ABSENT: free */
    struct sieve_list reactions;
};
/* Of an event's name, in one keyspace: the reactions that can begin a cycle, or measure a value. */
struct sieve {
    struct sieve_list always; /* whatever the attributes */
    uint16_t pivot;           /* the attribute that the others ask for; SLOT_NONE: there are none */
    struct sieve_bucket *buckets; /* by value; a power of two of them */
    size_t mask;
};

/* Those of the pivot's value; empty when there are none. */
struct sieve_list sieve_find(const struct sieve *sieve, const struct attrs *attrs);
/* Made once all standards are compiled: name->sieves, one a keyspace, and program->pivots. */
void sieve_make(struct program *program);

#endif
