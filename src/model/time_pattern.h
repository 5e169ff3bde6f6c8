/* time_pattern: times as strptime's patterns have them, in a subset (docs/INPUTS.md, Times).
 * Owns: nothing.
 * Must not know: other forms of times, locales. */
#ifndef SLAD_MODEL_TIME_PATTERN_H
#define SLAD_MODEL_TIME_PATTERN_H

#include "slad/base/span.h"
#include "slad/model/zone.h"

/* Whether it is understood, and says year, month and day. ERR_INVALID with what is wrong. */
int time_pattern_check(const char *pattern, struct err *err) WARN_UNUSED;
/* The instant of a text; `pattern` was checked. Without an offset it is of the zone; NULL: an offset is needed. 0;
 * 1: the text is not written so; ERR_INVALID: it is, but there is no such time. */
int time_pattern_read(
    const char *pattern, const struct zone *zone, struct span text, int64_t *out, struct err *err) WARN_UNUSED;

#endif
