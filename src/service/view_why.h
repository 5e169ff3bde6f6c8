/* view_why: why a limit is in force, and why a standard does not apply, told to a person.
 * Owns: nothing.
 * Must not know: JSON, the store. */
#ifndef SLAD_SERVICE_VIEW_WHY_H
#define SLAD_SERVICE_VIEW_WHY_H

#include "slad/base/buf.h"
#include "slad/engine/engine.h"

/* "tier is gold": what a rule of `within` (from 0) asks for; nothing when it takes all there are. */
void why_rule(const struct standard *standard, int rule, struct buf *out);
/* "its match asks that channel is phone, and channel is chat" */
void why_not_applying(const struct standard *standard, const struct story_reason *reason, struct buf *out);
/* A sentence on a contact without a clock. */
void why_no_clock(const struct standard *standard, const struct story_reason *reason, struct buf *out);

#endif
