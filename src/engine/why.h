/* why: which limits a cycle had in its time, and why a standard does not apply.
 * Owns: nothing; results point into the standards and the attributes.
 * Must not know: words. */
#ifndef SLAD_ENGINE_WHY_H
#define SLAD_ENGINE_WHY_H

#include "state.h"

/* The limits that a cycle of the subject has had, oldest first; of more than STORY_LIMITS_MAX the last. Returns how
 * many. */
size_t why_limits(const struct ledger *ledger, const struct subject *subject, const struct cycle *cycle,
    struct story_limit out[STORY_LIMITS_MAX]);
/* What keeps these attributes from having a limit: WHY_APPLIES: nothing does. */
struct story_reason why_not(const struct compiled *rule, const struct attrs *attrs);

#endif
