#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "slad/base/bloom.h"

static uint64_t next(uint64_t *random) {
    uint64_t z = *random += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static void an_empty_one_has_nothing(void **state) {
    (void)state;
    struct bloom bloom = {0};
    assert_false(bloom_may_have(&bloom, 0));
    assert_false(bloom_may_have(&bloom, UINT64_MAX));
    bloom_fini(&bloom);
}

/* More than there is room for at first, and than was reserved. */
static void what_was_added_is_in(struct bloom *bloom, size_t hashes) {
    uint64_t random = 1;
    for (size_t i = 0; i < hashes; i++) bloom_add(bloom, next(&random));
    random = 1;
    for (size_t i = 0; i < hashes; i++) assert_true(bloom_may_have(bloom, next(&random)));
    size_t wrong = 0;
    for (size_t i = 0; i < 100000; i++) wrong += bloom_may_have(bloom, next(&random));
    assert_true(wrong < 4000);
    bloom_fini(bloom);
}

static void it_grows(void **state) {
    (void)state;
    struct bloom bloom = {0};
    what_was_added_is_in(&bloom, 300000);
}

static void it_grows_beyond_what_was_reserved(void **state) {
    (void)state;
    struct bloom bloom = {0};
    bloom_reserve(&bloom, 1000);
    what_was_added_is_in(&bloom, 20000);
}

static void room_that_was_reserved_is_one_table(void **state) {
    (void)state;
    struct bloom bloom = {0};
    bloom_reserve(&bloom, 50000);
    bloom_reserve(&bloom, 50000);
    uint64_t random = 1;
    for (size_t i = 0; i < 50000; i++) bloom_add(&bloom, next(&random));
    assert_int_equal(bloom.count, 1);
    bloom_fini(&bloom);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_nothing),
        cmocka_unit_test(it_grows),
        cmocka_unit_test(it_grows_beyond_what_was_reserved),
        cmocka_unit_test(room_that_was_reserved_is_one_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
