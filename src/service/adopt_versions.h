/* adopt_versions: the versions of standards on record, moved on to a configuration that takes over.
 * Owns: nothing.
 * Must not know: engines, breaches. */
#ifndef SLAD_SERVICE_ADOPT_VERSIONS_H
#define SLAD_SERVICE_ADOPT_VERSIONS_H

#include "reconcile_levels.h"
#include "state.h"

/* Each standard of the service's ruleset gets its version, in service->versions: the one that was in force, or a new
 * one; versions of standards that are no more end. how: of each standard, filled in. Within a transaction. */
int adopt_versions(struct service *service, enum reconcile_how *how, struct err *err) WARN_UNUSED;
/* Notes how these standards, which mean what those in force do, are described and placed. Within a transaction. */
int adopt_descriptions(struct service *service, const struct ruleset *rules, struct err *err) WARN_UNUSED;

#endif
