#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/val.h"

static void equal_values_are_equal_bits(void **state) {
    (void)state;
    struct intern texts = {0};
    struct value three = value_number(3), text = value_text(SPAN("3")), again = value_text(SPAN("3"));
    struct value yes = value_bool(true), no = value_bool(false), word = value_text(SPAN("true"));
    struct value zero = value_number(0.0), minus_zero = value_number(-0.0);
    val a = val_new(&texts, &text), b = val_new(&texts, &again), c = val_new(&texts, &word);
    assert_true(a == b);
    assert_true(a != val_new(&texts, &three));
    assert_true(c != val_new(&texts, &yes));
    assert_true(val_new(&texts, &yes) != val_new(&texts, &no));
    assert_true(val_new(&texts, &zero) == val_new(&texts, &minus_zero));
    val_drop(&texts, a);
    val_drop(&texts, b);
    val_drop(&texts, c);
    assert_int_equal(texts.syms.count, 0);
    intern_fini(&texts);
}

static void values_come_back_as_they_went_in(void **state) {
    (void)state;
    struct intern texts = {0};
    static const double numbers[] = {0, 1, -1, 0.1, 1e308, -1.7976931348623157e308, 5e-324, 1e-300};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct value in = value_number(numbers[i]), out = val_value(val_new(&texts, &in));
        assert_true(out.kind == VALUE_NUMBER && out.number == numbers[i]);
        assert_true(val_is_number(val_new(&texts, &in)) && !val_is_text(val_new(&texts, &in)));
    }
    struct value null = value_null(), yes = value_bool(true), empty = value_text(SPAN(""));
    assert_true(val_new(&texts, &null) == VAL_ABSENT);
    assert_int_equal(val_value(VAL_ABSENT).kind, VALUE_NULL);
    assert_true(val_value(val_new(&texts, &yes)).truth);
    val v = val_new(&texts, &empty);
    assert_true(val_is_text(v) && !val_is_number(v));
    assert_true(val_value(v).kind == VALUE_TEXT && val_value(v).text.n == 0);
    assert_false(val_is_number(VAL_ABSENT) || val_is_number(VAL_TRUE) || val_is_text(VAL_ABSENT) || val_is_text(VAL_TRUE));
    val_drop(&texts, v);
    val_drop(&texts, VAL_ABSENT);
    intern_fini(&texts);
}

static void texts_name_values_in_groups(void **state) {
    (void)state;
    struct intern texts = {0};
    static const struct {
        struct value value;
        const char *text;
    } rows[] = {{{VALUE_NUMBER, {.number = 3}}, "3"}, {{VALUE_NUMBER, {.number = 4.5}}, "4.5"},
        {{VALUE_NUMBER, {.number = 1e-7}}, "0.0000001"}, {{VALUE_BOOL, {.truth = true}}, "true"},
        {{VALUE_BOOL, {.truth = false}}, "false"}, {{VALUE_TEXT, {.text = {"q1", 2}}}, "q1"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        val v = val_new(&texts, &rows[i].value);
        struct sym *text = val_text(&texts, v);
        assert_string_equal(text->text, rows[i].text);
        intern_drop(&texts, text);
        val_drop(&texts, v);
    }
    assert_null(val_text(&texts, VAL_ABSENT));
    struct value three = value_number(3), word = value_text(SPAN("3"));
    val v = val_new(&texts, &word);
    struct sym *a = val_text(&texts, val_new(&texts, &three)), *b = val_text(&texts, v);
    assert_ptr_equal(a, b); /* 3 and "3" are one group */
    intern_drop(&texts, a);
    intern_drop(&texts, b);
    val_drop(&texts, v);
    assert_int_equal(texts.syms.count, 0);
    intern_fini(&texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_are_equal_bits),
        cmocka_unit_test(values_come_back_as_they_went_in),
        cmocka_unit_test(texts_name_values_in_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
