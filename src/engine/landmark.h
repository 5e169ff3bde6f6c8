/* landmark: states along the long timeline of a subject, from which a run may begin, so that a late moment costs by
 * what it changes and not by all that ever happened.
 * Owns: copies of tracks, for each standard that was run over such a subject.
 * Must not know: what is posted. */
#ifndef SLAD_ENGINE_LANDMARK_H
#define SLAD_ENGINE_LANDMARK_H

#include "timeline.h"

/* A timeline of fewer moments is run from its start: that costs less than keeping landmarks. */
enum { LANDMARKS_FROM = 128, LANDMARK_EVERY = 64 };

struct landmark {
    const struct moment *next; /* the state before this moment */
    struct track track;
};
struct landmarks { /* of one standard */
    uint32_t standard;
    struct landmark *list; /* by rising moment */
    size_t count, capacity;
};
struct landmark_book {
    struct landmarks *lists;
    size_t count, capacity;
};

/* The last one before this moment: its state is copied to *track, and the place of its moment returned. Without one
 * *track is left as it is, and 0 returned. */
size_t landmark_before(
    struct intern *texts, const struct subject *subject, uint32_t standard, const struct moment *moment,
    struct track *track);
/* A run comes by: `track` is its state before this moment, and *since counts the moments since the last landmark. One
 * that stands there is brought up to date, one is put there when it is time: true when there is one now. */
bool landmark_pass(struct intern *texts, struct subject *subject, const struct moment *next, const struct track *track,
    uint32_t *since);
/* Takes away those before moments from `from` through `through`. */
void landmark_clear(
    struct intern *texts, struct subject *subject, const struct moment *from, const struct moment *through);
void landmark_free(struct intern *texts, struct subject *subject);

#endif
