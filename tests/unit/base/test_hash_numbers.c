#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/hash_numbers.h"

static void an_empty_one_holds_nothing(void **state) {
    (void)state;
    struct hash_numbers numbers = {0};
    uint64_t number = 7;
    assert_false(hash_numbers_take(&numbers, 0, &number));
    assert_int_equal(number, 7);
    hash_numbers_fini(&numbers);
}

static void several_numbers_lie_under_one_hash_each_once(void **state) {
    (void)state;
    struct hash_numbers numbers = {0};
    uint64_t sum = 0, number;
    for (int twice = 0; twice < 2; twice++)
        for (uint64_t n = 1; n <= 40; n++) hash_numbers_add(&numbers, 0, n);
    hash_numbers_add(&numbers, UINT64_MAX, UINT64_MAX);
    assert_int_equal(numbers.count, 41);
    for (int n = 0; n < 40; n++) {
        assert_true(hash_numbers_take(&numbers, 0, &number));
        sum += number;
    }
    assert_int_equal(sum, 40 * 41 / 2);
    assert_false(hash_numbers_take(&numbers, 0, &number));
    assert_true(hash_numbers_take(&numbers, UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_int_equal(numbers.count, 0);
    hash_numbers_fini(&numbers);
}

enum { NUMBERS = 6 };

static void count_one(void *arg, uint32_t kept, uint64_t number) {
    (void)kept;
    assert_true(number > 0);
    ++*(size_t *)arg;
}

/* Random additions and removals against plain arrays. Of many keys the table is moved by and by as it grows. */
static void hold_against_array(uint64_t keys, int steps) {
    bool (*in)[NUMBERS] = calloc(keys, sizeof *in);
    struct hash_numbers numbers = {0};
    size_t count = 0;
    uint64_t random = 88172645463325252u, number;
    for (int i = 0; i < steps; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        uint64_t key = (random >> 20) % keys, n = (random >> 40) % NUMBERS;
        if (random >> 62) {
            hash_numbers_add(&numbers, key, key * NUMBERS + n + 1);
            count += !in[key][n];
            in[key][n] = true;
        } else {
            while (hash_numbers_take(&numbers, key, &number)) {
                number -= key * NUMBERS + 1;
                assert_true(number < NUMBERS && in[key][number]);
                in[key][number] = false;
                count--;
            }
            for (n = 0; n < NUMBERS; n++) assert_false(in[key][n]);
        }
        assert_int_equal(numbers.count, count);
    }
    size_t seen = 0;
    hash_numbers_each(&numbers, count_one, &seen);
    assert_int_equal(seen, count);
    hash_numbers_fini(&numbers);
    free(in);
}

static void it_agrees_with_an_array(void **state) {
    (void)state;
    hold_against_array(100, 40000);
    hold_against_array(10000, 60000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_holds_nothing),
        cmocka_unit_test(several_numbers_lie_under_one_hash_each_once),
        cmocka_unit_test(it_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
