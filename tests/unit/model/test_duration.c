#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slad/model/duration.h"

static void durations_are_read_exactly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"250ms", 250},
        {"30s", 30000},
        {"2m", 120000},
        {"1h", 3600000},
        {"3d", 259200000},
        {"2w", 1209600000},
        {"1h30m", 5400000},
        {"1.5h", 5400000},
        {"0s", 0},
        {"1m1m", 120000},
        {"0.5ms", 1},
        {"0.49999999999999999999999999999ms", 0},
        {"0.25ms0.25ms", 1}, /* the sum is rounded, not the parts */
        {"0.3s0.0004s", 300},
        {"0.0005s", 1},
        {"0.00000082671957671957671957671957w", 500},
        {"9999999999999999999999w", DURATION_MAX},
        {"99999999999999999999999999ms99999999999999999999.9w", DURATION_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -1;
        struct err err;
        assert_int_equal(duration_parse(span_of(cases[i].text), &ms, &err), 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void what_is_no_duration_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"", "m", "1M", "1 h", " 1h", "1h ", "-1h", "1.h", ".5h", "1.5.5h",
        "1h30", "1hm", "1y", "1min", "1sec", "1,5h"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = -7;
        struct err err;
        assert_int_equal(duration_parse(span_of(cases[i]), &ms, &err), ERR_INVALID);
        assert_int_equal(ms, -7);
    }
    char long_text[300];
    memset(long_text, '1', sizeof long_text);
    long_text[sizeof long_text - 1] = 's';
    int64_t ms;
    assert_int_equal(duration_parse((struct span){long_text, sizeof long_text}, &ms, NULL), ERR_INVALID);
}

static void a_bare_number_lacks_its_unit(void **state) {
    (void)state;
    static const char *const cases[] = {"90", "1.5", "1h30"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms;
        struct err err;
        assert_int_equal(duration_parse(span_of(cases[i]), &ms, &err), ERR_INVALID);
        assert_non_null(strstr(err.text, "unit is missing"));
    }
}

static void durations_are_written_exactly(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ms"},
        {1500, "1.5s"},
        {1001, "1.001s"},
        {90000, "1m30s"},
        {61250, "1m1.25s"},
        {60001, "1m1ms"},
        {3600000, "1h"},
        {5400000, "1h30m"},
        {1209600000, "14d"},
        {90061001, "1d1h1m1.001s"},
        {DURATION_MAX, "2932897d"},
        {-1500, "-1.5s"},
        {INT64_MIN, "-106751991167d7h12m55.808s"},
    };
    char out[DURATION_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(duration_text(cases[i].ms, out), cases[i].text);
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    for (int64_t ms = 1; ms < DURATION_MAX / 3; ms = ms * 3 + ms % 7) {
        char out[DURATION_TEXT_MAX];
        int64_t back = -1;
        assert_int_equal(duration_parse(span_of(duration_text(ms, out)), &back, NULL), 0);
        assert_int_equal(back, ms);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_exactly),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(a_bare_number_lacks_its_unit),
        cmocka_unit_test(durations_are_written_exactly),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
