/* feed: what happened, for those who follow it: breaches and warnings in the order of committing, figures as they are
 * published, reloads.
 * Owns: the figures of the open batch that somebody wants.
 * Must not know: HTTP, who follows.
 *
 * Breaches and warnings are read from the store, so there is no other way for them to be told of than to have been
 * committed, and a reader goes on from any place that is still kept. Figures and reloads are told once, to the `news` of
 * the service's listeners: figures after the commit that made them durable, and never when it failed. */
#ifndef SLAD_SERVICE_FEED_H
#define SLAD_SERVICE_FEED_H

#include "slad/service/view.h"

enum feed_kind { FEED_CONTACT = 1, FEED_LEVEL, FEED_WARNING, FEED_RELOAD, FEED_FIGURES };
struct feed_message {
    int64_t place;              /* where it stands, to go on from; 0: it is not kept */
    enum feed_kind kind;
    struct span standard, group; /* group: JSON. p == NULL: it is of no standard */
    struct span data;           /* JSON on one line (docs/API.md, GET /v1/stream) */
};
/* "breach", "warning", "reload", "figures" */
const char *feed_kind_name(enum feed_kind kind);

enum {
    FEED_WINDOW = 200,                /* changes of one feed_read(): a millisecond or two */
    FEED_FIGURES_BYTES = 1024 * 1024, /* of one publish, some 3,000 groups; what is over it is not told */
};

/* Places from which everything that came after can still be read: first <= place <= last. */
struct feed_bounds {
    int64_t first, last;
};
int feed_bounds(struct service *service, struct feed_bounds *out, struct err *err) WARN_UNUSED;
/* Visits what came after this place, of the next FEED_WINDOW changes at most, each breach as it is now and once. *through:
 * how far that was; `after` when there is nothing. Messages are borrowed for the visit. */
typedef void feed_visit(void *arg, const struct feed_message *message);
int feed_read(struct service *service, int64_t after, feed_visit *visit, void *arg, int64_t *through,
    struct err *err) WARN_UNUSED;

/* How many want figures: they are written down for `news` only while somebody does. */
void feed_want_figures(struct service *service, int more);

/* standard=, kind=contact|level|warning|reload, group.ATTR=; texts are the query's, which must outlive it. The errors of
 * a view. */
struct feed_filter {
    struct span standard;
    enum feed_kind kind; /* 0: any */
    const char *const *attrs, *const *values;
    size_t term_count;
};
int feed_filter_read(struct service *service, const struct view_query *query, struct feed_filter *out,
    struct err *err) WARN_UNUSED;
/* What is of no standard fits every standard and group. Figures fit every kind: they have to be asked for. */
bool feed_fits(const struct feed_filter *filter, const struct feed_message *message);

#endif
