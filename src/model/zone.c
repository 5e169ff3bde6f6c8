/* zone: offsets of one time zone, found by asking the C library's localtime_r.
 *
 * 1. spans are sorted by start; each holds until the next one's start; the first also holds for all time
 * before it.
 * 2. spans cover UTC from FIRST_YEAR's beginning through LAST_YEAR's end, with every change to the second.
 * 3. After the last change that the zone data lists one by one, zones follow a yearly rule that depends only
 * on how the year lies in the calendar (its weekday of 1 January, leap or not). The last 28 years of the
 * table hold each of the fourteen kinds of year, so an instant after LAST_YEAR is looked up in the latest
 * year of its kind. */
#include "slad/model/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "zone_names.h"

enum {
    FIRST_YEAR = 1968, /* periods that begin before 1970 reach back into 1969 */
    LAST_YEAR = 2149,
    KINDS_CYCLE = 28, /* years; no century year may lie in the last ones, as it lacks its leap day */
};

/* Two changes may lie weeks apart in the zone data's list (Morocco's Ramadan, listed up to 2087) and were
 * days apart in the past; a span shorter than the step could be overlooked. */
enum { LISTED_CLOSELY_UNTIL = 2038, CLOSE_STEP_DAYS = 1, WIDE_STEP_DAYS = 14 };

enum { DAY_S = 24 * 60 * 60 };
static const int64_t day_ms = INT64_C(1000) * DAY_S;
static const int64_t table_end_ms = INT64_C(5680281600000); /* the end of LAST_YEAR */

struct zone_span {
    int64_t start, offset; /* ms */
};
struct zone {
    char *name;
    struct zone_span *spans;
    size_t count, capacity;
};

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* ---- loading ---- */

static int64_t asked_offset_s(int64_t at_s) {
    struct tm tm;
    time_t at = (time_t)at_s;
    return localtime_r(&at, &tm) ? tm.tm_gmtoff : 0;
}

static void add_span(struct zone *zone, int64_t start_s, int64_t offset_s) {
    zone->spans = mem_grow(zone->spans, &zone->capacity, zone->count + 1, sizeof *zone->spans);
    zone->spans[zone->count++] = (struct zone_span){start_s * 1000, offset_s * 1000};
}

/* The change lies in (low, high]: its first second. */
static int64_t find_change(int64_t low, int64_t high, int64_t offset_before) {
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (asked_offset_s(middle) == offset_before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void ask_all(struct zone *zone) {
    const int64_t close_until = date_to_days(LISTED_CLOSELY_UNTIL, 1, 1) * DAY_S;
    int64_t at = date_to_days(FIRST_YEAR, 1, 1) * DAY_S, offset = asked_offset_s(at);
    add_span(zone, at, offset);
    while (at < table_end_ms / 1000) {
        int64_t next = at + DAY_S * (at < close_until ? CLOSE_STEP_DAYS : WIDE_STEP_DAYS);
        int64_t then = asked_offset_s(next);
        if (then != offset) add_span(zone, find_change(at, next, offset), then);
        at = next;
        offset = then;
    }
}

static void restore_tz(char *old) {
    if (old)
        setenv("TZ", old, 1);
    else
        unsetenv("TZ");
    tzset();
    free(old);
}

static void load_spans(struct zone *zone) {
    const char *tz = getenv("TZ");
    char *old = tz ? mem_dup_text(span_of(tz)) : NULL;
    struct buf spec = {0};
    buf_printf(&spec, ":%s", zone->name);
    setenv("TZ", spec.data, 1);
    tzset();
    ask_all(zone);
    restore_tz(old);
    buf_fini(&spec);
}

int zone_load(const char *name, struct zone **out, struct err *err) {
    bool utc = strcmp(name, "UTC") == 0; /* the default: also where no zone data is installed */
    int rc = utc ? 0 : zone_names_check(name, err);
    if (rc) return rc;
    struct zone *zone = mem_zalloc(sizeof *zone);
    zone->name = mem_dup_text(span_of(name));
    if (utc)
        add_span(zone, 0, 0);
    else
        load_spans(zone);
    *out = zone;
    return 0;
}

void zone_free(struct zone *zone) {
    if (!zone) return;
    free(zone->name);
    free(zone->spans);
    free(zone);
}

const char *zone_name(const struct zone *zone) {
    return zone->name;
}

uint64_t zone_digest(const struct zone *zone) {
    return span_hash((struct span){(const char *)zone->spans, zone->count * sizeof *zone->spans});
}

/* ---- looking up ---- */

/* What to add to a time (UTC or wall clock) to come to the same place of a year of the same kind in the
 * table; 0 when it does not lie after the table. */
static int64_t into_table(int64_t ms) {
    if (ms < table_end_ms) return 0;
    int64_t year = date_of_days(floor_div(ms, day_ms)).year;
    int64_t first_day = date_to_days(year, 1, 1), length = date_to_days(year + 1, 1, 1) - first_day;
    for (int64_t twin = LAST_YEAR; twin > LAST_YEAR - KINDS_CYCLE; twin--) {
        int64_t twin_day = date_to_days(twin, 1, 1);
        if ((first_day - twin_day) % 7 == 0 && date_to_days(twin + 1, 1, 1) - twin_day == length)
            return (twin_day - first_day) * day_ms;
    }
    return 0; /* not reached: invariant 3 */
}

/* The index of the span that holds at this instant. */
static size_t span_at(const struct zone *zone, int64_t at) {
    size_t low = 0, high = zone->count; /* the answer is in [low, high) */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->spans[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t zone_offset(const struct zone *zone, int64_t at) {
    if (zone->count == 1) return zone->spans[0].offset;
    return zone->spans[span_at(zone, at + into_table(at))].offset;
}

int64_t zone_instant(const struct zone *zone, int64_t wall_ms) {
    if (zone->count == 1) return wall_ms - zone->spans[0].offset;
    int64_t shift = into_table(wall_ms), wall = wall_ms + shift;
    /* The first span whose wall clock goes beyond this time; none that ended a day before can, as offsets are
     * smaller. */
    size_t i = span_at(zone, wall - day_ms);
    while (i + 1 < zone->count && zone->spans[i + 1].start + zone->spans[i].offset <= wall) i++;
    int64_t at = wall - zone->spans[i].offset;
    if (i > 0 && at < zone->spans[i].start) at = zone->spans[i].start; /* skipped: the instant of the jump */
    return at - shift;
}

/* ---- periods ---- */

static int64_t first_day_of(enum period period, int64_t day) {
    struct date date = date_of_days(day);
    switch (period) {
    case PERIOD_DAY: return day;
    case PERIOD_WEEK: return day - weekday_of_days(day);
    case PERIOD_MONTH: return date_to_days(date.year, date.month, 1);
    case PERIOD_QUARTER: return date_to_days(date.year, (date.month - 1) / 3 * 3 + 1, 1);
    case PERIOD_YEAR: return date_to_days(date.year, 1, 1);
    }
    return day;
}

/* The first day of the period after the one that begins on this day. */
static int64_t next_first_day(enum period period, int64_t first_day) {
    enum { INTO_NEXT_MONTH = 31, INTO_NEXT_QUARTER = 92, INTO_NEXT_YEAR = 366 };
    switch (period) {
    case PERIOD_DAY: return first_day + 1;
    case PERIOD_WEEK: return first_day + 7;
    case PERIOD_MONTH: return first_day_of(period, first_day + INTO_NEXT_MONTH);
    case PERIOD_QUARTER: return first_day_of(period, first_day + INTO_NEXT_QUARTER);
    case PERIOD_YEAR: return first_day_of(period, first_day + INTO_NEXT_YEAR);
    }
    return first_day + 1;
}

static int64_t local_first_day(const struct zone *zone, enum period period, int64_t at) {
    return first_day_of(period, floor_div(zone_wall(zone, at), day_ms));
}

int64_t zone_period_start(const struct zone *zone, enum period period, int64_t at) {
    return zone_instant(zone, local_first_day(zone, period, at) * day_ms);
}

int64_t zone_period_end(const struct zone *zone, enum period period, int64_t at) {
    int64_t day = local_first_day(zone, period, at), end;
    /* A clock set back over midnight shows the old day again when the new one has begun already. */
    do {
        day = next_first_day(period, day);
        end = zone_instant(zone, day * day_ms);
    } while (end <= at);
    return end;
}
