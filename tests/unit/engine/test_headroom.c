/* Headroom and recovery against counting up one by one, judged by the definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/headroom.h"

enum { MOST = 400 }; /* what is counted up to; beyond it nothing is claimed */

static uint64_t seed = 88172645463325252u;
static int64_t any(int64_t below) { /* xorshift */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)below);
}

/* A group as the definition sees it: outcomes, and how many numbers lie at most at the bound and above it. */
struct seen {
    int64_t met, missed, low, high;
};

static bool compares(double a, enum comparison op, double b) {
    return op == AT_LEAST ? a >= b : op == AT_MOST ? a <= b : op == GREATER ? a > b : a < b;
}

/* By the definition, on small numbers that doubles hold exactly: bounds are whole, so both sides are. */
static bool holds(const struct target *t, const struct seen *s) {
    double n = (double)(s->met + s->missed), bound = (double)t->bound.units;
    if (t->stat == STAT_ATTAINMENT) return compares((double)s->met * 100, t->op, bound * n);
    if (t->stat == STAT_MISSED) return compares((double)s->missed, t->op, bound);
    int64_t all = s->low + s->high, rank = (t->quantile.units * all + 99) / 100;
    bool low = s->low >= (rank < 1 ? 1 : rank);
    return t->op == AT_MOST || t->op == LESS ? low : !low;
}

static void add(const struct target *t, struct seen *s, bool good) {
    bool low_is_good = t->op == AT_MOST || t->op == LESS;
    *(good ? &s->met : &s->missed) += 1;
    *(good == low_is_good ? &s->low : &s->high) += 1;
}

/* How many of a kind until it is `wanted`; MOST: not by then. */
static int64_t count_up(const struct target *t, struct seen s, bool good, bool wanted) {
    int64_t n = 0;
    for (; n < MOST && holds(t, &s) != wanted; n++) add(t, &s, good);
    return n;
}

static void check(const struct target *t, const struct seen *s) {
    struct counts counts = {.met = s->met, .missed = s->missed, .durations = s->low + s->high};
    struct headroom_of of = {t, &counts, s->low, 1, 3};
    int64_t room = headroom(&of), back = recover(&of);
    int64_t breaks = count_up(t, *s, false, false), heals = count_up(t, *s, true, true);
    if (!holds(t, s)) assert_int_equal(room, HEADROOM_NONE);
    else if (breaks < MOST) assert_int_equal(room, breaks - 1);
    else assert_true(room == HEADROOM_NONE || room >= MOST);
    if (holds(t, s)) assert_int_equal(back, HEADROOM_NONE);
    else if (heals < MOST) assert_int_equal(back, heals);
    else assert_true(back == HEADROOM_NONE || back >= MOST);
}

static void every_target_is_as_counted_up(void **state) {
    (void)state;
    static const enum statistic stats[] = {STAT_ATTAINMENT, STAT_MISSED, STAT_PERCENTILE};
    for (int i = 0; i < 60000; i++) {
        struct target t = {.stat = stats[any(3)], .op = (enum comparison)any(4), .bound = {any(101), 0}};
        t.quantile = (struct decimal){any(101), 0};
        if (t.stat == STAT_MISSED) t.bound.units = any(6);
        struct seen s = {any(12), any(8), any(12), any(8)};
        if (t.stat == STAT_ATTAINMENT && s.met + s.missed == 0) s.met = 1;
        if (t.stat == STAT_PERCENTILE && s.low + s.high == 0) s.high = 1;
        check(&t, &s);
    }
}

static int64_t room_of(enum statistic stat, enum comparison op, struct decimal bound, struct counts counts, int64_t least) {
    struct target t = {.stat = stat, .op = op, .bound = bound, .quantile = {90, 0}};
    struct headroom_of of = {&t, &counts, counts.durations, least, 3};
    return headroom(&of);
}

static int64_t back_of(enum statistic stat, enum comparison op, struct decimal bound, struct counts counts, int64_t least) {
    struct target t = {.stat = stat, .op = op, .bound = bound, .quantile = {90, 0}};
    struct headroom_of of = {&t, &counts, 0, least, 3};
    return recover(&of);
}

static void shares_with_decimals_are_exact(void **state) {
    (void)state;
    const struct decimal thrice = {9990, 2}, nine = {90, 0}, all = {100, 0};
    assert_int_equal(room_of(STAT_ATTAINMENT, AT_LEAST, thrice, (struct counts){.met = 999}, 1), 1);
    assert_int_equal(room_of(STAT_ATTAINMENT, GREATER, thrice, (struct counts){.met = 999}, 1), 0);
    assert_int_equal(room_of(STAT_ATTAINMENT, AT_LEAST, nine, (struct counts){.met = 36, .missed = 4}, 1), 0);
    assert_int_equal(back_of(STAT_ATTAINMENT, AT_LEAST, nine, (struct counts){.met = 36, .missed = 5}, 1), 9);
    assert_int_equal(back_of(STAT_ATTAINMENT, AT_LEAST, all, (struct counts){.met = 36, .missed = 1}, 1), HEADROOM_NONE);
    assert_int_equal(room_of(STAT_ATTAINMENT, AT_LEAST, nine, (struct counts){.met = INT64_C(900000000000)}, 1), INT64_C(100000000000));
}

static void what_cannot_be_told_is_none(void **state) {
    (void)state;
    struct counts few = {.met = 3, .durations = 3, .sum = 3000};
    const struct decimal nine = {90, 0}, second = {1000, 3};
    assert_int_equal(room_of(STAT_ATTAINMENT, AT_LEAST, nine, few, 4), HEADROOM_NONE); /* not judged yet */
    assert_int_equal(room_of(STAT_ATTAINMENT, AT_LEAST, (struct decimal){0, 0}, few, 1), HEADROOM_NONE);
    assert_int_equal(room_of(STAT_MISSED, AT_LEAST, (struct decimal){0, 0}, few, 1), HEADROOM_NONE);
    assert_int_equal(room_of(STAT_MEAN, AT_MOST, second, few, 1), HEADROOM_NONE);
    assert_int_equal(room_of(STAT_MIN, AT_LEAST, second, few, 1), HEADROOM_NONE);
    assert_int_equal(room_of(STAT_MAX, AT_MOST, second, few, 1), HEADROOM_NONE);
    assert_int_equal(back_of(STAT_MEAN, LESS, second, few, 1), HEADROOM_NONE);
    assert_int_equal(back_of(STAT_MISSED, AT_MOST, (struct decimal){0, 0}, (struct counts){.missed = 1}, 1), HEADROOM_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_target_is_as_counted_up),
        cmocka_unit_test(shares_with_decimals_are_exact),
        cmocka_unit_test(what_cannot_be_told_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
