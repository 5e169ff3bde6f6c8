/* translate: a record of a foreign format to event lines (docs/INPUTS.md).
 * Owns: what a source has told of its records so far (the names of a CSV file's columns), and the lines of the latest
 * record.
 * Must not know: where records come from, the journal, the clock. */
#ifndef SLAD_WIRE_TRANSLATE_H
#define SLAD_WIRE_TRANSLATE_H

#include "slad/base/err.h"
#include "slad/base/span.h"
#include "slad/model/format.h"

struct translator;

/* One visit of a call to a queue (docs/ASTERISK.md, Visits). */
struct visit {
    struct span call, queue;
    struct span id; /* of the event that begins it; p == NULL: the one that began last is meant */
};
/* What a translator asks of those who know more than one record. */
struct translate_options {
    /* Its number among the visits of this call to this queue, from 1. Of one that begins: one more than before, but
     * when an event of this id has begun one already, it is told once more: then the latest. Without an id: the latest,
     * 0 when none is known. ERR_IO and others: it cannot be said now. May be NULL: each is taken for the first. */
    int (*visit)(void *arg, const struct visit *visit, uint64_t *nth, struct err *err);
    void *arg;
};

/* For one connection or one file. NULL: records of this format are event lines already. Both are borrowed; options may
 * be NULL. */
struct translator *translator_new(const struct format *format, const struct translate_options *options);
void translator_free(struct translator *translator); /* may be NULL */

/* Forgets what the source has told: what comes next is the start of a file, or something somewhere in one. May be
 * NULL. */
void translator_begin(struct translator *translator);
/* Whether it has to be given the first record of a file before those further on (a CSV file's header). May be NULL. */
bool translator_needs_head(const struct translator *translator);

/* Event lines, each as docs/STANDARDS.md, Events, has it; borrowed until the next call. count 0: the record tells of
 * no event (a header, a comment, a line of a kind that is passed by). */
struct translation {
    const struct span *lines;
    size_t count;
};
/* Translates a whole record or fails as a whole: ERR_INVALID with a reason that the sender is told. */
int translate(struct translator *translator, struct span record, struct translation *out, struct err *err) WARN_UNUSED;

#endif
