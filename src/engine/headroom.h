/* headroom: how far a target is from changing sides, in exact counts (docs/STANDARDS.md, "At risk").
 * Owns: nothing.
 * Must not know: where the counts come from, time. */
#ifndef SLAD_ENGINE_HEADROOM_H
#define SLAD_ENGINE_HEADROOM_H

#include "judge.h"

/* A target and what it is judged by (judge.h). */
struct headroom_of {
    const struct target *target;
    const struct counts *counts;
    int64_t below;
    int64_t min_count;
    int digits;
};
enum { HEADROOM_NONE = -1 };
#define HEADROOM_MAX (INT64_C(1) << 40) /* beyond it nothing is counted: no window ever holds so much */

/* While it holds, how many more misses it can take and still hold; of a percentile, how many more numbers on the wrong
 * side of its bound. HEADROOM_NONE: it does not hold, misses do it no harm, or it is of mean, min or max. */
int64_t headroom(const struct headroom_of *of);
/* While it does not hold, how many met (or numbers on the right side) in a row bring it back. HEADROOM_NONE: it holds,
 * no number of them does, or as above. */
int64_t recover(const struct headroom_of *of);

#endif
