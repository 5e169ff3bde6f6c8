/* zone: wall-clock time of an IANA time zone (docs/STANDARDS.md, "Calendars").
 * Owns: a table of the zone's offsets, read once from the C library's zone data.
 * Must not know: opening hours. Loading sets TZ for a moment: no other thread may look at the environment or ask for
 * local time. */
#ifndef SLAD_MODEL_ZONE_H
#define SLAD_MODEL_ZONE_H

#include <stdint.h>
#include "slad/base/err.h"

struct zone;

/* Loads a zone by name ("UTC", "Europe/Riga"). Names are checked against the zone data (no path tricks, case
 * matters). ERR_NOT_FOUND with the nearest known name in the text. */
int zone_load(const char *name, struct zone **out, struct err *err) WARN_UNUSED;
void zone_free(struct zone *zone);
const char *zone_name(const struct zone *zone);
/* By which tables with the same offsets are equal, as long as span_hash() has the same keys: zone data change. */
uint64_t zone_digest(const struct zone *zone);

/* Milliseconds that the wall clock is ahead of UTC at this instant. */
int64_t zone_offset(const struct zone *zone, int64_t at);
/* Wall-clock time is written as milliseconds since 1970-01-01T00:00 on that wall clock. */
static inline int64_t zone_wall(const struct zone *zone, int64_t at) {
    return at + zone_offset(zone, at);
}
/* The instant of a wall-clock time: the first when it occurs twice, the jump when it is skipped. */
int64_t zone_instant(const struct zone *zone, int64_t wall_ms);

enum period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR };
/* The instant at which the period that `at` lies in began (week: on Monday), and the beginning of the next one, which is
 * always later than `at`: where a clock is set back over midnight, the old day comes again after the new one began. */
int64_t zone_period_start(const struct zone *zone, enum period period, int64_t at);
int64_t zone_period_end(const struct zone *zone, enum period period, int64_t at);

#endif
