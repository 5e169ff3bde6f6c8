/* watch_log: tells when the database's write-ahead log cannot be copied, or grows because a reader holds it back, and when
 * that is over.
 * Owns: service->log_grown.
 * Must not know: who reads. */
#ifndef SLAD_SERVICE_WATCH_LOG_H
#define SLAD_SERVICE_WATCH_LOG_H

#include "state.h"

/* After a commit. */
void watch_log(struct service *service);

#endif
