/* look: one look at the newest breaches, and which of them are new or changed since the look before.
 * Owns: the pages of the latest look and what is remembered of the one before, until look_fini().
 * Must not know: how breaches are shown. */
#ifndef SLAD_SLACTL_LOOK_H
#define SLAD_SLACTL_LOOK_H

#include "ask.h"

enum {
    LOOK_ROWS = 1000, /* a page: how far back a change is noticed */
    LOOK_PAGES = 10,  /* so many when all on them is new: what may come between two looks */
};

struct look_row {
    const struct json *breach;
    struct span raw;
    int64_t id, updated_ms;
};
struct look { /* zero-initialise to start */
    struct answer pages[LOOK_PAGES];
    size_t page_count;
    struct look_row *rows; /* new or changed, the oldest change first; borrowed from the pages */
    size_t row_count, row_capacity;
    struct look_row *seen; /* all of this look, without their texts */
    size_t seen_count, seen_capacity;
    int64_t latest_ms; /* the latest change there was */
    bool has_looked;
    bool lost; /* there was more that is new than LOOK_PAGES hold */
};
/* An exit code; what is wrong is added to trouble. target is /v1/breaches with its filters. */
int look_again(
    const struct options *options, const char *target, struct look *look, struct buf *trouble) WARN_UNUSED;
void look_fini(struct look *look);

#endif
