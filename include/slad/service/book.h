/* book: the breaches that an engine has told of, as history now stands: missed ones kept, withdrawn ones gone.
 * Owns: copies of every breach and level change in it.
 * Must not know: the store, JSON. */
#ifndef SLAD_SERVICE_BOOK_H
#define SLAD_SERVICE_BOOK_H

#include "slad/base/map.h"
#include "slad/model/effect.h"

struct book_entry {
    struct book_entry *prev, *next; /* of breaches: in the order in which they were first told */
    struct effect effect; /* EFFECT_MISSED, or EFFECT_LEVEL_CLOSED (closed_ms INSTANT_NEVER: still open) */
    bool seen;            /* the caller's mark */
    char *texts;          /* what the spans in effect point to */
};
struct book { /* zero-initialise to start */
    struct map breaches;    /* of struct book_entry, by identity */
    struct map open_levels; /* by standard, group and target */
    struct book_entry **levels; /* all level changes, by opening */
    size_t level_count, level_capacity;
    struct book_entry *first, *last; /* of the breaches */
};

/* An engine's sink; book is the arg. */
void book_effect(void *book, const struct effect *effect);
/* The missed measurements, in the order in which they were first told; *count of them. Freed by the caller, the
 * entries borrowed. */
struct book_entry **book_breaches(const struct book *book, size_t *count);
/* The breach of this identity, or NULL. */
struct book_entry *book_find(const struct book *book, const struct breach *breach);
/* Takes a breach out of the book: it is no more needed. */
void book_drop(struct book *book, struct book_entry *take_entry);
void book_fini(struct book *book);

#endif
