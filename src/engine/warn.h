/* warn: when a running cycle reaches the warnings of its standard (docs/STANDARDS.md, "At risk").
 * Owns: nothing; cycle->warned has a bit for each warning that the clock has found reached.
 * Must not know: what is told of it, other cycles. */
#ifndef SLAD_ENGINE_WARN_H
#define SLAD_ENGINE_WARN_H

#include "cycle.h"

/* What the clock shows when a limit of so many ms is warned of; INSTANT_NEVER: not before the limit. */
int64_t warn_elapsed(const struct warn_rule *rule, int64_t limit_ms);
/* The first instant at which the running cycle has reached it, as far as is known; INSTANT_NEVER. */
int64_t warn_at(const struct cycle *cycle, const struct warn_rule *rule);

/* Which of the warnings were reached strictly before this instant, and before the cycle was decided; a bit each. */
unsigned warn_reached(const struct standard *standard, const struct cycle *cycle, int64_t before_ms);
/* Which of these comes last on the clock of the cycle; WARNINGS_MAX: none of them. */
size_t warn_furthest(const struct standard *standard, const struct cycle *cycle, unsigned among);
/* The held-back clock at which there will be something to note; INSTANT_NEVER. */
int64_t warn_fires(const struct standard *standard, const struct cycle *cycle, int64_t held_ms);

/* Takes note of what was reached before held_ms, unless the limit has run out as well. Returns the furthest when it is
 * to be told, else WARNINGS_MAX: those before it are passed over. */
size_t warn_note(const struct standard *standard, struct cycle *cycle, int64_t held_ms);
/* After a change: what is not reached any more as of before_ms is forgotten. was: its outcome before. */
void warn_keep(const struct standard *standard, struct cycle *cycle, enum outcome was, int64_t before_ms);
/* A cycle that was run anew takes over what the clock had found of the same one. */
void warn_carry(const struct standard *standard, struct cycle *cycle, const struct track *before, int64_t held_ms);

#endif
