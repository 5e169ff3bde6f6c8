/* reconcile_warnings: the open warnings on record held against what a newly built engine finds at risk.
 * Owns: nothing.
 * Must not know: versions, how the engine was built. */
#ifndef SLAD_SERVICE_RECONCILE_WARNINGS_H
#define SLAD_SERVICE_RECONCILE_WARNINGS_H

#include "state.h"

/* Within a transaction; the service's engine and configuration are those to be in force. Of cycles that run at risk the
 * furthest warning is on record afterwards; what was told of others ends. Warnings of the past are not made up. */
int reconcile_warnings(struct service *service, struct err *err) WARN_UNUSED;

#endif
