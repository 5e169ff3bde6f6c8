/* gaps: which figures lack events, for the read path.
 * Owns: nothing.
 * Must not know: how gaps come about. */
#ifndef SLAD_SERVICE_GAPS_PRIVATE_H
#define SLAD_SERVICE_GAPS_PRIVATE_H

#include "slad/model/standard.h"
#include "slad/service/gaps.h"
#include "slad/wire/write.h"

/* At the start: gaps of inputs that are not configured any more end. */
int gaps_start(struct service *service, struct err *err) WARN_UNUSED;
/* Whether events are missing from what this standard counts at until_ms. What cannot be known is no gap. */
bool gaps_concern(struct service *service, const struct standard *standard, int64_t until_ms);
/* Adds an array of those that last and the last that ended. */
void gaps_status(struct service *service, struct json_writer *w);

#endif
