/* deadline: limits that run out without any event, one entry a subject (engine->deadlines).
 * Owns: nothing beyond the engine's state.
 * Must not know: how cycles came to be where they are. */
#ifndef SLAD_ENGINE_DEADLINE_H
#define SLAD_ENGINE_DEADLINE_H

#include "state.h"

/* Says when the track is to be looked at next; after every change of its cycle. */
void deadline_set(const struct engine *engine, struct track *track);
/* Puts the subject where the first of its tracks belongs, or takes it out when no cycle is open. */
void deadline_schedule(struct engine *engine, struct subject *subject);
/* Settles the limits of this subject, the first in engine->deadlines, as far as engine->held allows. */
void deadline_fire(struct engine *engine, struct subject *subject);

#endif
