#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/map.h"

#include "slad/base/span.h"

struct item {
    uint64_t key;
    bool in;
};

static bool has_key(const void *item, const void *key) {
    return ((const struct item *)item)->key == *(const uint64_t *)key;
}

/* Few different hashes: long runs and many equal ones. */
static uint64_t poor_hash(uint64_t key) {
    return key % 7;
}

static void *find(const struct map *map, uint64_t key) {
    return map_find(map, poor_hash(key), has_key, &key);
}

static void an_empty_one_holds_nothing(void **state) {
    (void)state;
    struct map map = {0};
    struct item item = {1, false};
    size_t cursor = 0;
    assert_null(find(&map, 1));
    map_foresee(&map, 1);
    assert_null(map_hint(&map, 1));
    assert_false(map_remove(&map, 1, &item));
    assert_null(map_next(&map, &cursor));
    map_fini(&map);
}

static void equal_hashes_are_told_apart(void **state) {
    (void)state;
    struct map map = {0};
    struct item a = {7, false}, b = {14, false}, c = {21, false};
    map_add(&map, poor_hash(7), &a);
    map_add(&map, poor_hash(14), &b);
    assert_ptr_equal(find(&map, 7), &a);
    assert_ptr_equal(find(&map, 14), &b);
    assert_null(find(&map, 21));
    map_foresee(&map, poor_hash(21));
    assert_ptr_equal(map_hint(&map, poor_hash(21)), &a); /* of that hash, whatever its key */
    assert_null(map_hint(&map, 3));
    assert_false(map_remove(&map, poor_hash(21), &c));
    assert_true(map_remove(&map, poor_hash(7), &a));
    assert_false(map_remove(&map, poor_hash(7), &a));
    assert_null(find(&map, 7));
    assert_ptr_equal(find(&map, 14), &b);
    map_fini(&map);
}

/* Random additions and removals against a plain array that says what is in. */
static void hold_against_array(uint64_t (*hash)(uint64_t), size_t keys, size_t steps) {
    struct map map = {0};
    struct item *items = calloc(keys, sizeof *items);
    assert_non_null(items);
    uint64_t random = 88172645463325252;
    size_t count = 0;
    for (size_t i = 0; i < keys; i++) items[i].key = i;
    for (size_t step = 0; step < steps; step++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        struct item *item = &items[random % keys];
        if (item->in)
            assert_true(map_remove(&map, hash(item->key), item));
        else
            map_add(&map, hash(item->key), item);
        item->in = !item->in;
        count = item->in ? count + 1 : count - 1;
        assert_int_equal(map.count, count);
        assert_true(map.count * 10 <= (map.mask + 1) * 7);
        if (step % 97 == 0)
            for (size_t i = 0; i < keys; i++)
                assert_ptr_equal(
                    map_find(&map, hash(i), has_key, &items[i].key), items[i].in ? &items[i] : NULL);
    }
    size_t cursor = 0, seen = 0;
    for (struct item *item; (item = map_next(&map, &cursor)); seen++) assert_true(item->in);
    assert_int_equal(seen, count);
    map_fini(&map);
    free(items);
}

static uint64_t text_hash(uint64_t key) {
    return span_hash((struct span){(const char *)&key, sizeof key});
}

static uint64_t same_hash(uint64_t key) {
    return key * 0 + 5;
}

static uint64_t high_hash(uint64_t key) {
    return key << 40;
}

static void it_holds_what_was_added_and_not_removed(void **state) {
    (void)state;
    hold_against_array(text_hash, 300, 20000);
    hold_against_array(poor_hash, 100, 10000);
    hold_against_array(same_hash, 60, 5000);
    hold_against_array(high_hash, 300, 10000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_holds_nothing),
        cmocka_unit_test(equal_hashes_are_told_apart),
        cmocka_unit_test(it_holds_what_was_added_and_not_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
