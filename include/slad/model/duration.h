/* duration: lengths of time as people write them (docs/STANDARDS.md, "Durations").
 * Owns: nothing.
 * Must not know: calendars. */
#ifndef SLAD_MODEL_DURATION_H
#define SLAD_MODEL_DURATION_H

#include <stdint.h>
#include "slad/base/err.h"
#include "slad/base/span.h"

#define DURATION_MAX INT64_C(253402300800000) /* longer than all instants lie apart */

/* "250ms", "30s", "1h30m", "1.5h" … to milliseconds, rounded, halves up (exact, not in doubles). ERR_INVALID with
 * prose: what was expected, and for a bare number that a unit is missing. */
int duration_parse(struct span text, int64_t *ms, struct err *err) WARN_UNUSED;

enum { DURATION_TEXT_MAX = 48 };
/* The shortest exact form: 90000 -> "1m30s", 3600000 -> "1h", 0 -> "0s". Weeks are written as days. Returns out. */
const char *duration_text(int64_t ms, char out[DURATION_TEXT_MAX]);

#endif
