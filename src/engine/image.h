/* image: what is written into an image and read from it, number by number. One function goes over a structure for both:
 * `x = image_int(image, x)` writes x, or is the next number read, whatever x was. So what is written and what is read
 * cannot come apart.
 * Owns: which number each text, set of attributes and subject has, in the order in which they are met.
 * Must not know: what a number stands for. */
#ifndef SLAD_ENGINE_IMAGE_PARTS_H
#define SLAD_ENGINE_IMAGE_PARTS_H

#include "slad/base/buf.h"
#include "slad/engine/image.h"
#include "state.h"

struct numbered_thing {
    const void *thing;
    size_t number;
};
struct numbered { /* zero-initialise to start */
    struct map met; /* saving: of struct numbered_thing, by address */
    void **list;    /* loading: by number */
    size_t capacity, count;
};
struct image {
    bool loads;
    struct engine *engine;
    const char *at, *end; /* loading: what is not read yet */
    bool is_bad;          /* it ended too early, or names what is not there; all that is read from now on is 0 */
    struct buf out;       /* saving: what is not written yet */
    image_write *write;
    void *arg;
    int code;             /* of the first write that failed */
    struct err *err;
    struct numbered texts, attrs, subjects;
    struct pool things; /* saving: that were met */
};

/* Saving: hands on what there is. */
void image_flush(struct image *image);
void image_fini(struct image *image);

/* Any number; small ones are shorter. */
int64_t image_int(struct image *image, int64_t value);
static inline bool image_bool(struct image *image, bool value) {
    return image_int(image, value) != 0;
}
/* Of things that follow, at least a byte each. */
size_t image_count(struct image *image, size_t count);
/* A place in a list of so many. */
size_t image_index(struct image *image, size_t index, size_t count);
/* Eight bytes: a number that uses all of them. */
uint64_t image_word(struct image *image, uint64_t word);

/* Loading: with a reference. NULL is written as such. */
struct sym *image_text(struct image *image, struct sym *text);
val image_val(struct image *image, val v);
struct own image_own(struct image *image, struct own own);
struct attrs *image_attrs(struct image *image, struct attrs *attrs);
/* A contact or another subject is met once, where all of it is written; from then on it goes by its number. NULL: it is
 * not one that was met. */
void image_meet(struct image *image, struct subject *subject);
struct subject *image_met(struct image *image, struct subject *subject);
struct contact *image_contact(struct image *image, struct contact *contact);

/* The parts of an engine: image_ledger.c, image_timeline.c, image_track.c. */
void image_ledger(struct image *image, struct ledger *ledger);
/* One of a ledger that was gone over; NULL is written as such. */
struct group_state *image_group_of(struct image *image, struct ledger *ledger, struct group_state *group);
void image_contacts(struct image *image);
void image_subjects(struct image *image);
void image_deadlines(struct image *image);
/* Without its contact and attributes as of then. */
struct moment *image_moment(struct image *image, struct moment *moment);
void image_tracks(struct image *image, struct subject *subject);

#endif
