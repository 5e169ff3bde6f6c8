/* look: the breaches that changed last, the oldest change first.
 * Owns: the page of the daemon's answer and its rows, until look_fini().
 * Must not know: how they are shown. */
#ifndef SLAD_SLACTL_LOOK_H
#define SLAD_SLACTL_LOOK_H

#include "ask.h"

enum { LOOK_ROWS = 1000 }; /* the most the daemon gives at once: among the newest breaches are the latest changes */

struct look_row {
    const struct json *breach;
    struct span raw; /* its text */
    int64_t id, updated_ms;
};
struct look { /* zero-initialise to start */
    struct answer page;
    struct look_row *rows;
    size_t row_count, row_capacity;
};
/* An exit code; what is wrong is added to trouble. target is /v1/breaches with its filters. */
int look_at_latest(
    const struct options *options, const char *target, struct look *look, struct buf *trouble) WARN_UNUSED;
void look_fini(struct look *look);

/* When it last changed; INSTANT_NEVER: that is not said. */
int64_t look_updated(const struct json *breach);

#endif
