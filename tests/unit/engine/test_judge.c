#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/judge.h"

static struct target target(enum statistic stat, enum comparison op, int64_t units, int digits) {
    return (struct target){.stat = stat, .op = op, .bound = {units, digits}};
}

static void shares_are_exact(void **state) {
    (void)state;
    static const struct {
        int64_t met, missed, units;
        int digits;
        enum comparison op;
        enum verdict want;
    } rows[] = {
        {999, 1, 999, 1, AT_LEAST, VERDICT_HOLDS}, /* 999 of 1000 reaches 99.9 % */
        {999, 1, 999, 1, GREATER, VERDICT_BREAKS},
        {999, 1, 999, 1, AT_MOST, VERDICT_HOLDS},
        {999, 1, 999, 1, LESS, VERDICT_BREAKS},
        {998, 2, 999, 1, AT_LEAST, VERDICT_BREAKS},
        {998, 1, 999, 1, AT_LEAST, VERDICT_BREAKS}, /* 99.8999… */
        {2, 1, 6667, 2, AT_LEAST, VERDICT_BREAKS},
        {2, 1, 6666, 2, AT_LEAST, VERDICT_HOLDS},
        {9, 1, 90, 0, AT_LEAST, VERDICT_HOLDS},
        {1, 0, 100, 0, AT_LEAST, VERDICT_HOLDS},
        {0, 1, 0, 0, AT_LEAST, VERDICT_HOLDS},
        {0, 1, 0, 0, GREATER, VERDICT_BREAKS},
        {INT64_C(899999999999999999), INT64_C(100000000000000001), 90, 0, AT_LEAST, VERDICT_BREAKS},
        {INT64_C(900000000000000000), INT64_C(100000000000000000), 90, 0, AT_LEAST, VERDICT_HOLDS},
        {0, 0, 90, 0, AT_LEAST, VERDICT_OPEN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target t = target(STAT_ATTAINMENT, rows[i].op, rows[i].units, rows[i].digits);
        struct counts c = {.met = rows[i].met, .missed = rows[i].missed, .excluded = 5, .durations = 7};
        assert_int_equal(judge(&t, &c, 0, 1, 3), rows[i].want);
    }
}

static void too_few_are_not_judged_except_by_missed(void **state) {
    (void)state;
    struct counts c = {.met = 3, .missed = 1, .durations = 3, .sum = 30000};
    struct target share = target(STAT_ATTAINMENT, AT_LEAST, 90, 0), mean = target(STAT_MEAN, LESS, 10, 0);
    struct target missed = target(STAT_MISSED, LESS, 1, 0), none = target(STAT_MISSED, AT_MOST, 0, 0);
    assert_int_equal(judge(&share, &c, 0, 4, 3), VERDICT_BREAKS);
    assert_int_equal(judge(&share, &c, 0, 5, 3), VERDICT_OPEN);
    assert_int_equal(judge(&mean, &c, 0, 3, 3), VERDICT_BREAKS);
    assert_int_equal(judge(&mean, &c, 0, 4, 3), VERDICT_OPEN);
    assert_int_equal(judge(&missed, &c, 0, 100, 3), VERDICT_BREAKS);
    c = (struct counts){0};
    assert_int_equal(judge(&missed, &c, 0, 100, 3), VERDICT_HOLDS);
    assert_int_equal(judge(&none, &c, 0, 1, 3), VERDICT_HOLDS);
    assert_int_equal(judge(&share, &c, 0, 0, 3), VERDICT_OPEN);
}

static void means_are_exact(void **state) {
    (void)state;
    struct target two = target(STAT_MEAN, AT_MOST, 2, 0), under = target(STAT_MEAN, LESS, 2, 0);
    struct counts c = {.durations = 3, .sum = 6000};
    assert_int_equal(judge(&two, &c, 0, 1, 3), VERDICT_HOLDS);
    assert_int_equal(judge(&under, &c, 0, 1, 3), VERDICT_BREAKS);
    c.sum = 6001;
    assert_int_equal(judge(&two, &c, 0, 1, 3), VERDICT_BREAKS);
    c.sum = 5999;
    assert_int_equal(judge(&under, &c, 0, 1, 3), VERDICT_HOLDS);
    struct target negative = target(STAT_MEAN, AT_LEAST, -15, 1);
    c = (struct counts){.durations = 2, .sum = -3000000};
    assert_int_equal(judge(&negative, &c, 0, 1, 6), VERDICT_HOLDS);
    c.sum--;
    assert_int_equal(judge(&negative, &c, 0, 1, 6), VERDICT_BREAKS);
    struct target large = target(STAT_MEAN, AT_MOST, INT64_C(999999999), 9); /* 0.999999999 */
    c = (struct counts){.durations = INT64_C(1000000000), .sum = INT64_C(999999999) * 1000000};
    assert_int_equal(judge(&large, &c, 0, 1, 6), VERDICT_HOLDS);
    c.sum++;
    assert_int_equal(judge(&large, &c, 0, 1, 6), VERDICT_BREAKS);
}

static void cuts_fall_on_the_right_side(void **state) {
    (void)state;
    static const struct {
        int64_t units;
        int bound_digits, digits;
        int64_t at_most, less;
    } rows[] = {
        {2, 0, 3, 2000, 1999},
        {10005, 4, 3, 1000, 1000},       /* 1000.5 ms: no number lies on it */
        {-15, 1, 6, -1500000, -1500001},
        {-5, 7, 6, -1, -1},              /* -0.5 millionths */
        {0, 0, 3, 0, -1},
        {INT64_MAX, 0, 6, INT64_MAX, INT64_MAX},
        {-INT64_MAX, 0, 6, INT64_MIN, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int op = AT_LEAST; op <= LESS; op++) {
            struct target t = target(STAT_MIN, (enum comparison)op, rows[i].units, rows[i].bound_digits);
            bool inclusive = op == AT_MOST || op == GREATER;
            assert_true(judge_cut(&t, rows[i].digits) == (inclusive ? rows[i].at_most : rows[i].less));
        }
}

static void ranks_are_nearest_ranks(void **state) {
    (void)state;
    static const struct {
        int64_t units;
        int digits;
        int64_t n, want;
    } rows[] = {{50, 0, 1, 1}, {50, 0, 2, 1}, {50, 0, 3, 2}, {0, 0, 9, 1}, {100, 0, 7, 7}, {999, 1, 1000, 999},
        {999, 1, 1001, 1000}, {999, 1, 1, 1}, {90, 0, 10, 9}, {90, 0, 11, 10}, {333333333, 7, 3, 1},
        {333333334, 7, 3, 2}, {99, 0, INT64_C(1000000000000000000), INT64_C(990000000000000000)}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(judge_rank((struct decimal){rows[i].units, rows[i].digits}, rows[i].n) == rows[i].want);
}

/* ---- against comparing the number itself ---- */

static int64_t draw(int64_t below) {
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (int64_t)((x >> 11) % (uint64_t)below);
}

static bool plainly(__int128 number, enum comparison op, __int128 bound) {
    switch (op) {
    case AT_LEAST: return number >= bound;
    case AT_MOST: return number <= bound;
    case GREATER: return number > bound;
    case LESS: return number < bound;
    }
    return false;
}

static void sort(int64_t *list, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && list[k - 1] > list[k]; k--) {
            int64_t swap = list[k];
            list[k] = list[k - 1];
            list[k - 1] = swap;
        }
}

static void order_statistics_are_judged_as_by_their_number(void **state) {
    (void)state;
    static const int64_t tens[] = {1, 10, 100, 1000, 10000};
    for (int round = 0; round < 20000; round++) {
        int64_t numbers[12];
        size_t n = (size_t)draw(12) + 1;
        for (size_t i = 0; i < n; i++) numbers[i] = draw(21) - 10; /* ms: many fall on the bound */
        sort(numbers, n);
        int digits = (int)draw(5);
        struct target t = target((enum statistic)(STAT_MIN + draw(3)), (enum comparison)draw(4), 0, digits);
        t.bound.units = digits >= 3 ? (draw(41) - 20) * tens[digits] / 2000 : (draw(3) - 1);
        t.quantile = (struct decimal){draw(1001), 1};
        int64_t cut = judge_cut(&t, 3), below = 0;
        for (size_t i = 0; i < n; i++) below += numbers[i] <= cut;
        int64_t rank = t.stat == STAT_MIN ? 1 : t.stat == STAT_MAX ? (int64_t)n : judge_rank(t.quantile, (int64_t)n);
        bool want = plainly((__int128)numbers[rank - 1] * tens[digits], t.op, (__int128)t.bound.units * 1000);
        struct counts c = {.durations = (int64_t)n};
        assert_true(judge_needs_below(&t));
        assert_int_equal(judge(&t, &c, below, 1, 3), want ? VERDICT_HOLDS : VERDICT_BREAKS);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_exact),
        cmocka_unit_test(too_few_are_not_judged_except_by_missed),
        cmocka_unit_test(means_are_exact),
        cmocka_unit_test(cuts_fall_on_the_right_side),
        cmocka_unit_test(ranks_are_nearest_ranks),
        cmocka_unit_test(order_statistics_are_judged_as_by_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
