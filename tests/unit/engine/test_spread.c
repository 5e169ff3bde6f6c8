#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/spread.h"

enum { NAIVE_MAX = 40000 };

struct naive { /* a sorted array */
    int64_t *list;
    size_t count;
};

static uint64_t random_state = 1;
static uint64_t draw(uint64_t below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % below;
}

static size_t at_most(const struct naive *naive, int64_t value) {
    size_t lo = 0, hi = naive->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (naive->list[mid] <= value) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static void naive_add(struct naive *naive, int64_t value) {
    size_t at = at_most(naive, value);
    memmove(naive->list + at + 1, naive->list + at, (naive->count++ - at) * sizeof *naive->list);
    naive->list[at] = value;
}

static int64_t naive_take(struct naive *naive, size_t at) {
    int64_t value = naive->list[at];
    memmove(naive->list + at, naive->list + at + 1, (--naive->count - at) * sizeof *naive->list);
    return value;
}

static void compare(struct spread *spread, const struct naive *naive, uint64_t range) {
    assert_int_equal(spread_count(spread), naive->count);
    for (int i = 0; i < 5; i++) {
        int64_t value = (int64_t)draw(range + 2) - 1;
        assert_int_equal(spread_count_at_most(spread, value), at_most(naive, value));
    }
    assert_int_equal(spread_count_at_most(spread, INT64_MAX), naive->count);
    assert_int_equal(spread_count_at_most(spread, INT64_MIN), 0);
    if (!naive->count) return;
    assert_true(spread_rank(spread, 1) == naive->list[0]);
    assert_true(spread_rank(spread, naive->count) == naive->list[naive->count - 1]);
    for (int i = 0; i < 5; i++) {
        size_t rank = draw(naive->count) + 1;
        assert_true(spread_rank(spread, rank) == naive->list[rank - 1]);
    }
}

/* adds: of 100 changes; ask: once in so many. */
static void mix(uint64_t range, uint64_t adds, uint64_t ask, int changes, struct spread *spread, struct naive *naive) {
    for (int i = 0; i < changes; i++) {
        if (!naive->count || (naive->count < NAIVE_MAX && draw(100) < adds)) {
            int64_t value = (int64_t)draw(range);
            spread_add(spread, value);
            naive_add(naive, value);
        } else {
            spread_remove(spread, naive_take(naive, draw(naive->count)));
        }
        if (draw(ask) == 0) compare(spread, naive, range);
    }
    compare(spread, naive, range);
}

static void it_is_a_sorted_array(void **state) {
    (void)state;
    static const uint64_t ranges[] = {2, 50, 100000, UINT64_C(1) << 50};
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (uint64_t ask = 1; ask < 100000; ask *= 30) {
            struct spread spread = {0};
            struct naive naive = {malloc((NAIVE_MAX + 1) * sizeof(int64_t)), 0};
            random_state = 12345 + r * 77 + ask;
            int changes = ask == 1 ? 1000 : 5000;
            mix(ranges[r], 90, ask, changes, &spread, &naive);
            mix(ranges[r], 50, ask, changes, &spread, &naive);
            mix(ranges[r], 10, ask, 2 * changes, &spread, &naive); /* down to nothing and up again */
            spread_fini(&spread);
            free(naive.list);
        }
}

static void the_ends_of_the_range_are_numbers_too(void **state) {
    (void)state;
    struct spread spread = {0};
    spread_add(&spread, INT64_MAX);
    spread_add(&spread, INT64_MIN);
    spread_add(&spread, 0);
    assert_true(spread_rank(&spread, 1) == INT64_MIN && spread_rank(&spread, 3) == INT64_MAX);
    assert_int_equal(spread_count_at_most(&spread, INT64_MIN), 1);
    assert_int_equal(spread_count_at_most(&spread, INT64_MAX - 1), 2);
    assert_int_equal(spread_count_at_most(&spread, INT64_MAX), 3);
    spread_remove(&spread, INT64_MAX);
    assert_true(spread_rank(&spread, 2) == 0);
    spread_fini(&spread);
}

/* So many that they are sorted together: below zero, above, and the ends of the range. */
static void negative_numbers_come_first(void **state) {
    (void)state;
    enum { SIDE = 300 };
    struct spread spread = {0};
    for (int64_t i = 1; i <= SIDE; i++) {
        spread_add(&spread, 1000 * i);
        spread_add(&spread, -1000 * i);
    }
    spread_add(&spread, INT64_MAX);
    spread_add(&spread, INT64_MIN);
    assert_true(spread_rank(&spread, 1) == INT64_MIN && spread_rank(&spread, 2 * SIDE + 2) == INT64_MAX);
    for (int64_t i = 1; i <= SIDE; i++) {
        assert_true(spread_rank(&spread, (size_t)(1 + i)) == -1000 * (SIDE + 1 - i));
        assert_true(spread_rank(&spread, (size_t)(1 + SIDE + i)) == 1000 * i);
    }
    spread_fini(&spread);
}

static void notes_do_not_pile_up(void **state) {
    (void)state;
    struct spread spread = {0};
    for (int64_t i = 0; i < 200000; i++) { /* a window that moves on and is never asked */
        spread_add(&spread, i);
        if (i >= 100) spread_remove(&spread, i - 100);
    }
    assert_true(spread.added.capacity + spread.removed.capacity < 40000);
    assert_int_equal(spread_count(&spread), 100);
    assert_true(spread_rank(&spread, 1) == 199900);
    spread_fini(&spread);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_sorted_array),
        cmocka_unit_test(the_ends_of_the_range_are_numbers_too),
        cmocka_unit_test(negative_numbers_come_first),
        cmocka_unit_test(notes_do_not_pile_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
