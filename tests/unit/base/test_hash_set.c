#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static void look_at_all(const struct hash_set *set, const bool *in, uint64_t keys) {
    size_t cursor = 0, seen = 0;
    for (uint64_t k = 0; k < keys; k++) assert_int_equal(hash_set_has(set, k << 3), in[k]);
    for (uint64_t hash; hash_set_next(set, &cursor, &hash); seen++) assert_true(hash_set_has(set, hash));
    assert_int_equal(seen, set->count);
}

/* Random additions and removals against a plain array; the hashes lie close together, so that runs are long. Of many keys
 * the set is moved by and by as it grows. */
static void hold_against_array(uint64_t keys, int steps, int look_every) {
    bool *in = calloc(keys, sizeof *in);
    struct hash_set set = {0};
    size_t count = 0;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < steps; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        uint64_t key = (random >> 20) % keys;
        bool add = random >> 62;
        count += (size_t)(add && !in[key]) - (size_t)(!add && in[key]);
        in[key] = add;
        if (add) hash_set_add(&set, key << 3);
        else hash_set_remove(&set, key << 3);
        assert_int_equal(set.count, count);
        if (i % look_every == 0) look_at_all(&set, in, keys);
    }
    hash_set_clear(&set);
    assert_false(hash_set_has(&set, 1 << 3));
    hash_set_fini(&set);
    free(in);
}

static void it_agrees_with_an_array(void **state) {
    (void)state;
    hold_against_array(300, 20000, 100);
    hold_against_array(30000, 100000, 2503);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_holds_nothing),
        cmocka_unit_test(it_holds_each_hash_once),
        cmocka_unit_test(it_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
