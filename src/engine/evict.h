/* evict: contacts that have finished leave memory, until they are needed (readback.h).
 * Owns: the order in which contacts fell quiet, the hashes of those that left.
 * Must not know: where their events are kept.
 *
 * A contact may leave when nothing of it runs or waits: what it measured is in the ledgers, and stays. Those that share
 * subjects (per: customer) need each other's moments: they leave together, and come back together (component.h). */
#ifndef SLAD_ENGINE_EVICT_H
#define SLAD_ENGINE_EVICT_H

#include "state.h"

/* After every change of a subject: whether a cycle of it is open. Cheap. */
void evict_note(struct engine *engine, struct subject *subject, bool open);
/* The contact is about to be freed. */
void evict_forget(struct engine *engine, struct contact *contact);

#endif
