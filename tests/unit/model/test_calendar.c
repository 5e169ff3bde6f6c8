#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "slad/model/calendar.h"
#include "slad/model/instant.h"

enum { SPANS_MAX = 64, DATES_MAX = 16 };

/* A specification and the room for what it points to. */
struct made {
    struct calendar_spec spec;
    struct day_span spans[SPANS_MAX];
    size_t span_count;
    struct dated_hours dates[DATES_MAX];
};

static struct zone *load(const char *name) {
    struct zone *zone = NULL;
    struct err err;
    assert_int_equal(zone_load(name, &zone, &err), 0);
    return zone;
}

static int64_t at(const char *text) {
    int64_t ms = -1;
    assert_int_equal(instant_parse(span_of(text), &ms, NULL), 0);
    return ms;
}

static int64_t day(const char *text) {
    int64_t days = -1;
    assert_int_equal(date_parse(span_of(text), &days, NULL), 0);
    return days;
}

/* "540-750,810-1080" in minutes after midnight. */
static struct day_hours hours(struct made *made, const char *text) {
    struct day_hours found = {&made->spans[made->span_count], 0};
    int used = 0;
    for (struct day_span s; sscanf(text, "%d-%d%n", &s.from_min, &s.to_min, &used) == 2; found.count++) {
        assert_true(made->span_count < SPANS_MAX);
        made->spans[made->span_count++] = s;
        text += used + (text[used] == ',');
    }
    assert_int_equal(*text, '\0');
    return found;
}

static void set_week(struct made *made, const char *monday_to_friday, const char *weekend) {
    for (int i = 0; i < 7; i++) made->spec.week[i] = hours(made, i < 5 ? monday_to_friday : weekend);
}

static void set_date(struct made *made, int64_t on, const char *spans) {
    assert_true(made->spec.date_count < DATES_MAX);
    made->dates[made->spec.date_count] = (struct dated_hours){on, hours(made, spans)};
    made->spec.dates = made->dates;
    made->spec.date_count++;
}

/* ---- against sums made elsewhere ---- */

/* "calendar ZONE WEEK DATES": the zone is left in *zone. */
static struct calendar *read_calendar(char *line, struct zone **zone) {
    struct made made = {0};
    char *fields = line, *name, *week, *dates;
    strsep(&fields, "\t");
    name = strsep(&fields, "\t");
    week = strsep(&fields, "\t");
    dates = strsep(&fields, "\t");
    zone_free(*zone);
    made.spec.zone = *zone = load(name);
    for (int i = 0; i < 7; i++) made.spec.week[i] = hours(&made, strsep(&week, "/"));
    for (char *date; *dates && (date = strsep(&dates, ";"));) {
        char *on = strsep(&date, "=");
        set_date(&made, strtoll(on, NULL, 10), date);
        if (!dates) break;
    }
    return calendar_new("c", &made.spec);
}

static void check_line(const struct calendar *calendar, const char *line) {
    int64_t a = 0, b = 0, c = 0;
    if (sscanf(line, "open %" SCNd64 " %" SCNd64 " %" SCNd64, &a, &b, &c) == 3)
        assert_int_equal(calendar_open_between(calendar, a, b), c);
    else if (sscanf(line, "due %" SCNd64 " %" SCNd64 " %" SCNd64, &a, &b, &c) == 3)
        assert_int_equal(calendar_due(calendar, a, b), c);
    else
        fail_msg("not understood: %s", line);
}

static void calendars_agree_with_hours_added_up_one_by_one(void **state) {
    (void)state;
    FILE *file = fopen(TEST_DATA "/unit/model/data/calendars.tsv", "r");
    assert_non_null(file);
    struct zone *zone = NULL;
    struct calendar *calendar = NULL;
    char line[512];
    size_t checked = 0;
    for (; fgets(line, sizeof line, file); checked++) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "calendar\t", 9) == 0) {
            calendar_free(calendar);
            calendar = read_calendar(line, &zone);
        } else {
            check_line(calendar, line);
        }
    }
    assert_true(checked > 2000);
    calendar_free(calendar);
    zone_free(zone);
    fclose(file);
}

/* ---- by hand ---- */

static struct calendar *office(struct zone *zone) {
    struct made made = {.spec = {.zone = zone}};
    set_week(&made, "540-1080", ""); /* 09:00-18:00, not on weekends */
    set_date(&made, day("2026-12-25"), "");
    set_date(&made, day("2026-12-24"), "540-780");
    return calendar_new("office", &made.spec);
}

static void a_limit_used_up_at_closing_time_is_due_at_the_next_opening(void **state) {
    (void)state;
    struct zone *zone = load("UTC");
    struct calendar *c = office(zone);
    const int64_t hour = 3600000, friday_17 = at("2026-03-06T17:00:00Z"),
                  monday_9 = at("2026-03-09T09:00:00Z");
    assert_int_equal(calendar_due(c, friday_17, hour - 1), friday_17 + hour - 1);
    assert_int_equal(calendar_due(c, friday_17, hour), monday_9);
    assert_int_equal(calendar_due(c, friday_17, hour + 1), monday_9 + 1);
    assert_int_equal(calendar_due(c, friday_17 + hour, 0), monday_9);
    assert_int_equal(calendar_due(c, monday_9, 0), monday_9);
    assert_int_equal(calendar_due(c, at("2026-12-24T12:30:00Z"), hour), at("2026-12-28T09:30:00Z"));
    assert_int_equal(calendar_open_between(c, friday_17, monday_9 + hour), 2 * hour);
    assert_int_equal(calendar_open_between(c, monday_9 + hour, friday_17), 0);
    calendar_free(c);
    zone_free(zone);
}

static void open_and_closed_instants(void **state) {
    (void)state;
    struct zone *zone = load("UTC");
    struct calendar *c = office(zone);
    assert_string_equal(calendar_name(c), "office");
    int64_t opens = at("2026-03-09T09:00:00Z"), closes = at("2026-03-09T18:00:00Z");
    assert_false(calendar_is_open(c, opens - 1));
    assert_true(calendar_is_open(c, opens));
    assert_true(calendar_is_open(c, closes - 1));
    assert_false(calendar_is_open(c, closes));
    assert_int_equal(calendar_next_open(c, opens - 1), opens);
    assert_int_equal(calendar_next_open(c, opens + 1), opens + 1);
    assert_int_equal(calendar_next_open(c, at("2026-12-25T10:00:00Z")), at("2026-12-28T09:00:00Z"));
    calendar_free(c);
    zone_free(zone);
}

static void the_table_ends_with_its_last_year(void **state) {
    (void)state;
    struct zone *zone = load("Europe/Riga");
    struct made made = {.spec = {.zone = zone}};
    set_week(&made, "0-1440", "0-1440");
    struct calendar *c = calendar_new("round", &made.spec);
    int64_t end = date_to_days(CALENDAR_LAST_YEAR + 1, 1, 1) * 86400000;
    assert_int_equal(calendar_open_between(c, 0, INSTANT_END), end);
    assert_int_equal(calendar_open_between(c, end, INSTANT_END), 0);
    assert_int_equal(calendar_due(c, 5, end - 6), end - 1);
    assert_int_equal(calendar_due(c, 5, end - 5), INSTANT_NEVER);
    assert_int_equal(calendar_due(c, end + 5, 0), INSTANT_NEVER);
    assert_int_equal(calendar_next_open(c, end), INSTANT_NEVER);
    calendar_free(c);
    zone_free(zone);
}

static void a_calendar_may_never_open(void **state) {
    (void)state;
    struct zone *zone = load("UTC");
    struct made made = {.spec = {.zone = zone}};
    struct calendar *c = calendar_new("closed", &made.spec);
    assert_int_equal(calendar_open_between(c, 0, INSTANT_END), 0);
    assert_int_equal(calendar_due(c, 0, 0), INSTANT_NEVER);
    assert_int_equal(calendar_next_open(c, 0), INSTANT_NEVER);
    assert_false(calendar_is_open(c, 0));
    calendar_free(c);
    zone_free(zone);
    calendar_free(NULL);
}

static void no_calendar_is_always_open(void **state) {
    (void)state;
    assert_string_equal(calendar_name(NULL), "always");
    assert_int_equal(calendar_open_between(NULL, 5, 12), 7);
    assert_int_equal(calendar_open_between(NULL, 12, 5), 0);
    assert_int_equal(calendar_due(NULL, 5, 7), 12);
    assert_true(calendar_is_open(NULL, 5));
    assert_int_equal(calendar_next_open(NULL, 5), 5);
}

/* ---- descriptions ---- */

static void describes(const struct made *made, const char *text) {
    struct calendar *c = calendar_new("x", &made->spec);
    struct buf out = {0};
    calendar_describe(c, &out);
    assert_string_equal(buf_text(&out), text);
    buf_fini(&out);
    calendar_free(c);
}

static void equal_hours_have_equal_descriptions(void **state) {
    (void)state;
    struct zone *zone = load("UTC");
    const char *text =
        "{\"timezone\": \"UTC\", \"hours\": {\"mon\": [\"09:00-18:00\", \"22:00-06:00\"]}, "
        "\"holidays\": [{\"date\": \"2026-12-24\", \"hours\": [\"09:00-11:00\"]}, \"2026-12-28\"]}";
    struct made a = {.spec = {.zone = zone}}, b = {.spec = {.zone = zone}};
    a.spec.week[0] = hours(&a, "540-1080,1320-360");
    set_date(&a, day("2026-12-24"), "540-660");
    set_date(&a, day("2026-12-28"), "");
    describes(&a, text);
    b.spec.week[0] = hours(&b, "1320-1440,720-1080,1440-360,540-720,600-660"); /* in pieces, out of order */
    set_date(&b, day("2026-12-28"), "");
    set_date(&b, day("2026-12-24"), "");
    set_date(&b, day("2026-12-29"), "");                /* closed on a Tuesday anyway */
    set_date(&b, day("2026-12-24"), "540-600,600-660"); /* the last one of a date counts */
    describes(&b, text);
    zone_free(zone);
}

static void other_descriptions(void **state) {
    (void)state;
    struct zone *zone = load("Europe/Riga");
    struct made closed = {.spec = {.zone = zone}}, days = {.spec = {.zone = zone}};
    describes(&closed, "{\"timezone\": \"Europe/Riga\", \"hours\": {}}");
    days.spec.week[5] = hours(&days, "720-660,690-700");
    days.spec.week[6] = hours(&days, "0-1440");
    describes(&days, "{\"timezone\": \"Europe/Riga\", \"hours\": "
                     "{\"sat\": [\"11:30-11:40\", \"12:00-11:00\"], \"sun\": [\"00:00-24:00\"]}}");
    struct buf out = {0};
    calendar_describe(NULL, &out);
    assert_string_equal(buf_text(&out), "\"always\"");
    buf_fini(&out);
    zone_free(zone);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendars_agree_with_hours_added_up_one_by_one),
        cmocka_unit_test(a_limit_used_up_at_closing_time_is_due_at_the_next_opening),
        cmocka_unit_test(open_and_closed_instants),
        cmocka_unit_test(the_table_ends_with_its_last_year),
        cmocka_unit_test(a_calendar_may_never_open),
        cmocka_unit_test(no_calendar_is_always_open),
        cmocka_unit_test(equal_hours_have_equal_descriptions),
        cmocka_unit_test(other_descriptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
