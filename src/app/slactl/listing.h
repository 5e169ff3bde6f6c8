/* listing: a list that the daemon answers page by page, followed until there are enough rows.
 * Owns: the pages while it walks.
 * Must not know: what the rows are. */
#ifndef SLAD_SLACTL_LISTING_H
#define SLAD_SLACTL_LISTING_H

#include "ask.h"

struct listing {
    const char *target; /* without limit and after */
    const char *list;   /* the answer's member that holds the rows; also what they are called */
    /* A row; raw is its text. Gone when the call returns. */
    void (*row)(void *arg, const struct json *row, struct span raw);
    void *arg;
};
struct listing_end {
    size_t rows;
    struct buf next; /* where it would go on, as JSON text; empty at the end of the list. buf_fini() frees. */
};
/* An exit code, said on standard error when it is not EXIT_FINE. At most options->limit rows. *out is filled
 * in any case; zero-initialise it. */
int listing_walk(
    const struct options *options, const struct listing *listing, struct listing_end *out) WARN_UNUSED;

/* The whole of a command that lists: with --json the merged pages, else rows into a table that the caller has
 * begun (and ends), and remarks on standard error about an empty list or one that goes on. */
int listing_show(const struct options *options, const struct listing *listing) WARN_UNUSED;
/* "no breaches (since 24h)" on standard error. */
void listing_say_empty(const struct options *options, const char *what);

#endif
