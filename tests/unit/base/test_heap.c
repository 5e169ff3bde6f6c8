#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/heap.h"

enum { NODES = 200 };
static struct heap_node nodes[NODES];
static int64_t keys[NODES]; /* of those in the heap */

static uint64_t next_random(void) {
    static uint64_t random = 88172645463325252;
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    return random;
}

static void check_invariants(const struct heap *heap) {
    for (size_t i = 0; i < heap->count; i++) {
        assert_int_equal(heap->entries[i].node->place, i + 1);
        assert_true(heap->entries[i].key == keys[heap->entries[i].node - nodes]);
        if (i > 0) assert_true(heap->entries[(i - 1) / 4].key <= heap->entries[i].key);
    }
}

static void an_empty_one_has_no_top(void **state) {
    (void)state;
    struct heap heap = {0};
    struct heap_node node = {0};
    assert_null(heap_top(&heap));
    heap_remove(&heap, &node);
    assert_false(heap_holds(&node));
    heap_fini(&heap);
}

static void nodes_go_in_move_and_leave(void **state) {
    (void)state;
    struct heap heap = {0};
    size_t count = 0;
    for (size_t step = 0; step < 20000; step++) {
        size_t i = next_random() % NODES;
        if (next_random() % 3 == 0) {
            count -= heap_holds(&nodes[i]);
            heap_remove(&heap, &nodes[i]);
        } else {
            count += !heap_holds(&nodes[i]);
            keys[i] = (int64_t)(next_random() % 50) - 25;
            heap_set(&heap, &nodes[i], keys[i]);
        }
        assert_int_equal(heap.count, count);
        check_invariants(&heap);
    }
    int64_t last = INT64_MIN;
    while (heap.count) {
        const struct heap_entry *top = heap_top(&heap);
        assert_true(top->key >= last);
        last = top->key;
        heap_remove(&heap, top->node);
        check_invariants(&heap);
    }
    for (size_t i = 0; i < NODES; i++) assert_false(heap_holds(&nodes[i]));
    heap_fini(&heap);
}

static void the_ends_of_time_are_keys(void **state) {
    (void)state;
    struct heap heap = {0};
    struct heap_node never = {0}, always = {0};
    heap_set(&heap, &never, INT64_MAX);
    heap_set(&heap, &always, INT64_MIN);
    assert_ptr_equal(heap_top(&heap)->node, &always);
    heap_set(&heap, &always, INT64_MAX);
    heap_set(&heap, &never, 0);
    assert_ptr_equal(heap_top(&heap)->node, &never);
    heap_fini(&heap);
}

struct walk {
    int64_t last;
    size_t seen, stop_after;
};

static bool step(void *arg, int64_t key, struct heap_node *node) {
    struct walk *walk = arg;
    assert_true(key >= walk->last);
    assert_true(heap_holds(node));
    walk->last = key;
    return ++walk->seen != walk->stop_after;
}

static void a_walk_rises_and_stops_when_told(void **state) {
    (void)state;
    struct heap heap = {0};
    for (size_t i = 0; i < NODES; i++) {
        nodes[i].place = 0;
        heap_set(&heap, &nodes[i], keys[i] = (int64_t)(next_random() % 90));
    }
    struct walk all = {INT64_MIN, 0, 0}, some = {INT64_MIN, 0, 17}, none = {INT64_MIN, 0, 0};
    heap_walk(&heap, step, &all);
    assert_int_equal(all.seen, NODES);
    heap_walk(&heap, step, &some);
    assert_int_equal(some.seen, 17);
    check_invariants(&heap);
    heap_fini(&heap);
    heap_walk(&heap, step, &none);
    assert_int_equal(none.seen, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_no_top),
        cmocka_unit_test(nodes_go_in_move_and_leave),
        cmocka_unit_test(the_ends_of_time_are_keys),
        cmocka_unit_test(a_walk_rises_and_stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
