/* reconcile_warnings: the open warnings on record held against what a newly built engine finds at risk.
 * Owns: struct risks: the cycles that were at risk when it was made, kept up to date.
 * Must not know: versions, how the engine was built.
 *
 * Of cycles that run at risk the furthest warning is on record afterwards; what was told of others ends. Warnings of the
 * past are not made up. */
#ifndef SLAD_SERVICE_RECONCILE_WARNINGS_H
#define SLAD_SERVICE_RECONCILE_WARNINGS_H

#include "state.h"

/* Those of levels, which are few. Within a transaction; the service's engine and configuration are those to be in
 * force. */
int reconcile_level_warnings(struct service *service, struct err *err) WARN_UNUSED;

/* Those of contacts, in slices, while the engine runs. */
struct risks;
struct risks *risks_new(struct service *service);
void risks_free(struct risks *risks); /* NULL is fine */
/* A slice, within a transaction: as many looked at, or written (added to *writes), at most. 1: there is more; 0: all are
 * on record. */
int risks_step(struct risks *risks, size_t looks, size_t most, size_t *writes, struct err *err) WARN_UNUSED;
/* What the running engine found meanwhile; it is written down already. */
void risks_effect(struct risks *risks, const struct effect *effect);

#endif
