/* figures: what is said of one group of one standard at one instant (docs/STANDARDS.md, "Figures").
 * Owns: nothing; borrowed for the length of the call that hands it over.
 * Must not know: how it was counted. */
#ifndef SLAD_MODEL_FIGURES_H
#define SLAD_MODEL_FIGURES_H

#include "slad/model/group.h"
#include "slad/model/standard.h"

enum state { STATE_NO_DATA, STATE_MET, STATE_BREACHED };
const char *state_name(enum state state); /* "no_data", "met", "breached" */

/* One target of the group. Counts that are not limited, that cannot be had, or that cannot be told are -1. */
struct target_figures {
    enum state state; /* no_data: there is too little to judge */
    int64_t headroom; /* while it holds: how many more misses it can take and still hold */
    int64_t recover;  /* while it does not: how many met in a row bring it back */
};

struct figures {
    const struct standard *standard;
    struct group group;
    uint32_t series; /* names the group within the standard for as long as the engine lives */
    int64_t at_ms;   /* the instant asked about */
    int64_t open, met, missed, excluded; /* counted = met + missed; attainment = met / counted, null when that is 0 */
    enum state state;
    bool at_risk;    /* below the standard's warn_below while its target holds */
    int64_t durations; /* how many durations (or values); 0: mean, min, max and percentiles are null */
    __int128 sum;      /* of them; mean = sum / durations; units: standard_digits() */
    int64_t min, max;
    const int64_t *percentiles; /* one for each of standard->percentiles */
    const struct target_figures *targets; /* one for each of standard->targets; NULL where nobody asked for them */
};

#endif
