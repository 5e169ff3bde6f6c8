#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "slad/model/instant.h"
#include "slad/model/zone.h"

static struct zone *load(const char *name) {
    struct zone *zone = NULL;
    struct err err;
    assert_int_equal(zone_load(name, &zone, &err), 0);
    assert_string_equal(zone_name(zone), name);
    return zone;
}

static int64_t at(const char *text) {
    int64_t ms = -1;
    assert_int_equal(instant_parse((struct span){text, strlen(text)}, &ms, NULL), 0);
    return ms;
}

/* One line of data/zones.tsv after its zone. */
static void check_line(const struct zone *zone, const char *line) {
    int64_t a = 0, b = 0;
    int kind = 0;
    if (sscanf(line, "offset %" SCNd64 " %" SCNd64, &a, &b) == 2) {
        assert_int_equal(zone_offset(zone, a), b);
        assert_int_equal(zone_offset(zone, a + 999), b);
        assert_int_equal(zone_wall(zone, a), a + b);
    } else if (sscanf(line, "instant %" SCNd64 " %" SCNd64, &a, &b) == 2) {
        assert_int_equal(zone_instant(zone, a), b);
    } else if (sscanf(line, "period %d %" SCNd64 " %" SCNd64, &kind, &a, &b) == 3) {
        int64_t end = zone_period_end(zone, (enum period)kind, a);
        assert_int_equal(zone_period_start(zone, (enum period)kind, a), b);
        assert_int_equal(zone_period_start(zone, (enum period)kind, end), end);
        assert_true(b <= a && a < end);
    } else {
        fail_msg("not understood: %s", line);
    }
}

static void zones_agree_with_another_reading_of_the_zone_data(void **state) {
    (void)state;
    FILE *file = fopen(TEST_DATA "/unit/model/data/zones.tsv", "r");
    assert_non_null(file);
    struct zone *zone = NULL;
    char line[256];
    size_t checked = 0;
    for (; fgets(line, sizeof line, file); checked++) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "zone\t", 5) == 0) {
            zone_free(zone);
            zone = load(line + 5);
        } else {
            check_line(zone, line);
        }
    }
    assert_true(checked > 4000);
    zone_free(zone);
    fclose(file);
}

static void far_years_follow_the_rule(void **state) {
    (void)state;
    struct zone *zone = load("Europe/Riga");
    /* The same days four hundred years apart are the same days of the week. */
    int64_t era = INT64_C(146097) * 86400000;
    for (int64_t ms = at("2100-01-01T00:00:00Z"); ms < at("2500-01-01T00:00:00Z");
         ms += INT64_C(3600000) * 37) {
        assert_int_equal(zone_offset(zone, ms), zone_offset(zone, ms + 19 * era));
        assert_int_equal(zone_instant(zone, ms) + 19 * era, zone_instant(zone, ms + 19 * era));
    }
    zone_free(zone);
}

static void the_instant_of_a_wall_clock_time_shows_it(void **state) {
    (void)state;
    struct zone *zone = load("America/New_York");
    for (int64_t ms = at("2025-12-30T00:00:00Z"); ms < at("2028-01-03T00:00:00Z"); ms += 600000) {
        int64_t first = zone_instant(zone, zone_wall(zone, ms));
        assert_int_equal(zone_wall(zone, first), zone_wall(zone, ms));
        assert_true(first == ms || first == ms - 3600000);
    }
    zone_free(zone);
}

static void periods_follow_one_another(void **state) {
    (void)state;
    static const char *const names[] = {
        "UTC", "Pacific/Apia", "America/St_Johns", "Asia/Beirut", "America/Havana"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct zone *zone = load(names[i]);
        for (enum period period = PERIOD_DAY; period <= PERIOD_YEAR; period++) {
            int64_t start = zone_period_start(zone, period, at("1999-06-01T12:00:00Z"));
            while (start < at("2013-01-01T00:00:00Z")) {
                int64_t end = zone_period_end(zone, period, start);
                assert_true(end > start);
                assert_int_equal(zone_period_start(zone, period, start), start);
                start = end;
            }
        }
        zone_free(zone);
    }
}

static void periods_before_the_epoch_are_known(void **state) {
    (void)state;
    struct zone *zone = load("America/New_York");
    assert_int_equal(zone_period_start(zone, PERIOD_YEAR, 0), (date_to_days(1969, 1, 1) * 24 + 5) * 3600000);
    zone_free(zone);
}

static void a_clock_set_back_over_midnight_still_moves_on(void **state) {
    (void)state;
    struct zone *zone = load("America/St_Johns"); /* from 00:01 back to 23:01 */
    int64_t midnight = at("2006-10-29T00:00:00-02:30"), again = at("2006-10-28T23:30:00-03:30");
    assert_int_equal(zone_period_end(zone, PERIOD_DAY, midnight - 1), midnight);
    assert_int_equal(zone_period_start(zone, PERIOD_DAY, again), at("2006-10-28T00:00:00-02:30"));
    assert_int_equal(zone_period_end(zone, PERIOD_DAY, again), at("2006-10-30T00:00:00-03:30"));
    zone_free(zone);
}

static void loading_leaves_the_process_in_its_own_zone(void **state) {
    (void)state;
    time_t winter = 1767225600;
    struct tm tm;
    setenv("TZ", ":Asia/Kathmandu", 1);
    tzset();
    zone_free(load("Europe/Riga"));
    assert_string_equal(getenv("TZ"), ":Asia/Kathmandu");
    assert_int_equal(localtime_r(&winter, &tm)->tm_gmtoff, 20700);
    unsetenv("TZ");
    tzset();
    zone_free(load("Europe/Riga"));
    assert_null(getenv("TZ"));
}

static void unknown_names_are_refused_with_the_nearest(void **state) {
    (void)state;
    static const struct {
        const char *name, *says;
    } cases[] = {
        {"Europe/Rigga", "\"Europe/Riga\""},
        {"europe/riga", "\"Europe/Riga\""},
        {"Riga", "\"Europe/Riga\""},
        {"Europe/Tokyo", "\"Asia/Tokyo\""},
        {"utc", "\"UTC\""},
        {"Europe", "expected a name"},
        {"", "expected a name"},
        {"/usr/share/zoneinfo/UTC", "unknown time zone"},
        {"../zoneinfo/UTC", "unknown time zone"},
        {"Europe/../UTC", "unknown time zone"},
        {"EST5EDT4,M3.2.0,M11.1.0", "unknown time zone"},
        {"Europe/Riga\n", "unknown time zone"},
        {"right/UTC", "unknown time zone"},
        {"localtime", "unknown time zone"},
        {"tzdata.zi", "unknown time zone"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct zone *zone = NULL;
        struct err err;
        assert_int_equal(zone_load(cases[i].name, &zone, &err), ERR_NOT_FOUND);
        assert_null(zone);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_null(strchr(err.text, '\n'));
    }
}

static void utc_needs_no_zone_data(void **state) {
    (void)state;
    setenv("TZDIR", "/nonexistent", 1);
    struct zone *zone = load("UTC"), *none = NULL;
    assert_int_equal(zone_offset(zone, at("2026-07-01T00:00:00Z")), 0);
    assert_int_equal(zone_load("Europe/Riga", &none, NULL), ERR_NOT_FOUND);
    zone_free(zone);
    unsetenv("TZDIR");
    zone_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_agree_with_another_reading_of_the_zone_data),
        cmocka_unit_test(far_years_follow_the_rule),
        cmocka_unit_test(the_instant_of_a_wall_clock_time_shows_it),
        cmocka_unit_test(periods_follow_one_another),
        cmocka_unit_test(periods_before_the_epoch_are_known),
        cmocka_unit_test(a_clock_set_back_over_midnight_still_moves_on),
        cmocka_unit_test(loading_leaves_the_process_in_its_own_zone),
        cmocka_unit_test(unknown_names_are_refused_with_the_nearest),
        cmocka_unit_test(utc_needs_no_zone_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
