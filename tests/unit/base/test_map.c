#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

static void look_at_all(const struct map *map, uint64_t (*hash)(uint64_t), const struct item *items, size_t keys) {
    size_t cursor = 0, seen = 0;
    for (size_t i = 0; i < keys; i++) {
        const struct item *there = items[i].in ? &items[i] : NULL;
        assert_ptr_equal(map_find(map, hash(i), has_key, &items[i].key), there);
        map_foresee(map, hash(i));
        if (there) assert_non_null(map_hint(map, hash(i)));
    }
    for (const struct item *item; (item = map_next(map, &cursor)); seen++) assert_true(item->in);
    assert_int_equal(seen, map->count);
}

/* Random additions and removals against a plain array that says what is in. */
static void hold_against_array(uint64_t (*hash)(uint64_t), size_t keys, size_t steps, size_t look_every) {
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
        assert_true(map.count * 10 <= (map.table.now.mask + 1) * 7);
        if (step % look_every == 0) look_at_all(&map, hash, items, keys);
    }
    look_at_all(&map, hash, items, keys);
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
    hold_against_array(text_hash, 300, 20000, 97);
    hold_against_array(poor_hash, 100, 10000, 97);
    hold_against_array(same_hash, 60, 5000, 97);
    hold_against_array(high_hash, 300, 10000, 97);
}

/* Long runs, each of which is moved as a whole. */
static uint64_t crowded_hash(uint64_t key) {
    return text_hash(key / 8);
}

/* Large enough not to be moved at once: what is added, taken out and asked for meanwhile is in either array. */
static void one_that_grows_moves_by_and_by(void **state) {
    (void)state;
    enum { KEYS = 1 << 16 };
    static struct item items[KEYS];
    uint64_t (*const hashes[])(uint64_t) = {text_hash, crowded_hash};
    for (size_t h = 0; h < 2; h++) {
        struct map map = {0};
        size_t halves = 0;
        memset(items, 0, sizeof items);
        for (size_t i = 0; i < KEYS; i++) {
            items[i] = (struct item){i, true};
            map_add(&map, hashes[h](i), &items[i]);
            halves += map.table.left > 0;
            if (i % 5 < 2 && items[i / 2].in) { /* also of those that have not been moved */
                assert_true(map_remove(&map, hashes[h](i / 2), &items[i / 2]));
                items[i / 2].in = false;
            }
            if (i % 4999 == 0) look_at_all(&map, hashes[h], items, i + 1);
        }
        assert_true(halves > KEYS / 50);
        look_at_all(&map, hashes[h], items, KEYS);
        map_fini(&map);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_holds_nothing),
        cmocka_unit_test(equal_hashes_are_told_apart),
        cmocka_unit_test(it_holds_what_was_added_and_not_removed),
        cmocka_unit_test(one_that_grows_moves_by_and_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
