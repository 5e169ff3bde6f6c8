#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/attrs.h"

static val number(double n) {
    struct value value = value_number(n);
    return val_new(NULL, &value);
}

static void own_attributes_lie_on_top(void **state) {
    (void)state;
    struct intern texts = {0};
    struct attrs *none = attrs_new_empty(&texts);
    struct own first[] = {{number(1), 2}, {number(5), 7}};
    struct attrs *a = attrs_after(&texts, none, first, 2);
    assert_int_equal(a->count, 2);
    assert_true(attrs_get(a, 2) == number(1) && attrs_get(a, 7) == number(5));
    assert_true(attrs_get(a, 3) == VAL_ABSENT && attrs_get(none, 2) == VAL_ABSENT);
    struct own then[] = {{number(9), 1}, {VAL_ABSENT, 2}, {number(3), 9}};
    struct attrs *b = attrs_after(&texts, a, then, 3);
    assert_int_equal(b->count, 3);
    assert_true(attrs_get(b, 1) == number(9) && attrs_get(b, 2) == VAL_ABSENT);
    assert_true(attrs_get(b, 7) == number(5) && attrs_get(b, 9) == number(3));
    for (int i = 1; i < b->count; i++) assert_true(attrs_slots(b)[i - 1] < attrs_slots(b)[i]);
    attrs_drop(&texts, none);
    attrs_drop(&texts, a);
    attrs_drop(&texts, b);
    assert_int_equal(texts.pool.used_bytes, 0);
    intern_fini(&texts);
}

static void what_changes_nothing_is_shared(void **state) {
    (void)state;
    struct intern texts = {0};
    struct attrs *none = attrs_new_empty(&texts);
    struct own set[] = {{number(1), 0}}, away[] = {{VAL_ABSENT, 5}};
    struct attrs *a = attrs_after(&texts, none, set, 1), *same = attrs_after(&texts, a, set, 1), *also = attrs_after(&texts, a, away, 1);
    assert_ptr_equal(a, same);
    assert_ptr_equal(a, also);
    assert_int_equal(a->refs, 3);
    attrs_drop(&texts, same);
    attrs_drop(&texts, also);
    attrs_drop(&texts, a);
    struct attrs *empty = attrs_after(&texts, none, NULL, 0);
    assert_ptr_equal(none, empty);
    attrs_drop(&texts, empty);
    attrs_drop(&texts, none);
    attrs_drop(&texts, NULL);
    assert_int_equal(texts.pool.used_bytes, 0);
    intern_fini(&texts);
}

static void there_may_be_many_and_texts_are_counted(void **state) {
    (void)state;
    struct intern texts = {0};
    struct own own[200];
    for (uint16_t i = 0; i < 200; i++) {
        char text[16];
        int n = snprintf(text, sizeof text, "t%d", i % 50);
        struct value value = value_text((struct span){text, (size_t)n});
        own[i] = (struct own){val_new(&texts, &value), i};
    }
    struct attrs *none = attrs_new_empty(&texts), *half = attrs_after(&texts, none, own, 100), *all = attrs_after(&texts, half, own, 200);
    assert_int_equal(all->count, 200);
    for (uint16_t i = 0; i < 200; i++) assert_true(attrs_get(all, i) == own[i].value);
    for (int i = 0; i < 200; i++) val_drop(&texts, own[i].value);
    attrs_drop(&texts, half);
    attrs_drop(&texts, none);
    assert_int_equal(texts.syms.count, 50);
    attrs_drop(&texts, all);
    assert_int_equal(texts.syms.count, 0);
    intern_fini(&texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_attributes_lie_on_top),
        cmocka_unit_test(what_changes_nothing_is_shared),
        cmocka_unit_test(there_may_be_many_and_texts_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
