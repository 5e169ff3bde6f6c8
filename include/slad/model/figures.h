/* figures: what is said of one group of one standard at one instant (docs/STANDARDS.md, "Figures").
 * Owns: nothing; borrowed for the length of the call that hands it over.
 * Must not know: how it was counted. */
#ifndef SLAD_MODEL_FIGURES_H
#define SLAD_MODEL_FIGURES_H

#include "slad/model/group.h"
#include "slad/model/standard.h"

enum state { STATE_NO_DATA, STATE_MET, STATE_BREACHED };
const char *state_name(enum state state); /* "no_data", "met", "breached" */

struct figures {
    const struct standard *standard;
    struct group group;
    uint32_t series; /* names the group within the standard for as long as the engine lives */
    int64_t at_ms;   /* the instant asked about */
    int64_t open, met, missed, excluded; /* counted = met + missed; attainment = met / counted, null when that is 0 */
    enum state state;
    int64_t durations; /* how many durations (or values); 0: mean, min, max and percentiles are null */
    __int128 sum;      /* of them; mean = sum / durations; units: standard_digits() */
    int64_t min, max;
    const int64_t *percentiles; /* one for each of standard->percentiles */
};

#endif
