/* feed: how the service hands over what is not kept in the store.
 * Owns: see struct feed.
 * Must not know: who follows. */
#ifndef SLAD_SERVICE_FEED_ROOM_H
#define SLAD_SERVICE_FEED_ROOM_H

#include "slad/base/buf.h"
#include "slad/model/figures.h"
#include "slad/service/feed.h"

struct feed_figure { /* places in feed.text */
    size_t standard, group, data, end;
};
struct feed {
    int wanted; /* by so many */
    struct buf text;
    struct feed_figure *figures; /* of the open batch */
    size_t count, capacity;
    bool cut; /* there were more than FEED_FIGURES_BYTES */
};

/* Figures that are published in the open batch. */
void feed_publish(struct service *service, const struct figures *figures);
/* The batch is committed, or lost. */
void feed_committed(struct service *service);
void feed_failed(struct service *service);
/* A change of the configuration is in force, or (with findings, a text of lines) was refused. */
void feed_reloaded(struct service *service, struct span findings);
void feed_fini(struct feed *feed);

#endif
