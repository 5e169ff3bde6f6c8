/* record: what the engine finds out, written to the store as it is found.
 * Owns: nothing beyond the service's state.
 * Must not know: why it was found. */
#ifndef SLAD_SERVICE_RECORD_H
#define SLAD_SERVICE_RECORD_H

#include "state.h"

/* The running engine's sink; arg is the service. A failure to write is remembered and fails the batch. */
void record_effect(void *service, const struct effect *effect);
/* Milliseconds or millionths as the store keeps them: seconds, or the value of a value standard. */
double record_in_units(const struct standard *standard, int64_t units);
/* The place of a standard that the engine runs by. */
size_t record_index(const struct service *service, const struct standard *standard);
/* The id of its version in force. */
int64_t record_version(const struct service *service, const struct standard *standard);
/* One missed measurement, written or brought up to date. */
int record_breach(struct service *service, const struct breach *breach, struct err *err) WARN_UNUSED;
/* A level opened, and closed where closed_ms says so. */
int record_level(struct service *service, const struct level_change *level, struct err *err) WARN_UNUSED;
/* One that was open and closed long ago, whatever its group's is now. */
int record_past_level(struct service *service, const struct level_change *level, struct err *err) WARN_UNUSED;

/* Commits the open transaction and counts what it held. */
int record_commit(struct service *service, struct err *err) WARN_UNUSED;
/* Counts what came of what was written later (slad/store/later.h), once it is committed. */
void record_count(struct service *service);

#endif
