/* reconcile: the recorded breaches of one standard held against what the journal says.
 * Owns: nothing.
 * Must not know: versions, how the engine was built. */
#ifndef SLAD_SERVICE_RECONCILE_H
#define SLAD_SERVICE_RECONCILE_H

#include "slad/service/book.h"
#include "state.h"

enum reconcile_how {
    RECONCILE_SAME,    /* the meaning did not change: recorded levels stand as they are */
    RECONCILE_CHANGED, /* judged anew: recorded levels end, history by the new meaning is written */
};
/* Within a transaction; the service's engine and configuration are those to be in force. */
int reconcile_standard(
    struct service *service, size_t standard, const struct book *book, enum reconcile_how how, struct err *err) WARN_UNUSED;
/* Writes down the contact breaches of the book that were not recorded, and brings the record of warnings in line: once,
 * after every standard was reconciled. */
int reconcile_missing(struct service *service, const struct book *book, struct err *err) WARN_UNUSED;
/* A standard that is no more: its open breaches end. */
int reconcile_removed(struct service *service, struct span name, struct err *err) WARN_UNUSED;

#endif
