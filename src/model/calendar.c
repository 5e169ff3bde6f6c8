/* calendar: opening hours as a table of UTC spans.
 *
 * 1. openings are sorted by start, do not touch, are not empty, and lie within [0, the end of
 * CALENDAR_LAST_YEAR).
 * 2. openings[i].before is the sum of the lengths of all openings before i; so openings[i] is
 *    openings[i + 1].before - openings[i].before long.
 * 3. openings[count] closes the table: {INSTANT_NEVER, the sum of all}. */
#include "slad/model/calendar.h"

#include <stdlib.h>

#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "timetable.h"

struct opening {
    int64_t start, before; /* ms */
};
struct calendar {
    char *name;
    char *description;
    struct opening *openings;
    size_t count;
};

enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };

/* ---- compiling ---- */

struct builder {
    struct opening *openings;
    size_t count, capacity;
    int64_t total;
    int64_t start, end; /* the opening that may still grow; empty: none yet */
};

static void put(struct builder *b, int64_t start, int64_t before) {
    b->openings = mem_grow(b->openings, &b->capacity, b->count + 1, sizeof *b->openings);
    b->openings[b->count] = (struct opening){start, before};
}

static void finish_opening(struct builder *b) {
    if (b->end <= b->start) return;
    put(b, b->start, b->total);
    b->count++;
    b->total += b->end - b->start;
}

/* Starts never fall. */
static void add_opening(struct builder *b, int64_t start, int64_t end, int64_t last) {
    if (start < 0) start = 0;
    if (end > last) end = last;
    if (end <= start) return;
    if (b->end > b->start && start <= b->end) {
        if (end > b->end) b->end = end;
        return;
    }
    finish_opening(b);
    b->start = start;
    b->end = end;
}

static int64_t instant_on(const struct timetable *table, int64_t day, int minutes) {
    return zone_instant(table->zone, day * DAY_MS + minutes * (int64_t)MINUTE_MS);
}

static void compile(struct builder *b, const struct timetable *table) {
    const int64_t first = date_to_days(CALENDAR_FIRST_YEAR, 1, 1);
    const int64_t end = date_to_days(CALENDAR_LAST_YEAR + 1, 1, 1);
    /* Hours of a day reach at most over two midnights and the zone's offset. */
    enum { AROUND_DAYS = 3 };
    size_t next_date = 0;
    for (int64_t day = first - AROUND_DAYS; day < end + AROUND_DAYS; day++) {
        const struct open_hours *hours = timetable_on(table, day, &next_date);
        for (size_t i = 0; i < hours->count; i++)
            add_opening(b, instant_on(table, day, hours->spans[i].from_min),
                instant_on(table, day, hours->spans[i].to_min), end * DAY_MS);
    }
    finish_opening(b);
    put(b, INSTANT_NEVER, b->total);
}

struct calendar *calendar_new(const char *name, const struct calendar_spec *spec) {
    struct timetable table;
    struct builder builder = {0};
    struct buf description = {0};
    timetable_init(&table, spec);
    timetable_describe(&table, &description);
    compile(&builder, &table);
    timetable_fini(&table);
    struct calendar *calendar = mem_zalloc(sizeof *calendar);
    calendar->name = mem_dup_text(span_of(name));
    calendar->description = mem_dup_text(buf_span(&description));
    calendar->openings = mem_realloc(builder.openings, (builder.count + 1) * sizeof *builder.openings);
    calendar->count = builder.count;
    buf_fini(&description);
    return calendar;
}

void calendar_free(struct calendar *calendar) {
    if (!calendar) return;
    free(calendar->name);
    free(calendar->description);
    free(calendar->openings);
    free(calendar);
}

const char *calendar_name(const struct calendar *calendar) {
    return calendar ? calendar->name : "always";
}

/* ---- asking ---- */

/* How many openings start at this instant or before. */
static size_t started_by(const struct calendar *calendar, int64_t at) {
    size_t low = 0, high = calendar->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->openings[middle].start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Open milliseconds before this instant. */
static int64_t open_before(const struct calendar *calendar, int64_t at) {
    size_t started = started_by(calendar, at);
    if (!started) return 0;
    const struct opening *opening = &calendar->openings[started - 1];
    int64_t in_it = at - opening->start, length = opening[1].before - opening->before;
    return opening->before + (in_it < length ? in_it : length);
}

int64_t calendar_open_between(const struct calendar *calendar, int64_t from, int64_t to) {
    if (to <= from) return 0;
    if (!calendar) return to - from;
    return open_before(calendar, to) - open_before(calendar, from);
}

int64_t calendar_due(const struct calendar *calendar, int64_t from, int64_t left) {
    if (!calendar) return from + left;
    int64_t used = open_before(calendar, from);
    if (left >= calendar->openings[calendar->count].before - used) return INSTANT_NEVER;
    /* The first opening at whose end more than `left` has run. */
    size_t low = 0, high = calendar->count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->openings[middle + 1].before > used + left)
            high = middle;
        else
            low = middle + 1;
    }
    return calendar->openings[low].start + (used + left - calendar->openings[low].before);
}

bool calendar_is_open(const struct calendar *calendar, int64_t at) {
    return calendar_next_open(calendar, at) == at;
}

int64_t calendar_next_open(const struct calendar *calendar, int64_t at) {
    if (!calendar) return at;
    size_t started = started_by(calendar, at);
    if (started) {
        const struct opening *opening = &calendar->openings[started - 1];
        if (at - opening->start < opening[1].before - opening->before) return at;
    }
    return calendar->openings[started].start;
}

void calendar_describe(const struct calendar *calendar, struct buf *out) {
    buf_add_text(out, calendar ? calendar->description : "\"always\"");
}

uint64_t calendar_digest(const struct calendar *calendar) {
    if (!calendar) return 0;
    return span_hash((struct span){(const char *)calendar->openings, (calendar->count + 1) * sizeof *calendar->openings});
}
