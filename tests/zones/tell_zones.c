/* tell_zones: what slad makes of the wall clocks of zones, day by day, for zone_years.py to judge.
 *
 *     tell_zones FIRST_DAY LAST_DAY ZONE...     days since 1970-01-01
 *
 * A line a day of each zone, fields split by tabs, all times in milliseconds:
 *     ZONE DAY | for each timetable: OPENING-CLOSING,… OPEN_MS DUE | for each period: START END
 * A day lasts from its first instant on the wall clock to the next one's. An opening stands with the day in
 * which it begins; OPEN_MS are the day's; DUE is when DUE_AFTER_MS from the day's first instant on have run;
 * periods are those that ASK_MS after its first instant lies in. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "slad/model/calendar.h"
#include "slad/model/instant.h"

enum { MINUTE_MS = 60 * 1000, DAY_MIN = 24 * 60, DAY_MS = DAY_MIN * MINUTE_MS };
enum { DUE_AFTER_MS = 620 * MINUTE_MS, ASK_MS = 30 * MINUTE_MS };
/* Above the longest opening of these timetables, also with a clock set back. */
enum { OPENING_MOST_MS = 17 * 60 * MINUTE_MS };

/* Openings and closings at the hours at which clocks are changed; apart, so that none hides in another's
 * opening. */
static const struct day_span early[] = {{0, 150}, {540, 1050}};  /* 00:00-02:30 09:00-17:30 */
static const struct day_span late[] = {{150, 360}, {780, 1440}}; /* 02:30-06:00 13:00-24:00 */
static const struct day_span over[] = {{1350, 45}, {120, 180}};  /* 22:30-00:45 02:00-03:00 */
static const struct day_hours hours[] = {{early, 2}, {late, 2}, {over, 2}};
enum { TIMETABLES = sizeof hours / sizeof *hours };

struct timetable {
    const struct day_hours *hours; /* of every day */
    struct calendar *calendar;
    int64_t told_until; /* the end of the latest opening that was told */
};

static bool open_throughout(const struct calendar *calendar, int64_t from, int64_t to) {
    return calendar_open_between(calendar, from, to) == to - from;
}

/* The instant to which it has been open without a break. */
static int64_t search_closing(const struct calendar *calendar, int64_t from) {
    int64_t open = from, closed = from + OPENING_MOST_MS;
    while (closed - open > 1) {
        int64_t middle = open + (closed - open) / 2;
        if (open_throughout(calendar, from, middle))
            open = middle;
        else
            closed = middle;
    }
    return open;
}

/* The same; asks first about the lengths that openings have on most days, which is quicker. */
static int64_t closing_of(const struct timetable *table, int64_t opening) {
    for (size_t i = 0; i < table->hours->count; i++) {
        const struct day_span *span = &table->hours->spans[i];
        int64_t closing = opening + (span->to_min - span->from_min + DAY_MIN) % DAY_MIN * (int64_t)MINUTE_MS;
        if (open_throughout(table->calendar, opening, closing) && !calendar_is_open(table->calendar, closing))
            return closing;
    }
    return search_closing(table->calendar, opening);
}

static void tell_timetable(struct timetable *table, int64_t start, int64_t end) {
    const struct calendar *calendar = table->calendar;
    char split = '\t';
    for (;;) {
        int64_t opening = calendar_next_open(calendar, table->told_until);
        if (opening >= end) break;
        table->told_until = closing_of(table, opening);
        printf("%c%" PRId64 "-%" PRId64, split, opening, table->told_until);
        split = ',';
    }
    if (split == '\t') printf("\t-");
    printf("\t%" PRId64 "\t%" PRId64, calendar_open_between(calendar, start, end),
        calendar_due(calendar, start, DUE_AFTER_MS));
}

static void tell_day(const struct zone *zone, struct timetable *tables, int64_t day) {
    int64_t start = zone_instant(zone, day * DAY_MS), end = zone_instant(zone, (day + 1) * DAY_MS);
    printf("%s\t%" PRId64, zone_name(zone), day);
    for (size_t i = 0; i < TIMETABLES; i++) tell_timetable(&tables[i], start, end);
    for (enum period period = PERIOD_DAY; period <= PERIOD_YEAR; period++)
        printf("\t%" PRId64 "\t%" PRId64, zone_period_start(zone, period, start + ASK_MS),
            zone_period_end(zone, period, start + ASK_MS));
    putchar('\n');
}

/* An opening that began before `from` is not told. */
static void compile(
    struct timetable *table, const struct zone *zone, const struct day_hours *every_day, int64_t from) {
    struct calendar_spec spec = {.zone = zone};
    for (size_t i = 0; i < sizeof spec.week / sizeof *spec.week; i++) spec.week[i] = *every_day;
    table->hours = every_day;
    table->calendar = calendar_new("every day", &spec);
    table->told_until =
        calendar_is_open(table->calendar, from - 1) ? search_closing(table->calendar, from - 1) : from;
}

static int tell_zone(const char *name, int64_t first, int64_t last) {
    struct zone *zone;
    struct err err;
    struct timetable tables[TIMETABLES];
    if (zone_load(name, &zone, &err)) {
        fprintf(stderr, "tell_zones: %s\n", err.text);
        return err.code;
    }
    for (size_t i = 0; i < TIMETABLES; i++)
        compile(&tables[i], zone, &hours[i], zone_instant(zone, first * DAY_MS));
    for (int64_t day = first; day <= last; day++) tell_day(zone, tables, day);
    for (size_t i = 0; i < TIMETABLES; i++) calendar_free(tables[i].calendar);
    zone_free(zone);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: tell_zones FIRST_DAY LAST_DAY ZONE...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++)
        if (tell_zone(argv[i], atoll(argv[1]), atoll(argv[2]))) return 1;
    return 0;
}
