/* redo: the long road of a moment: the subjects it touches are run from their timelines before and after, and the
 * difference is posted.
 * Owns: what it remembers of before, within a call.
 * Must not know: why the short road would not do. */
#ifndef SLAD_ENGINE_REDO_H
#define SLAD_ENGINE_REDO_H

#include "state.h"

/* Puts the moment where it belongs in its contact's timeline, wherever that is. */
void redo_moment(struct engine *engine, struct contact *contact, struct moment *moment);
/* Takes a contact out as if it had never been, without a word to anybody. */
void redo_forget(struct engine *engine, struct contact *contact);

#endif
