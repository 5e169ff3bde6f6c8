/* view_words: lengths of time and instants as people say them.
 * Owns: nothing.
 * Must not know: what is told. */
#ifndef SLAD_SERVICE_VIEW_WORDS_H
#define SLAD_SERVICE_VIEW_WORDS_H

#include "slad/base/buf.h"
#include "slad/model/calendar.h"
#include "slad/model/zone.h"

/* A text about instants in one zone, which names a date only when it is another than the one last named. */
struct words {
    const struct zone *zone;
    struct buf *out;
    int64_t day; /* the local day that the reader has in mind */
};
struct words words_in(const struct zone *zone, struct buf *out);
/* "08:04:00.250 on 2 March 2026" */
void words_instant(struct words *words, int64_t at_ms);

/* "1 h 2 min 3.25 s", exact. */
void words_duration(struct buf *out, int64_t ms);
/* The same, but whole days as such where the clock runs round the clock: opening hours have no days. */
void words_limit(struct buf *out, int64_t ms, const struct calendar *calendar);
/* In quotes, escaped, cut. */
void words_quoted(struct buf *out, struct span text);

#endif
