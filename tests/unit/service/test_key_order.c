/* Keys in any order of arrival come out by (at, seq), and near order makes few runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "service/key_order.h"

enum { KEYS = 20000, SLICE = 512 };

static void fill(struct key_order *order, int64_t at_of(size_t i)) {
    struct journal_key slice[SLICE];
    size_t n = 0;
    for (size_t i = 0; i < KEYS; i++) {
        slice[n++] = (struct journal_key){i + 1, at_of(i)};
        if (n < SLICE && i + 1 < KEYS) continue;
        key_order_add(order, slice, n);
        n = 0;
    }
    assert_int_equal(order->count, KEYS);
}

/* Each once, in order. */
static void empty(struct key_order *order, int64_t at_of(size_t i)) {
    struct journal_key key, before = {0, INT64_MIN};
    bool *seen = calloc(KEYS + 1, sizeof *seen);
    for (size_t i = 0; i < KEYS; i++) {
        assert_true(key_order_next(order, &key));
        assert_true(key.at_ms > before.at_ms || (key.at_ms == before.at_ms && key.seq > before.seq));
        assert_true(!seen[key.seq] && at_of(key.seq - 1) == key.at_ms);
        seen[key.seq] = true;
        before = key;
    }
    assert_false(key_order_next(order, &key));
    free(seen);
    key_order_fini(order);
}

static int64_t rising(size_t i) {
    return (int64_t)(i / 3);
}
static int64_t falling(size_t i) {
    return -(int64_t)(i / 3);
}
static int64_t two_sources(size_t i) {
    return (int64_t)i + (i % 2 ? 5000 : 0);
}
static int64_t jittered(size_t i) {
    return (int64_t)(i + i * 2654435761U % 97);
}
static int64_t anyhow(size_t i) {
    return (int64_t)(i * 2654435761U % 1000);
}

static void all_orders(void **state) {
    (void)state;
    static const struct {
        int64_t (*at_of)(size_t i);
        size_t runs;
    } cases[] = {{rising, 1}, {falling, KEYS / SLICE + 1}, {two_sources, 16}, {jittered, 3}, {anyhow, KEYS / SLICE + 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct key_order order = {0};
        fill(&order, cases[i].at_of);
        assert_in_range(order.run_count, 1, cases[i].runs);
        empty(&order, cases[i].at_of);
    }
}

static void none(void **state) {
    (void)state;
    struct key_order order = {0};
    struct journal_key key;
    assert_false(key_order_next(&order, &key));
    key_order_fini(&order);
}

/* Given up half way. */
static void some(void **state) {
    (void)state;
    struct key_order order = {0};
    struct journal_key key;
    fill(&order, jittered);
    for (int i = 0; i < 100; i++) assert_true(key_order_next(&order, &key));
    key_order_fini(&order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_orders),
        cmocka_unit_test(none),
        cmocka_unit_test(some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
