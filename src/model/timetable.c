#include "timetable.h"

#include <stdlib.h>

#include "slad/model/instant.h"

enum { HOUR_MIN = 60, DAY_MIN = 24 * HOUR_MIN };

static int by_start(const void *a, const void *b) {
    const struct wall_span *x = a, *y = b;
    if (x->from_min != y->from_min) return x->from_min < y->from_min ? -1 : 1;
    return (x->to_min > y->to_min) - (x->to_min < y->to_min);
}

/* Spans that overlap or touch on the wall clock do so in UTC too, as UTC never goes back when the wall clock
 * goes on. */
static struct open_hours merged(struct arena *arena, const struct day_hours *given) {
    struct open_hours hours = {arena_alloc(arena, given->count * sizeof *hours.spans + 1), 0};
    for (size_t i = 0; i < given->count; i++) {
        struct day_span span = given->spans[i];
        int to = span.to_min > span.from_min ? span.to_min : span.to_min + DAY_MIN;
        hours.spans[i] = (struct wall_span){span.from_min, to};
    }
    if (given->count) qsort(hours.spans, given->count, sizeof *hours.spans, by_start);
    for (size_t i = 0; i < given->count; i++) {
        struct wall_span span = hours.spans[i], *last = hours.count ? &hours.spans[hours.count - 1] : NULL;
        if (last && span.from_min <= last->to_min) {
            if (span.to_min > last->to_min) last->to_min = span.to_min;
        } else if (span.to_min > span.from_min) {
            hours.spans[hours.count++] = span;
        }
    }
    return hours;
}

static bool same_hours(const struct open_hours *a, const struct open_hours *b) {
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->spans, b->spans, a->count * sizeof *a->spans) == 0);
}

struct given_date {
    const struct dated_hours *given;
    size_t place;
};

static int by_day_and_place(const void *a, const void *b) {
    const struct given_date *x = a, *y = b;
    if (x->given->day != y->given->day) return x->given->day < y->given->day ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static void take_dates(struct timetable *table, const struct calendar_spec *spec) {
    if (!spec->date_count) return;
    struct given_date *sorted = mem_alloc(spec->date_count * sizeof *sorted);
    for (size_t i = 0; i < spec->date_count; i++) sorted[i] = (struct given_date){&spec->dates[i], i};
    qsort(sorted, spec->date_count, sizeof *sorted, by_day_and_place);
    table->dates = arena_alloc(&table->arena, spec->date_count * sizeof *table->dates);
    for (size_t i = 0; i < spec->date_count; i++) {
        const struct dated_hours *given = sorted[i].given;
        if (i + 1 < spec->date_count && sorted[i + 1].given->day == given->day)
            continue; /* the last one counts */
        struct open_date date = {given->day, merged(&table->arena, &given->hours)};
        if (!same_hours(&date.hours, &table->week[weekday_of_days(given->day)]))
            table->dates[table->date_count++] = date;
    }
    free(sorted);
}

void timetable_init(struct timetable *table, const struct calendar_spec *spec) {
    *table = (struct timetable){.zone = spec->zone};
    for (int day = 0; day < 7; day++) table->week[day] = merged(&table->arena, &spec->week[day]);
    take_dates(table, spec);
}

const struct open_hours *timetable_on(const struct timetable *table, int64_t day, size_t *next_date) {
    while (*next_date < table->date_count && table->dates[*next_date].day < day) ++*next_date;
    if (*next_date < table->date_count && table->dates[*next_date].day == day)
        return &table->dates[*next_date].hours;
    return &table->week[weekday_of_days(day)];
}

/* As the language writes them, "22:00-06:00" past midnight; a merged span longer than a day, which the
 * language cannot write as one, keeps its hours beyond 24. */
static void describe_hours(const struct open_hours *hours, struct buf *out) {
    buf_add_char(out, '[');
    for (size_t i = 0; i < hours->count; i++) {
        int from = hours->spans[i].from_min, to = hours->spans[i].to_min;
        if (to > DAY_MIN && to - from < DAY_MIN) to -= DAY_MIN;
        buf_printf(out, "%s\"%02d:%02d-%02d:%02d\"", i ? ", " : "", from / HOUR_MIN, from % HOUR_MIN,
            to / HOUR_MIN, to % HOUR_MIN);
    }
    buf_add_char(out, ']');
}

static void describe_dates(const struct timetable *table, struct buf *out) {
    buf_add_text(out, ", \"holidays\": [");
    for (size_t i = 0; i < table->date_count; i++) {
        const struct open_date *date = &table->dates[i];
        char at[INSTANT_TEXT_MAX];
        instant_text(date->day * DAY_MIN * INT64_C(60000), at);
        if (i) buf_add_text(out, ", ");
        if (!date->hours.count) {
            buf_printf(out, "\"%.10s\"", at);
            continue;
        }
        buf_printf(out, "{\"date\": \"%.10s\", \"hours\": ", at);
        describe_hours(&date->hours, out);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

void timetable_describe(const struct timetable *table, struct buf *out) {
    static const char *const names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    buf_printf(out, "{\"timezone\": \"%s\", \"hours\": {", zone_name(table->zone));
    const char *comma = "";
    for (int day = 0; day < 7; day++) {
        if (!table->week[day].count) continue;
        buf_printf(out, "%s\"%s\": ", comma, names[day]);
        describe_hours(&table->week[day], out);
        comma = ", ";
    }
    buf_add_char(out, '}');
    if (table->date_count) describe_dates(table, out);
    buf_add_char(out, '}');
}

void timetable_fini(struct timetable *table) {
    arena_fini(&table->arena);
}
