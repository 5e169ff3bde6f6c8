/* handover: event lines of a sender that cannot send them again, kept until they are on disk.
 * Owns: copies of the lines.
 * Must not know: who the sender is, what is on a line. */
#ifndef SLAD_INGEST_HANDOVER_H
#define SLAD_INGEST_HANDOVER_H

#include "ingest/batch.h"

/* Beyond it the sender has to wait: an hour of the calls of a large exchange. */
#define HANDOVER_BYTES_MAX (4 * 1024 * 1024)

struct handover {
    struct batch *batch;
    const struct intake_source *source;
    struct buf lines; /* each with its newline */
    size_t handed;    /* bytes of lines that the service has taken, and that are not on disk: */
    size_t sealed;    /* so many of them are once `sealed_in` is, */
    uint64_t sealed_in;
    uint64_t open_in; /* and the rest once this is */
    uint64_t count;   /* lines ever */
};

/* Borrows both. */
void handover_init(struct handover *handover, struct batch *batch, const struct intake_source *source);
void handover_fini(struct handover *handover);

void handover_add(struct handover *handover, struct span line);
/* Hands in what can be; whether that is everything. */
bool handover_push(struct handover *handover);
bool handover_is_full(const struct handover *handover);
/* Something is on disk: what of it was handed in is let go. */
void handover_settled(struct handover *handover);
/* It is not, and never will be: it is handed in again. */
void handover_lost(struct handover *handover);

#endif
