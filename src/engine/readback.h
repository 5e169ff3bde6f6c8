/* readback: contacts that left memory come back, with all that left together with them, as if they had never left.
 * Owns: what is being read, while it is.
 * Must not know: where their events are kept. */
#ifndef SLAD_ENGINE_READBACK_H
#define SLAD_ENGINE_READBACK_H

#include "state.h"

/* Somebody asks for a subject that is not in memory (struct away): those who have moments in it come back, if any. */
void readback_subject(void *engine, uint64_t hash);

#endif
