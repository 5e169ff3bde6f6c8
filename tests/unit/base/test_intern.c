#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/intern.h"

#include <stdio.h>

static void equal_texts_are_one_symbol(void **state) {
    (void)state;
    struct intern table = {0};
    struct sym *a = intern_get(&table, SPAN("queue")), *b = intern_get(&table, (struct span){"queued", 5});
    assert_ptr_equal(a, b);
    assert_string_equal(a->text, "queue");
    assert_true(span_eq(sym_span(a), SPAN("queue")));
    assert_int_equal(a->refs, 2);
    assert_ptr_not_equal(intern_get(&table, SPAN("agent")), a);
    assert_ptr_equal(intern_find(&table, SPAN("queue")), a);
    assert_int_equal(a->refs, 2);
    assert_null(intern_find(&table, SPAN("que")));
    intern_fini(&table);
}

static void the_last_reference_frees(void **state) {
    (void)state;
    struct intern table = {0};
    struct sym *sym = sym_ref(intern_get(&table, SPAN("q1")));
    intern_drop(&table, sym);
    assert_ptr_equal(intern_find(&table, SPAN("q1")), sym);
    intern_drop(&table, sym);
    assert_null(intern_find(&table, SPAN("q1")));
    assert_int_equal(table.syms.count, 0);
    intern_drop(&table, NULL);
    intern_fini(&table);
}

static void nothing_and_nul_are_texts_too(void **state) {
    (void)state;
    struct intern table = {0};
    struct sym *empty = intern_get(&table, (struct span){NULL, 0}), *nul = intern_get(&table, SPAN("a\0b"));
    assert_string_equal(empty->text, "");
    assert_int_equal(nul->size, 3);
    assert_ptr_not_equal(nul, intern_get(&table, SPAN("a")));
    assert_ptr_equal(nul, intern_get(&table, SPAN("a\0b")));
    intern_fini(&table);
}

static void many_come_and_go(void **state) {
    (void)state;
    enum { MANY = 3000 };
    struct intern table = {0};
    static struct sym *syms[MANY];
    char name[16];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "c-%d", i);
        syms[i] = intern_get(&table, span_of(name));
    }
    for (int i = 0; i < MANY; i += 2) intern_drop(&table, syms[i]);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "c-%d", i);
        assert_ptr_equal(intern_find(&table, span_of(name)), i % 2 ? syms[i] : NULL);
    }
    intern_fini(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_are_one_symbol),
        cmocka_unit_test(the_last_reference_frees),
        cmocka_unit_test(nothing_and_nul_are_texts_too),
        cmocka_unit_test(many_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
