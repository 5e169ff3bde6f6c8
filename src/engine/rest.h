/* rest: contacts that wait for long, without the tracks of their cycles: each is run anew when it is touched.
 * Owns: the list of those that are awake, in engine->busy.
 * Must not know: contacts without anything open (evict.h). */
#ifndef SLAD_ENGINE_REST_H
#define SLAD_ENGINE_REST_H

#include "state.h"

/* The contact has something open, and was touched. */
void rest_note(struct engine *engine, struct contact *contact);
/* It has not any more, or leaves memory. */
void rest_forget(struct engine *engine, struct contact *contact);
/* Before a subject's tracks are looked at: they are there, in some order. */
void rest_wake(struct engine *engine, struct subject *subject);

#endif
