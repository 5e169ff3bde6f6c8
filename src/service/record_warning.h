/* record_warning: warnings, written to the store as the engine tells them.
 * Owns: nothing beyond the service's state.
 * Must not know: why they were told. */
#ifndef SLAD_SERVICE_RECORD_WARNING_H
#define SLAD_SERVICE_RECORD_WARNING_H

#include "state.h"

/* One of the four effects of warnings, within a transaction. */
int record_warned(struct service *service, const struct effect *effect, struct err *err) WARN_UNUSED;
/* A warning reached, or what became of it. */
int record_warning(struct service *service, const struct warning *warning, struct err *err) WARN_UNUSED;

#endif
