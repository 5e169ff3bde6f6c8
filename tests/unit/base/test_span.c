#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/span.h"

static void spans_are_equal_by_bytes(void **state) {
    (void)state;
    assert_true(span_eq(SPAN("ab"), span_of("ab")));
    assert_false(span_eq(SPAN("ab"), SPAN("abc")));
    assert_false(span_eq(SPAN("ab"), SPAN("ac")));
    assert_true(span_eq((struct span){NULL, 0}, SPAN("")));
}

static void order_is_by_byte_then_length(void **state) {
    (void)state;
    assert_true(span_cmp(SPAN("a"), SPAN("b")) < 0);
    assert_true(span_cmp(SPAN("b"), SPAN("a")) > 0);
    assert_true(span_cmp(SPAN("a"), SPAN("aa")) < 0);
    assert_true(span_cmp(SPAN("aa"), SPAN("a")) > 0);
    assert_int_equal(span_cmp(SPAN("a"), SPAN("a")), 0);
    assert_true(span_cmp((struct span){NULL, 0}, SPAN("a")) < 0);
    assert_true(span_cmp(SPAN("z"), SPAN("ā")) < 0); /* bytes are unsigned */
}

/* Every byte of every length takes part, and no read goes past the end (the copies are exactly as long). */
static void every_byte_counts_in_the_hash(void **state) {
    (void)state;
    for (size_t n = 1; n <= 70; n++) {
        char *text = calloc(1, n);
        assert_non_null(text);
        uint64_t before = span_hash((struct span){text, n});
        for (size_t i = 0; i < n; i++) {
            text[i] = 1;
            assert_true(span_hash((struct span){text, n}) != before);
            text[i] = 0;
        }
        assert_true(span_hash((struct span){text, n - 1}) != before);
        assert_true(span_hash((struct span){text, n}) == before);
        free(text);
    }
}

static void the_seed_keys_the_hash(void **state) {
    (void)state;
    uint64_t plain = span_hash(SPAN("contact")), empty = span_hash(SPAN(""));
    span_hash_seed(1);
    uint64_t one = span_hash(SPAN("contact"));
    span_hash_seed(2);
    assert_true(one != plain && span_hash(SPAN("contact")) != one && span_hash(SPAN("")) != empty);
    span_hash_seed(1);
    assert_true(span_hash(SPAN("contact")) == one);
}

/* Texts that differ in a counter spread over the low bits, which tables use. */
static void low_bits_are_spread(void **state) {
    (void)state;
    enum { SLOTS = 256, EACH = 64 };
    unsigned taken[SLOTS] = {0};
    for (uint32_t i = 0; i < SLOTS * EACH; i++)
        taken[span_hash((struct span){(const char *)&i, sizeof i}) % SLOTS]++;
    for (size_t i = 0; i < SLOTS; i++) assert_in_range(taken[i], EACH / 3, EACH * 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_equal_by_bytes),
        cmocka_unit_test(order_is_by_byte_then_length),
        cmocka_unit_test(every_byte_counts_in_the_hash),
        cmocka_unit_test(the_seed_keys_the_hash),
        cmocka_unit_test(low_bits_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
