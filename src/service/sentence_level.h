/* sentence_level: the levels of a standard in words: targets, window, groups, from how many on.
 * Owns: nothing.
 * Must not know: what is measured, but for its name. */
#ifndef SLAD_SERVICE_SENTENCE_LEVEL_H
#define SLAD_SERVICE_SENTENCE_LEVEL_H

#include "slad/base/buf.h"
#include "slad/model/standard.h"

/* The target that the sentence begins with: the first on attainment. NULL: none. */
const struct target *level_lead(const struct standard *standard);
/* "at least 90 % of", or "100 % of", of which there is no more. */
void level_share(struct buf *out, const struct target *lead);
/* ", over the last 30 min, for each queue; the 95th percentile of the times is at most 5 min": what follows
 * the promise that began with the share. */
void level_rest(struct buf *out, const struct standard *standard);
/* A sentence of its own where no target is on attainment: the other targets, or that there is none. */
void level_alone(struct buf *out, const struct standard *standard);
/* "The share is judged from 10 counted on."; nothing where that says nothing. */
void level_least(struct buf *out, const struct standard *standard);

/* When the level is at risk, as a sentence of its own; nothing when nobody warns of it. */
void level_risk(struct buf *out, const struct standard *standard);

#endif
