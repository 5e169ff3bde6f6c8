/* instant: points in time, int64_t milliseconds since the epoch, UTC (docs/STANDARDS.md, "Events", `at`).
 * Owns: nothing.
 * Must not know: zones with names (zone.h), the clock. */
#ifndef SLAD_MODEL_INSTANT_H
#define SLAD_MODEL_INSTANT_H

#include <stdint.h>
#include "slad/base/err.h"
#include "slad/model/value.h"

#define INSTANT_NEVER INT64_MAX /* not known, or not at all */
#define INSTANT_END INT64_C(253402300800000) /* year 10000: instants are >= 0 and below */

/* RFC 3339 with an offset; 'T', 't' or a space; 'Z', 'z' or ±hh:mm; second 60 is the next minute; fraction of any
 * length rounded to the millisecond, halves up. Dates are checked (no 30 February, no hour 24). ERR_INVALID with
 * prose that says what was expected. */
int instant_parse(struct span text, int64_t *out, struct err *err) WARN_UNUSED;
/* Seconds below 1e11 in size, milliseconds from there: floor(1000 v + 0.5) or floor(v + 0.5) in doubles. ERR_INVALID
 * outside 1970..9999. */
int instant_of_number(double number, int64_t *out, struct err *err) WARN_UNUSED;
/* Either of the above by kind; ERR_INVALID for truth values and null. */
int instant_of_value(const struct value *value, int64_t *out, struct err *err) WARN_UNUSED;

enum { INSTANT_TEXT_MAX = 32 };
/* "2026-03-02T09:00:00.000Z". Instants out of range are clamped into it. Returns out. */
const char *instant_text(int64_t ms, char out[INSTANT_TEXT_MAX]);

/* Days since 1970-01-01 of a Gregorian date and back; proleptic, any year. */
int64_t date_to_days(int64_t year, int month, int day);
struct date {
    int64_t year;
    int month, day; /* 1..12, 1..31 */
};
struct date date_of_days(int64_t days);
/* 0 = Monday … 6 = Sunday. */
int weekday_of_days(int64_t days);
/* "2026-12-25", checked. ERR_INVALID. */
int date_parse(struct span text, int64_t *days, struct err *err) WARN_UNUSED;

#endif
