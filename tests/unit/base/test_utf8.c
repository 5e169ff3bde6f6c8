#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/utf8.h"

/* Copied to the byte, so that a sanitizer sees a read past the end. */
static bool valid(struct span text) {
    char *copy = malloc(text.n ? text.n : 1);
    assert_non_null(copy);
    memcpy(copy, text.p, text.n);
    bool is_valid = utf8_valid((struct span){copy, text.n});
    free(copy);
    return is_valid;
}

static void well_formed_text_is_taken(void **state) {
    (void)state;
    assert_true(utf8_valid((struct span){NULL, 0}));
    assert_true(valid(SPAN("plain ascii, longer than eight bytes")));
    assert_true(valid(SPAN("a\0b")));
    assert_true(valid(SPAN("Rīga 東京 😀")));
    assert_true(valid(SPAN("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF")));
    assert_true(valid(SPAN("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")));
}

static void ill_formed_text_is_not(void **state) {
    (void)state;
    const struct span bad[] = {
        SPAN("\x80"),
        SPAN("\xBF"),
        SPAN("\xFF"),
        SPAN("\xC3"),
        SPAN("\xC3("),
        SPAN("\xE2\x82"),
        SPAN("\xE2(\xAC"),
        SPAN("\xE2\x82("),
        SPAN("\xF0\x9F\x98"),
        SPAN("\xF0\x9F\x98("),
        SPAN("\xF0\x9F"),
        SPAN("\xF8\x88\x80\x80\x80"), /* five bytes */
        SPAN("\xC0\x80"),
        SPAN("\xC1\xBF"), /* overlong */
        SPAN("\xE0\x9F\xBF"),
        SPAN("\xF0\x8F\xBF\xBF"), /* overlong */
        SPAN("\xED\xA0\x80"),
        SPAN("\xED\xBF\xBF"), /* surrogates */
        SPAN("\xF4\x90\x80\x80"),
        SPAN("\xF5\x80\x80\x80"), /* beyond U+10FFFF */
        SPAN("01234567\x80"),
        SPAN("0123456\x80"),
        SPAN("01234567\xE2\x82"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(valid(bad[i]));
}

static void code_points_are_read_one_by_one(void **state) {
    (void)state;
    const struct span text = SPAN("aī東😀\xF4\x8F\xBF\xBF");
    const uint32_t expected[] = {'a', 0x12B, 0x6771, 0x1F600, 0x10FFFF};
    const char *p = text.p, *end = text.p + text.n;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(utf8_next(&p, end), expected[i]);
    assert_ptr_equal(p, end);
}

static void escapes(struct span text, size_t max, const char *expected) {
    struct buf buf = {0};
    utf8_escape(&buf, text, max);
    assert_string_equal(buf_text(&buf), expected);
    buf_fini(&buf);
}

static void what_could_mislead_a_reader_is_escaped(void **state) {
    (void)state;
    escapes(SPAN("q1 Rīga 😀"), 100, "q1 Rīga 😀");
    escapes(SPAN("a\n\t\0\x1b[0m\x7f"), 100, "a\\x0a\\x09\\x00\\x1b[0m\\x7f");
    escapes(SPAN("say \"\\\""), 100, "say \\\"\\\\\\\"");
    escapes(SPAN("\xC2\x85|\xC2\xA0"), 100, "\\xc2\\x85|\xC2\xA0");
    escapes(SPAN("\xFF\xC3|\xED\xA0\x80"), 100, "\\xff\\xc3|\\xed\\xa0\\x80");
    escapes(SPAN("\u2028\u202e\u2066"), 100, "\\xe2\\x80\\xa8\\xe2\\x80\\xae\\xe2\\x81\\xa6");
    escapes((struct span){NULL, 0}, 100, "");
}

static void long_text_is_cut_between_characters(void **state) {
    (void)state;
    escapes(SPAN("abc"), 3, "abc");
    escapes(SPAN("abcd"), 3, "abc…");
    escapes(SPAN("aī"), 2, "a…");
    escapes(SPAN("a\n"), 4, "a…");
    escapes(SPAN("a\n"), 5, "a\\x0a");
    escapes(SPAN("a"), 0, "…");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_taken),
        cmocka_unit_test(ill_formed_text_is_not),
        cmocka_unit_test(code_points_are_read_one_by_one),
        cmocka_unit_test(what_could_mislead_a_reader_is_escaped),
        cmocka_unit_test(long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
