/* calendar: the hours in which a clock runs, compiled to UTC spans with running totals
 * (docs/STANDARDS.md, "Calendars").
 * Owns: the spans.
 * Must not know: standards, files. A NULL calendar is `always`, open round the clock. */
#ifndef SLAD_MODEL_CALENDAR_H
#define SLAD_MODEL_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/model/zone.h"

/* Calendars are open only between these years (UTC, from the first's beginning to the last's end); outside they are
 * closed. Wide enough for every instant the daemon can meet in work; narrow enough for a table. */
enum { CALENDAR_FIRST_YEAR = 1970, CALENDAR_LAST_YEAR = 2149 };

struct day_span {
    int from_min, to_min; /* minutes after local midnight, 0..1440; to <= from: ends on the next day */
};
struct day_hours {
    const struct day_span *spans;
    size_t count;
};
struct dated_hours {
    int64_t day; /* days since 1970-01-01 */
    struct day_hours hours;
};
struct calendar_spec {
    const struct zone *zone;
    struct day_hours week[7];         /* Monday first */
    const struct dated_hours *dates;  /* instead of the weekday's; the last one of a date counts; any order */
    size_t date_count;
};

struct calendar;
/* Compiles; copies all it needs but for `zone`, which must outlive it. */
struct calendar *calendar_new(const char *name, const struct calendar_spec *spec);
void calendar_free(struct calendar *calendar);
const char *calendar_name(const struct calendar *calendar); /* "always" for NULL */

/* Open milliseconds in [from, to); 0 when to <= from. */
int64_t calendar_open_between(const struct calendar *calendar, int64_t from, int64_t to);
/* The last instant at which a clock that starts at `from` with `left` ms still has run no more than `left`: inside the
 * first opening after which more than `left` has run (a limit used up exactly at closing time is due at the next
 * opening). INSTANT_NEVER when the calendar never opens again for so long. */
int64_t calendar_due(const struct calendar *calendar, int64_t from, int64_t left);
/* Open at this instant? */
bool calendar_is_open(const struct calendar *calendar, int64_t at);
/* The first instant >= at at which it is open; INSTANT_NEVER. */
int64_t calendar_next_open(const struct calendar *calendar, int64_t at);
/* Adds a canonical description (zone, hours, dates) by which two calendars of the same meaning are equal text. */
void calendar_describe(const struct calendar *calendar, struct buf *out);
/* By which calendars that are open at the same instants are equal, as long as span_hash() has the same keys. */
uint64_t calendar_digest(const struct calendar *calendar);

#endif
