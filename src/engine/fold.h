/* fold: taking a moment into the timelines, and posting what it changes to the ledgers and as effects.
 * Owns: nothing beyond the engine's state.
 * Must not know: clocks, windows, how figures are read.
 *
 * A moment that is the latest of every subject it belongs to takes the short road (step.h). Any other (late, or one that
 * takes back what the clock decided, or a void over many cycles) takes the long one (redo.h). Both use cycle_step(). */
#ifndef SLAD_ENGINE_FOLD_H
#define SLAD_ENGINE_FOLD_H

#include "state.h"

/* Takes over the moment, whose contact is set; one of interest. */
void fold_moment(struct engine *engine, struct moment *moment);

#endif
