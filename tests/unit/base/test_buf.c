#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/buf.h"

static void an_empty_one_is_text(void **state) {
    (void)state;
    struct buf buf = {0};
    assert_string_equal(buf_text(&buf), "");
    buf_add(&buf, NULL, 0);
    buf_add_text(&buf, "");
    buf_clear(&buf);
    buf_drop_front(&buf, 0);
    assert_null(buf.data);
    buf_reserve(&buf, 0);
    assert_string_equal(buf.data, "");
    buf_fini(&buf);
}

static void what_is_added_is_there_and_terminated(void **state) {
    (void)state;
    struct buf buf = {0};
    buf_add_text(&buf, "one ");
    buf_add_span(&buf, (struct span){"twofold", 3});
    buf_add_char(&buf, ' ');
    buf_printf(&buf, "%d", 3);
    assert_string_equal(buf.data, "one two 3");
    assert_true(span_eq(buf_span(&buf), SPAN("one two 3")));
    buf_add(&buf, "\0x", 2);
    assert_int_equal(buf.size, 11);
    assert_int_equal(buf.data[11], '\0');
    buf_clear(&buf);
    assert_string_equal(buf_text(&buf), "");
    buf_fini(&buf);
    assert_null(buf.data);
}

static void it_grows_through_every_size(void **state) {
    (void)state;
    struct buf buf = {0};
    for (size_t i = 0; i < 5000; i++) {
        buf_add_char(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.data[buf.size], '\0');
        assert_true(buf.capacity > buf.size);
    }
    for (size_t i = 0; i < 5000; i++) assert_int_equal(buf.data[i], 'a' + i % 26);
    buf_fini(&buf);
}

static void printing_fits_exactly_or_grows(void **state) {
    (void)state;
    for (int width = 1; width < 300; width++) {
        struct buf buf = {0};
        buf_printf(&buf, "%*d", width, 7);
        buf_printf(&buf, "%*d", width, 8);
        assert_int_equal(buf.size, 2 * width);
        assert_int_equal(buf.data[width - 1], '7');
        assert_int_equal(buf.data[2 * width - 1], '8');
        assert_int_equal(buf.data[2 * width], '\0');
        buf_fini(&buf);
    }
}

static void the_front_is_dropped(void **state) {
    (void)state;
    struct buf buf = {0};
    buf_add_text(&buf, "line\nrest");
    buf_drop_front(&buf, 5);
    assert_string_equal(buf.data, "rest");
    buf_drop_front(&buf, 4);
    assert_string_equal(buf.data, "");
    buf_add_text(&buf, "x");
    buf_drop_front(&buf, 99);
    assert_int_equal(buf.size, 0);
    buf_fini(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_is_text),
        cmocka_unit_test(what_is_added_is_there_and_terminated),
        cmocka_unit_test(it_grows_through_every_size),
        cmocka_unit_test(printing_fits_exactly_or_grows),
        cmocka_unit_test(the_front_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
