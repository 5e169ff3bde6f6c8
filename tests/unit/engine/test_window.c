#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/window.h"

enum { NAIVE_MAX = 5000 };

struct naive { /* in order of `at`; of one instant in no order */
    struct record list[NAIVE_MAX];
    size_t count;
};

static uint64_t random_state = 1;
static uint64_t draw(uint64_t below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % below;
}

static bool same(const struct record *a, const struct record *b) {
    return a->at == b->at && a->value == b->value && a->group == b->group && a->outcome == b->outcome &&
           a->has_value == b->has_value;
}

static void naive_add(struct naive *naive, const struct record *r) {
    size_t at = naive->count++;
    for (; at > 0 && naive->list[at - 1].at > r->at; at--) naive->list[at] = naive->list[at - 1];
    naive->list[at] = *r;
}

static bool naive_remove(struct naive *naive, const struct record *r) {
    size_t i = 0;
    while (i < naive->count && !same(&naive->list[i], r)) i++;
    if (i == naive->count) return false;
    memmove(naive->list + i, naive->list + i + 1, (--naive->count - i) * sizeof *naive->list);
    return true;
}

static struct record some_record(int64_t from, uint64_t range) {
    struct record r = {.at = from + (int64_t)draw(range), .group = (uint32_t)draw(3), .outcome = (uint8_t)draw(4)};
    r.has_value = draw(2);
    if (r.has_value) r.value = (int64_t)draw(3);
    return r;
}

static void drop_front(struct window *window, struct naive *naive) {
    const struct record *front = window_front(window);
    assert_true((front != NULL) == (naive->count > 0));
    if (!front) return;
    assert_true(front->at == naive->list[0].at);
    struct record r = *front;
    window_drop_front(window);
    assert_true(naive_remove(naive, &r));
}

static void it_is_an_ordered_list(void **state) {
    (void)state;
    struct naive *naive = malloc(sizeof *naive);
    for (uint64_t seed = 1; seed <= 16; seed++) {
        random_state = seed * 7919;
        naive->count = 0;
        struct window window = {0};
        int64_t from = 0;
        uint64_t range = seed % 3 == 0 ? 5 : seed % 3 == 1 ? 200 : 100000, adds = 30 + 20 * (seed % 4);
        for (int i = 0; i < 6000; i++) {
            struct record r = some_record(from, range);
            uint64_t what = draw(100);
            if (what < adds && naive->count < NAIVE_MAX - 1) {
                window_add(&window, &r);
                naive_add(naive, &r);
            } else if (what < 90) {
                if (naive->count && draw(2)) r = naive->list[draw(naive->count)];
                assert_true(window_remove(&window, &r) == naive_remove(naive, &r));
            } else {
                drop_front(&window, naive);
            }
            from += (int64_t)draw(3);
            assert_int_equal(window_records(&window), naive->count);
        }
        while (naive->count) drop_front(&window, naive);
        assert_null(window_front(&window));
        window_fini(&window);
    }
    free(naive);
}

static void a_long_window_moves_on(void **state) {
    (void)state;
    struct window window = {0};
    for (int64_t i = 0; i < 300000; i++) {
        window_add(&window, &(struct record){.at = i, .outcome = 1});
        if (i < 1000) continue;
        assert_true(window_front(&window)->at == i - 1000);
        window_drop_front(&window);
    }
    assert_int_equal(window_records(&window), 1000);
    assert_true(window.records.capacity < 64); /* chunks that are spent make room */
    window_fini(&window);
}

static void of_equal_records_one_is_taken(void **state) {
    (void)state;
    struct window window = {0};
    struct record r = {.at = 5, .outcome = 1, .has_value = true, .value = 9}, other = r;
    other.value = 8;
    for (int i = 0; i < 1000; i++) window_add(&window, &r);
    window_add(&window, &other);
    assert_false(window_remove(&window, &(struct record){.at = 5, .outcome = 2, .has_value = true, .value = 9}));
    assert_false(window_remove(&window, &(struct record){.at = 4, .outcome = 1, .has_value = true, .value = 9}));
    assert_false(window_remove(&window, &(struct record){.at = 6, .outcome = 1, .has_value = true, .value = 9}));
    for (int i = 0; i < 1000; i++) assert_true(window_remove(&window, &r));
    assert_false(window_remove(&window, &r));
    assert_true(window_remove(&window, &other));
    assert_null(window_front(&window));
    window_fini(&window);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_an_ordered_list),
        cmocka_unit_test(a_long_window_moves_on),
        cmocka_unit_test(of_equal_records_one_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
