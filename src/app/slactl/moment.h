/* moment: instants and durations as people at a terminal read and type them, in the zone they live in.
 * Owns: the process's time zone, once moment_use_utc() was called.
 * Must not know: the daemon's clock, tables. */
#ifndef SLAD_SLACTL_MOMENT_H
#define SLAD_SLACTL_MOMENT_H

#include <stdint.h>
#include "slad/base/buf.h"

/* From now on the local zone is UTC. */
void moment_use_utc(void);
/* The local zone's name: "Europe/Riga", "UTC", or the abbreviation where no name is to be had. Returns out.
 */
enum { MOMENT_ZONE_MAX = 64 };
const char *moment_zone(char out[MOMENT_ZONE_MAX]);

enum moment_precision { MOMENT_SECONDS, MOMENT_EXACT };
enum { MOMENT_TEXT_MAX = 48 };
/* "2026-03-02 09:04:11" in the local zone, or "… 09:04:11.250" where the precision asks for it; "-" for
 * INSTANT_NEVER. Returns out. */
const char *moment_text(int64_t ms, enum moment_precision precision, char out[MOMENT_TEXT_MAX]);

/* "3m14s": whole seconds from a minute on, whole minutes from a day on, to the millisecond below. Cut, not
 * rounded, so that 59.9 s are not a minute. Returns out, of DURATION_TEXT_MAX. */
const char *length_text(int64_t ms, char *out);

/* A time as it was typed, as the daemon takes it: a duration back from now ("24h"), an instant with an
 * offset and seconds since the epoch as they are, a local time ("2026-03-02 09:04", "2026-03-02", "09:04" of
 * today) as an instant. Added to out, which may be NULL. ERR_INVALID with prose. */
int moment_query(const char *typed, struct buf *out, struct err *err);

#endif
