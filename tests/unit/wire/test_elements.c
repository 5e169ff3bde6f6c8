#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include "slad/wire/elements.h"

/* The elements with a bar between, then what went wrong. */
static const char *cut(const char *text) {
    static char shown[400];
    struct elements elements = {.text = span_of(text)};
    struct span element;
    struct err err = {0};
    struct buf out = {0};
    int code;
    while ((code = elements_next(&elements, &element, &err)) > 0) {
        if (elements.count > 1) buf_add_char(&out, '|');
        buf_add_span(&out, element);
    }
    if (code) buf_printf(&out, "!%s", err.text);
    snprintf(shown, sizeof shown, "%s", buf_text(&out));
    assert_int_equal(elements_next(&elements, &element, &err) > 0, 0); /* ends once and for all */
    buf_fini(&out);
    return shown;
}

static void elements_are_cut(void **state) {
    (void)state;
    assert_string_equal(cut("[]"), "");
    assert_string_equal(cut(" [ ] \n"), "");
    assert_string_equal(cut("[1]"), "1");
    assert_string_equal(cut("[ {\"a\":[1,2]} ,\n\t{\"b\":\"x,]\\\"}\"} ]"), "{\"a\":[1,2]}|{\"b\":\"x,]\\\"}\"}");
    assert_string_equal(cut("[[1,[2]],3,\"\",null]"), "[1,[2]]|3|\"\"|null");
}

static void a_bad_element_does_not_spoil_the_others(void **state) {
    (void)state;
    assert_string_equal(cut("[{\"a\":1}, nonsense ,{\"b\":2}]"), "{\"a\":1}|nonsense|{\"b\":2}");
    assert_string_equal(cut("[,1]"), "|1");
    assert_string_equal(cut("[1,]"), "1|");
}

static void what_is_no_array_is_said(void **state) {
    (void)state;
    assert_string_equal(cut(""), "!byte 1: an array is expected");
    assert_string_equal(cut(" {}"), "!byte 2: an array is expected");
    assert_string_equal(cut("["), "!byte 2: the array ends within this element");
    assert_string_equal(cut("[1,{\"a\":2"), "1!byte 4: the array ends within this element");
    assert_string_equal(cut("[1,\"a\\"), "1!byte 4: the array ends within this element");
    assert_string_equal(cut("[1]]"), "1!byte 4: something follows the array");
    assert_string_equal(cut("[1,2"), "1!byte 4: the array ends within this element");
}

static void an_element_becomes_one_line(void **state) {
    (void)state;
    struct buf out = {0};
    elements_compact(&out, SPAN("{ \"a b\" : [ 1 ,\r\n 2 ],\n\t\"c\\\" d\":\"\" }"));
    assert_string_equal(buf_text(&out), "{\"a b\":[1,2],\"c\\\" d\":\"\"}");
    buf_clear(&out);
    elements_compact(&out, SPAN("{\"a\\"));
    assert_string_equal(buf_text(&out), "{\"a\\");
    buf_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_cut),
        cmocka_unit_test(a_bad_element_does_not_spoil_the_others),
        cmocka_unit_test(what_is_no_array_is_said),
        cmocka_unit_test(an_element_becomes_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
