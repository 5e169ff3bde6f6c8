#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "slad/base/hash_set.h"

static void an_empty_one_holds_nothing(void **state) {
    (void)state;
    struct hash_set set = {0};
    assert_false(hash_set_has(&set, 0));
    hash_set_remove(&set, 7);
    assert_int_equal(set.count, 0);
    hash_set_fini(&set);
}

static void it_holds_each_hash_once(void **state) {
    (void)state;
    struct hash_set set = {0};
    hash_set_add(&set, 0);
    hash_set_add(&set, 0);
    hash_set_add(&set, UINT64_MAX);
    assert_int_equal(set.count, 2);
    assert_true(hash_set_has(&set, 0) && hash_set_has(&set, UINT64_MAX));
    hash_set_remove(&set, 0);
    hash_set_remove(&set, 0);
    assert_int_equal(set.count, 1);
    assert_false(hash_set_has(&set, 0));
    hash_set_fini(&set);
}

/* Random additions and removals against a plain array; the hashes lie close together, so that runs are long. */
static void it_agrees_with_an_array(void **state) {
    (void)state;
    enum { KEYS = 300, STEPS = 20000 };
    bool in[KEYS] = {false};
    struct hash_set set = {0};
    size_t count = 0;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < STEPS; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        uint64_t key = (random >> 20) % KEYS;
        bool add = random >> 63;
        count += (size_t)(add && !in[key]) - (size_t)(!add && in[key]);
        in[key] = add;
        if (add) hash_set_add(&set, key << 3);
        else hash_set_remove(&set, key << 3);
        assert_int_equal(set.count, count);
        if (i % 100) continue;
        for (uint64_t k = 0; k < KEYS; k++) assert_int_equal(hash_set_has(&set, k << 3), in[k]);
    }
    hash_set_fini(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_holds_nothing),
        cmocka_unit_test(it_holds_each_hash_once),
        cmocka_unit_test(it_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
