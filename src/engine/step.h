/* step: the short road of a moment: one step of each cycle it can touch.
 * Owns: nothing beyond the engine's state.
 * Must not know: late moments. */
#ifndef SLAD_ENGINE_STEP_H
#define SLAD_ENGINE_STEP_H

#include "state.h"

/* One step of everything in this subject that the moment, its latest, can touch. */
void step_subject(struct engine *engine, struct subject *subject, const struct moment *moment);

#endif
