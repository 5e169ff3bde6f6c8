/* level_notes: what levels are to learn, by the instant of event time at which they do.
 * Owns: the notes (chunks.h): they come nearly in order, and leave in order. (In a heap of nodes each cost some ten cache
 * misses, a twentieth of what takes events in.)
 * Must not know: what a record counts for. */
#ifndef SLAD_ENGINE_LEVEL_NOTES_H
#define SLAD_ENGINE_LEVEL_NOTES_H

#include "window.h"

struct level_note {
    int64_t known; /* that instant */
    struct record record;
    int sign; /* +1: put in, -1: taken out */
};
struct level_notes { /* zero-initialise to start */
    struct chunks notes;
};

static inline size_t level_notes_count(const struct level_notes *notes) {
    return notes->notes.items;
}
void level_notes_add(struct level_notes *notes, const struct level_note *note);
/* The earliest, or NULL. */
const struct level_note *level_notes_front(const struct level_notes *notes);
void level_notes_drop_front(struct level_notes *notes);
/* Takes out the first by which such a record is put in; false when there is none. Looks at all of them. */
bool level_notes_remove(struct level_notes *notes, const struct record *record);
/* All of them, the earliest first. */
void level_notes_each(const struct level_notes *notes, void (*visit)(void *arg, const struct level_note *note), void *arg);
void level_notes_fini(struct level_notes *notes);

#endif
