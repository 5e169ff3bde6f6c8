/* timetable: a calendar's opening hours in one canonical form: on each day sorted spans that do not touch.
 * Owns: copies of all the spans; borrows the zone.
 * Must not know: UTC; how a calendar is asked. */
#ifndef SLAD_MODEL_TIMETABLE_H
#define SLAD_MODEL_TIMETABLE_H

#include "slad/base/mem.h"
#include "slad/model/calendar.h"

struct wall_span {
    int from_min, to_min; /* after the day's local midnight, from <= to; beyond 1440: on the next day */
};
struct open_hours {
    struct wall_span *spans;
    size_t count;
};
struct open_date {
    int64_t day;
    struct open_hours hours;
};
struct timetable {
    const struct zone *zone;
    struct open_hours week[7]; /* Monday first */
    struct open_date *dates;   /* rising days, each once; none that opens as its weekday does */
    size_t date_count;
    struct arena arena;
};

void timetable_init(struct timetable *table, const struct calendar_spec *spec);
/* What is open from this day on. *next_date is 0 for the first call and moves along; days must rise. */
const struct open_hours *timetable_on(const struct timetable *table, int64_t day, size_t *next_date);
/* As JSON with the keys of the language. */
void timetable_describe(const struct timetable *table, struct buf *out);
void timetable_fini(struct timetable *table);

#endif
