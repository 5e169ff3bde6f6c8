/* foresee: fetches from memory, step by step, what a contact and a subject lead to. Each step needs what the one before has
 * fetched; whoever has several goes with one step through all of them.
 * Owns: nothing; nothing here changes what comes out.
 * Must not know: why they will be looked at. */
#ifndef SLAD_ENGINE_FORESEE_H
#define SLAD_ENGINE_FORESEE_H

#include "state.h"

/* 1: the contact; 2: its tracks, and where its moments are listed; 3: the last of them; 4: what that says. */
void foresee_contact(const struct contact *contact, unsigned step);

/* Of what these attributes, and some on top of them, name in keyspace k by texts alone: */
enum foresee_step {
    FORESEE_SUBJECTS = 5, /* where it is looked up */
    FORESEE_SUBJECT,
    FORESEE_TRACKS,       /* and where its moments are listed */
    FORESEE_LAST,         /* the last of these */
};
void foresee_subject(const struct engine *engine, uint32_t k, const struct attrs *before, const struct own *own, size_t own_count,
    unsigned step);
enum { FORESEEN_MOST = 4 }; /* keyspaces: more than a configuration has, and what is foreseen costs time, too */
/* Those from 1 to before this one are foreseen; 0 is the contacts' own. */
static inline size_t foreseen_keyspaces(const struct engine *engine) {
    size_t count = engine->program->keyspace_count;
    return count <= FORESEEN_MOST ? count : FORESEEN_MOST + 1;
}

#endif
