#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slad/model/instant.h"

static void times_with_an_offset_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-03-02T09:00:00Z", INT64_C(1772442000000)},
        {"2026-03-02t09:00:00z", INT64_C(1772442000000)},
        {"2026-03-02 11:00:00+02:00", INT64_C(1772442000000)},
        {"2026-03-02T03:30:00-05:30", INT64_C(1772442000000)},
        {"2026-03-02T09:00:00-00:00", INT64_C(1772442000000)},
        {"2026-03-02T09:00:00.25Z", INT64_C(1772442000250)},
        {"2026-03-02T09:00:00.0004999999999999999999999999Z", INT64_C(1772442000000)},
        {"2026-03-02T09:00:00.0005Z", INT64_C(1772442000001)},
        {"2026-03-02T09:00:00.9995Z", INT64_C(1772442001000)},
        {"2026-03-02T08:59:60Z", INT64_C(1772442000000)}, /* a leap second is the next minute */
        {"2026-03-02T08:59:60.5Z", INT64_C(1772442000500)},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800000)},
        {"1969-12-31T23:59:00-00:01", 0},
        {"2026-03-02T08:59:59+23:59", INT64_C(1772355659000)},
        {"2026-03-02T15:00:00+05:60", INT64_C(1772442000000)}, /* sixty minutes, taken as they are */
        {"9999-12-31T23:59:59.999Z", INSTANT_END - 1},
        {"1969-12-31T23:59:60Z", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;
        struct err err;
        assert_int_equal(instant_parse(span_of(cases[i].text), &ms, &err), 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void what_is_no_such_time_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"", "soon", "2026-03-02", "2026-03-02T09:00Z", "2026-03-02T09:00:00",
        "2026-03-02T09:00:00,5Z", "2026-03-02T09:00:00.Z", "2026-03-02T24:00:00Z", "2026-03-02T23:60:00Z",
        "2026-03-02T09:00:61Z", "2026-02-29T09:00:00Z", "2026-02-30T09:00:00Z", "2026-13-01T09:00:00Z",
        "2026-00-01T09:00:00Z", "2026-01-00T09:00:00Z", "2026-04-31T09:00:00Z", "2100-02-29T09:00:00Z",
        "0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59-00:01", "2026-03-02T09:00:00+24:00",
        "2026-03-02T09:00:00+23:60", "2026-03-02T09:00:00+0200", "2026-03-02T09:00:00+02",
        "2026-03-02T09:00:00+02:00:00", "2026-03-02T09:00:00Zulu", "2026-03-02T09:00:00 Z",
        "2026-03-02_09:00:00Z", "2026/03/02T09:00:00Z", "2026-03-02T09.00.00Z", "+026-03-02T09:00:00Z",
        "2026-3-02T09:00:00ZZ", "2026-03-02T9:00:00.0Z", " 2026-03-02T09:00:00Z", "2026-03-02T-1:00:00Z"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -7;
        struct err err;
        assert_int_equal(instant_parse(span_of(cases[i]), &ms, &err), ERR_INVALID);
        assert_int_equal(ms, -7);
        assert_true(err.text[0] != '\0');
    }
    /* A span ends where it says, whatever bytes follow. */
    int64_t ms;
    assert_int_equal(instant_parse((struct span){"2026-03-02T09:00:00Z", 19}, &ms, NULL), ERR_INVALID);
}

static void numbers_are_seconds_or_milliseconds(void **state) {
    (void)state;
    static const struct {
        double number;
        int64_t ms;
    } cases[] = {
        {0, 0},
        {-0.0, 0},
        {1, 1000},
        {1772442000, INT64_C(1772442000000)},
        {1772442000.25, INT64_C(1772442000250)},
        {1.0005, 1001}, /* in doubles: 1000.5 + 0.5 */
        {-0.0005, 0},
        {99999999999.0, INT64_C(99999999999000)},
        {1e11, INT64_C(100000000000)},
        {1772442000000, INT64_C(1772442000000)},
        {1772442000000.5, INT64_C(1772442000001)},
        {253402300799999.0, INSTANT_END - 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;
        struct err err;
        assert_int_equal(instant_of_number(cases[i].number, &ms, &err), 0);
        assert_int_equal(ms, cases[i].ms);
    }
    static const double refused[] = {-0.001, -1, -1e11, 253402300800000.0, 253402300799999.5, 1e300, -1e300};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int64_t ms;
        struct err err;
        assert_int_equal(instant_of_number(refused[i], &ms, &err), ERR_INVALID);
    }
    int64_t ms;
    assert_int_equal(instant_of_number((double)INFINITY, &ms, NULL), ERR_INVALID);
    assert_int_equal(instant_of_number((double)NAN, &ms, NULL), ERR_INVALID);
}

static void values_are_read_by_kind(void **state) {
    (void)state;
    struct value text = value_text(SPAN("1970-01-01T00:00:01Z")), number = value_number(2);
    struct value truth = value_bool(true), null = value_null();
    int64_t ms = 0;
    assert_int_equal(instant_of_value(&text, &ms, NULL), 0);
    assert_int_equal(ms, 1000);
    assert_int_equal(instant_of_value(&number, &ms, NULL), 0);
    assert_int_equal(ms, 2000);
    assert_int_equal(instant_of_value(&truth, &ms, NULL), ERR_INVALID);
    assert_int_equal(instant_of_value(&null, &ms, NULL), ERR_INVALID);
    assert_int_equal(ms, 2000);
}

static void instants_are_written_in_utc(void **state) {
    (void)state;
    char out[INSTANT_TEXT_MAX];
    assert_string_equal(instant_text(INT64_C(1772442000007), out), "2026-03-02T09:00:00.007Z");
    assert_string_equal(instant_text(0, out), "1970-01-01T00:00:00.000Z");
    assert_string_equal(instant_text(INSTANT_END - 1, out), "9999-12-31T23:59:59.999Z");
    assert_string_equal(instant_text(INSTANT_NEVER, out), "9999-12-31T23:59:59.999Z");
    assert_string_equal(instant_text(-5, out), "1970-01-01T00:00:00.000Z");
}

static void days_and_dates_agree(void **state) {
    (void)state;
    assert_int_equal(date_to_days(1970, 1, 1), 0);
    assert_int_equal(date_to_days(2000, 3, 1), 11017);
    assert_int_equal(date_to_days(1969, 12, 31), -1);
    assert_int_equal(date_to_days(-400, 1, 1), date_to_days(0, 1, 1) - 146097);
    assert_int_equal(weekday_of_days(0), 3); /* a Thursday */
    assert_int_equal(weekday_of_days(-4), 6);
    assert_int_equal(weekday_of_days(date_to_days(2026, 3, 2)), 0);
    struct date last = date_of_days(date_to_days(-500, 1, 1) - 1);
    for (int64_t day = date_to_days(-500, 1, 1); day < date_to_days(2500, 1, 1); day++) {
        struct date date = date_of_days(day);
        assert_int_equal(date_to_days(date.year, date.month, date.day), day);
        bool same_month = date.year == last.year && date.month == last.month;
        assert_true(same_month ? date.day == last.day + 1 : date.day == 1);
        last = date;
    }
}

static void dates_are_checked(void **state) {
    (void)state;
    int64_t days = 0;
    assert_int_equal(date_parse(SPAN("2026-12-25"), &days, NULL), 0);
    assert_int_equal(days, date_to_days(2026, 12, 25));
    static const char *const cases[] = {"", "2026-12-32", "2026-02-29", "2026-1-01", "26-12-25",
        "2026-12-25 ", "2026.12.25", "20261225", "2026-12-2x", "2026-00-10"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(date_parse(span_of(cases[i]), &days, NULL), ERR_INVALID);
    assert_int_equal(days, date_to_days(2026, 12, 25));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_with_an_offset_are_read),
        cmocka_unit_test(what_is_no_such_time_is_refused),
        cmocka_unit_test(numbers_are_seconds_or_milliseconds),
        cmocka_unit_test(values_are_read_by_kind),
        cmocka_unit_test(instants_are_written_in_utc),
        cmocka_unit_test(days_and_dates_agree),
        cmocka_unit_test(dates_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
