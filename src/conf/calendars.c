#include "conf/calendars.h"

#include <stdlib.h>

#include "slad/model/instant.h"

enum { DAYS = 7 };
static const char *const day_names[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct spans {
    struct day_span list[CALENDAR_SPANS_MAX];
    size_t count;
};
struct dates {
    struct dated_hours *list; /* each with an array of its own */
    size_t count, capacity;
};

/* ---- "09:00-17:30" */

/* "9:05" or "09:05", as minutes; -1 when it is neither. */
static int parse_time(struct span text) {
    int minutes = 0, digits = 0;
    if (text.n < 4 || text.n > 5 || text.p[text.n - 3] != ':') return -1;
    for (size_t i = 0; i < text.n; i++) {
        if (i == text.n - 3) continue;
        if (text.p[i] < '0' || text.p[i] > '9') return -1;
        digits = digits * 10 + (text.p[i] - '0');
    }
    minutes = digits % 100;
    if (minutes > 59 || digits > 2400) return -1;
    return digits / 100 * 60 + minutes;
}

static struct span trim(struct span text) {
    while (text.n && text.p[0] == ' ') text.p++, text.n--;
    while (text.n && text.p[text.n - 1] == ' ') text.n--;
    return text;
}

static bool read_span(struct reader *r, const struct node *node, struct day_span *out) {
    static const char example[] = "write it like \"09:00-17:30\"";
    if (node->kind != NODE_SCALAR || core_kind(node) != CORE_TEXT) {
        reader_error(r, node, "%s is not a span of hours: %s", reader_shown(r, node), example);
        return false;
    }
    const char *dash = memchr(node->text.p, '-', node->text.n);
    size_t before = dash ? (size_t)(dash - node->text.p) : 0;
    int from = dash ? parse_time(trim((struct span){node->text.p, before})) : -1;
    int to = dash ? parse_time(trim((struct span){dash + 1, node->text.n - before - 1})) : -1;
    if (from < 0 || to < 0) {
        reader_error(r, node, "%s is not a span of hours: %s", reader_shown(r, node), example);
        return false;
    }
    if (from == 24 * 60)
        return reader_error(r, node, "%s: 24:00 can only end a day; write 00:00", reader_shown(r, node)),
               false;
    if (from == to) {
        reader_error(r, node, "%s is a span from a time to itself: a whole day is \"00:00-24:00\"",
            reader_shown(r, node));
        return false;
    }
    *out = (struct day_span){from, to};
    return true;
}

/* A span or a list of spans; an empty list is a closed day. */
static bool read_spans(struct reader *r, const struct node *node, struct spans *out) {
    bool clean = true;
    if (reader_is_null(node)) return reader_error(r, node, "no hours are given: a closed day is []"), false;
    for (size_t i = 0; i < node_list_count(node); i++) {
        const struct node *item = node_list_item(node, i);
        if (out->count == CALENDAR_SPANS_MAX)
            return reader_error(r, item, "more than %d spans in one day", CALENDAR_SPANS_MAX), false;
        if (read_span(r, item, &out->list[out->count]))
            out->count++;
        else
            clean = false;
    }
    return clean;
}

/* ---- "mon-fri", "sat,sun", "fri-mon" */

static int find_day(struct span text) {
    for (int i = 0; i < DAYS; i++)
        if (span_eq(text, span_of(day_names[i]))) return i;
    return -1;
}

static bool unknown_day(struct reader *r, const struct node *key, struct span day) {
    reader_error(r, key, "unknown day %s in `hours`%s", reader_shown_text(r, day),
        reader_nearest(r, day, day_names, DAYS,
            "known are mon, tue, wed, thu, fri, sat, sun, and ranges such as mon-fri"));
    return false;
}

/* One day or a range of days, which may wrap round the week's end. */
static bool add_days(struct reader *r, const struct node *key, struct span part, bool days[DAYS]) {
    const char *dash = part.n ? memchr(part.p, '-', part.n) : NULL;
    struct span first = trim(dash ? (struct span){part.p, (size_t)(dash - part.p)} : part);
    struct span last = dash ? trim((struct span){dash + 1, part.n - (size_t)(dash - part.p) - 1}) : first;
    int from = find_day(first), to = find_day(last);
    if (from < 0) return unknown_day(r, key, first);
    if (to < 0) return unknown_day(r, key, last);
    for (int day = from;; day = (day + 1) % DAYS) {
        days[day] = true;
        if (day == to) return true;
    }
}

static bool read_days(struct reader *r, const struct node *key, bool days[DAYS]) {
    const char *p = key->text.p, *end = p + key->text.n;
    for (;;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end;
        if (!add_days(r, key, trim((struct span){p, (size_t)(stop - p)}), days)) return false;
        if (!comma) return true;
        p = comma + 1;
    }
}

/* ---- a calendar */

static bool add_spans(struct reader *r, const struct node *at, struct spans *day, const struct spans *more) {
    if (day->count + more->count > CALENDAR_SPANS_MAX)
        return reader_error(r, at, "more than %d spans in one day", CALENDAR_SPANS_MAX), false;
    memcpy(day->list + day->count, more->list, more->count * sizeof *more->list);
    day->count += more->count;
    return true;
}

static bool read_hours(struct reader *r, const struct node *node, struct spans week[DAYS]) {
    bool clean = true;
    if (node->kind != NODE_MAP)
        return reader_error(r, node, "%s is not a map of days to hours, such as {mon-fri: \"09:00-17:00\"}",
                   reader_shown(r, node)),
               false;
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node_key(node, i);
        bool days[DAYS] = {false};
        struct spans spans = {.count = 0};
        bool fine = read_days(r, key, days);
        fine = read_spans(r, node_value(node, i), &spans) && fine;
        for (int day = 0; fine && day < DAYS; day++)
            if (days[day]) fine = add_spans(r, key, &week[day], &spans);
        clean = clean && fine;
    }
    return clean;
}

static bool read_date(struct reader *r, const struct node *node, int64_t *day) {
    struct err err;
    if (node->kind != NODE_SCALAR || core_kind(node) != CORE_TEXT)
        return reader_error(r, node, "%s is not a date: write it like 2026-12-25", reader_shown(r, node)),
               false;
    if (date_parse(node->text, day, &err) == 0) return true;
    reader_error(r, node, "%s is not a date: %s", reader_shown(r, node), err.text);
    return false;
}

static bool read_holiday(struct reader *r, const struct node *node, int64_t *day, struct spans *spans) {
    static const char *const keys[] = {"date", "hours"};
    const struct node *values[2];
    if (node->kind != NODE_MAP) return read_date(r, node, day);
    bool clean = reader_map(r, node, "a holiday", keys, 2, values);
    if (!values[0]) return reader_error(r, node, "a holiday without its \"date\""), false;
    clean = read_date(r, values[0], day) && clean;
    return (!values[1] || read_spans(r, values[1], spans)) && clean;
}

static bool read_holidays(struct reader *r, const struct node *node, struct dates *dates) {
    bool clean = true;
    if (reader_is_null(node)) return true;
    if (node->kind != NODE_LIST)
        return reader_error(r, node, "%s is not a list of dates", reader_shown(r, node)), false;
    for (size_t i = 0; i < node->count; i++) {
        struct spans spans = {.count = 0};
        struct dated_hours hours = {0};
        if (!read_holiday(r, node->items[i], &hours.day, &spans)) {
            clean = false;
            continue;
        }
        hours.hours.count = spans.count;
        if (spans.count) hours.hours.spans = mem_dup(spans.list, spans.count * sizeof *spans.list);
        dates->list = mem_grow(dates->list, &dates->capacity, dates->count + 1, sizeof *dates->list);
        dates->list[dates->count++] = hours;
    }
    return clean;
}

static bool ever_opens(const struct spans week[DAYS], const struct dates *dates) {
    for (int day = 0; day < DAYS; day++)
        if (week[day].count) return true;
    for (size_t i = 0; i < dates->count; i++)
        if (dates->list[i].hours.count) return true;
    return false;
}

static struct calendar *compile(
    const char *name, const struct zone *zone, const struct spans week[DAYS], const struct dates *dates) {
    struct calendar_spec spec = {.zone = zone, .dates = dates->list, .date_count = dates->count};
    for (int day = 0; day < DAYS; day++) spec.week[day] = (struct day_hours){week[day].list, week[day].count};
    return calendar_new(name, &spec);
}

static void read_calendar(
    struct scope *scope, const struct node *key, const struct node *node, const char *name) {
    enum { TIMEZONE, HOURS, HOLIDAYS, KEYS };
    static const char *const keys[KEYS] = {"timezone", "hours", "holidays"};
    struct reader *r = scope->reader;
    const struct node *values[KEYS];
    struct buf owner = {0};
    buf_printf(&owner, "calendar %s", reader_shown(r, key));
    bool clean = reader_map(r, node, buf_text(&owner), keys, KEYS, values);
    buf_fini(&owner);
    const struct zone *zone = values[TIMEZONE] ? scope_zone(scope, values[TIMEZONE]) : scope->zone;
    struct spans *week = mem_zalloc(DAYS * sizeof *week);
    struct dates dates = {0};
    if (values[HOURS]) clean = read_hours(r, values[HOURS], week) && clean;
    if (values[HOLIDAYS]) clean = read_holidays(r, values[HOLIDAYS], &dates) && clean;
    if (clean && !ever_opens(week, &dates)) {
        reader_error(r, key, "calendar %s is never open: give it \"hours\"", reader_shown(r, key));
        clean = false;
    }
    if (clean && zone) scope_take_calendar(scope, compile(name, zone, week, &dates));
    for (size_t i = 0; i < dates.count; i++) free((void *)dates.list[i].hours.spans);
    free(dates.list);
    free(week);
}

void calendars_read(struct scope *scope, const struct node *map) {
    if (reader_is_null(map)) return;
    if (map->kind != NODE_MAP) {
        reader_error(scope->reader, map, "%s instead of a map of names to calendars",
            reader_shown(scope->reader, map));
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = node_key(map, i);
        const char *name;
        if (scope->calendar_count == CALENDARS_MAX) {
            reader_error(scope->reader, key, "more than %d calendars", CALENDARS_MAX);
            return;
        }
        if (!reader_text(scope->reader, key, "the name of a calendar", &name) ||
            !scope_define(scope, key, name))
            continue;
        read_calendar(scope, key, node_value(map, i), name);
    }
}
