/* metrics: what a monitoring system reads of the service, again and again (docs/API.md, GET /metrics).
 * Owns: nothing.
 * Must not know: HTTP, inputs. */
#ifndef SLAD_SERVICE_METRICS_H
#define SLAD_SERVICE_METRICS_H

#include "slad/service/service.h"
#include "slad/wire/exposition.h"

enum {
    /* Groups whose figures are shown, of all standards together, the first in their order; slad_groups_left_out says how
     * many are not. With three percentiles 20,000 series and 2 MiB a scrape, what one target should give at most. */
    METRICS_GROUPS_MAX = 2000,
};

void service_metrics(struct service *service, struct exposition *e);

#endif
