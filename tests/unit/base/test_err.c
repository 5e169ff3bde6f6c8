#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/err.h"

#include <string.h>

static void set_returns_the_code_and_keeps_the_prose(void **state) {
    (void)state;
    struct err err = {0};
    assert_int_equal(err_set(&err, ERR_IO, "cannot read %s", "x"), ERR_IO);
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.text, "cannot read x");
    assert_int_equal(err_set(NULL, ERR_LIMIT, "nobody asks"), ERR_LIMIT);
}

static void add_puts_a_fact_before(void **state) {
    (void)state;
    struct err err;
    err_set(&err, ERR_NOT_FOUND, "no zone of that name");
    assert_int_equal(err_add(&err, "slad.yaml:%d", 3), ERR_NOT_FOUND);
    assert_string_equal(err.text, "slad.yaml:3: no zone of that name");
    assert_true(err_add(NULL, "nobody asks") < 0);
    err = (struct err){.code = ERR_IO};
    err_add(&err, "alone");
    assert_string_equal(err.text, "alone");
}

static void the_old_text_may_be_an_argument(void **state) {
    (void)state;
    struct err err;
    err_set(&err, ERR_IO, "inner");
    err_set(&err, ERR_INVALID, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
}

static void text_is_one_line(void **state) {
    (void)state;
    struct err err;
    err_set(&err, ERR_IO, "a\nb\r%s", "c\n");
    assert_string_equal(err.text, "a b c ");
}

static void long_text_is_cut_between_characters(void **state) {
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        char text[700] = "xxxx";
        struct err err;
        for (size_t i = 0; i < 150; i++) memcpy(text + shift + 4 * i, "😀", 5);
        err_set(&err, ERR_IO, "%s", text);
        assert_int_equal(strlen(err.text), shift + (sizeof err.text - 1 - shift) / 4 * 4);
        err_set(&err, ERR_IO, "%s", text + shift);
        err_add(&err, "%.*s", (int)shift + 1, "ffff");
        size_t head = shift + 3;
        assert_int_equal(strlen(err.text), head + (sizeof err.text - 1 - head) / 4 * 4);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_returns_the_code_and_keeps_the_prose),
        cmocka_unit_test(add_puts_a_fact_before),
        cmocka_unit_test(the_old_text_may_be_an_argument),
        cmocka_unit_test(text_is_one_line),
        cmocka_unit_test(long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
