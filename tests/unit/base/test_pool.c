#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "slad/base/pool.h"

static void pieces_are_used_again(void **state) {
    (void)state;
    struct pool pool = {0};
    void *a = pool_alloc(&pool, 40);
    assert_int_equal((uintptr_t)a % 16, 0);
    assert_int_equal(pool.used_bytes, 40);
    pool_free(&pool, a, 40);
    assert_int_equal(pool.used_bytes, 0);
    assert_ptr_equal(pool_alloc(&pool, 48), a); /* of one size class */
    assert_ptr_not_equal(pool_alloc(&pool, 49), a);
    pool_free(&pool, NULL, 7);
    pool_fini(&pool);
}

static void arrays_grow_and_keep_what_they_hold(void **state) {
    (void)state;
    struct pool pool = {0};
    size_t capacity = 0;
    uint64_t *array = NULL;
    for (size_t i = 0; i < 5000; i++) {
        array = pool_grow(&pool, array, &capacity, i + 1, sizeof *array);
        array[i] = i;
    }
    for (size_t i = 0; i < 5000; i++) assert_int_equal(array[i], i);
    assert_int_equal(pool.used_bytes, capacity * sizeof *array);
    pool_free(&pool, array, capacity * sizeof *array);
    assert_int_equal(pool.used_bytes, 0);
    pool_fini(&pool);
}

/* Random sizes, each piece filled with a mark of its own: no two overlap. */
static void pieces_do_not_overlap(void **state) {
    (void)state;
    enum { PIECES = 500, STEPS = 20000 };
    struct pool pool = {0};
    unsigned char *pieces[PIECES] = {NULL};
    size_t sizes[PIECES] = {0}, used = 0;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < STEPS; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        size_t k = (random >> 20) % PIECES;
        if (pieces[k]) {
            for (size_t b = 0; b < sizes[k]; b++) assert_int_equal(pieces[k][b], k & 0xFF);
            pool_free(&pool, pieces[k], sizes[k]);
            used -= sizes[k];
            pieces[k] = NULL;
            continue;
        }
        sizes[k] = 1 + (random >> 40) % 1500;
        pieces[k] = pool_alloc(&pool, sizes[k]);
        memset(pieces[k], (int)(k & 0xFF), sizes[k]);
        used += sizes[k];
        assert_int_equal(pool.used_bytes, used);
    }
    pool_fini(&pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_used_again),
        cmocka_unit_test(arrays_grow_and_keep_what_they_hold),
        cmocka_unit_test(pieces_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
