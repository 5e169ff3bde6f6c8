/* evict: contacts that have finished leave memory, and are built again from their events when they are needed.
 * Owns: the order in which contacts fell quiet, the hashes of those that left.
 * Must not know: where their events are kept.
 *
 * A contact may leave when nothing of it runs or waits: what it measured is in the ledgers, and stays. One that shares
 * a subject with others (per: customer) does not leave: the others may still need its moments. */
#ifndef SLAD_ENGINE_EVICT_H
#define SLAD_ENGINE_EVICT_H

#include "state.h"

/* After every change of a subject: whether a cycle of it is open. Cheap. */
void evict_note(struct engine *engine, struct subject *subject, bool open);
/* The contact is about to be freed. */
void evict_forget(struct engine *engine, struct contact *contact);

#endif
