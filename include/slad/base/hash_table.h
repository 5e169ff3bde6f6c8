/* hash_table: the slots of a hash table (map, hash_set, hash_numbers). One that has become too full gets an array of twice the
 * size and moves there by and by, a few slots whenever something is added: moved at once, a million slots held everything
 * up for 27 ms, and ten millions would for half a second.
 * Owns: its arrays. Zero-initialise to start.
 * Must not know: what a slot holds (src/base/hash_slots.h is told). */
#ifndef SLAD_BASE_HASH_TABLE_H
#define SLAD_BASE_HASH_TABLE_H

#include <stddef.h>

struct hash_slots {
    char *bytes; /* NULL while there are none */
    size_t mask; /* their number - 1 */
};
struct hash_table {
    struct hash_slots now;
    struct hash_slots was; /* what has not been moved yet */
    size_t next, left;      /* in `was`: where the next is, behind a free one; how many were not looked at */
    size_t populated;       /* bytes of `now` whose pages were asked for */
};

#endif
