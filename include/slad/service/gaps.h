/* gaps: the write path of inputs that cannot be read again: how far they were seen to work, and from when to
 * when their events are missing (docs/ASTERISK.md, Data gaps). Owns: nothing. Must not know: how such an
 * input is connected.
 *
 * All within a turn (service.h); a failure to write loses the batch, and then it is all to be written again.
 */
#ifndef SLAD_SERVICE_GAPS_H
#define SLAD_SERVICE_GAPS_H

#include "slad/base/buf.h"
#include "slad/service/service.h"

/* What an endpoint that is connected to is called: "ami:127.0.0.1:5038". */
void intake_link_name(const struct endpoint *endpoint, struct buf *out);

/* Up to when the link was seen to work, and what it knew then, as text. */
int intake_link_put(struct service *service, struct span name, int64_t seen_ms, struct span knows,
    struct err *err) WARN_UNUSED;
/* knows is added to. 1: it was never made. */
int intake_link_get(struct service *service, struct span name, int64_t *seen_ms, struct buf *knows,
    struct err *err) WARN_UNUSED;

/* From since_ms on events are missing; one that lasts already goes on. */
int intake_gap_open(struct service *service, struct span name, int64_t since_ms, const char *reason,
    struct err *err) WARN_UNUSED;
/* They are not any more. */
int intake_gap_end(struct service *service, struct span name, int64_t until_ms, struct err *err) WARN_UNUSED;

#endif
