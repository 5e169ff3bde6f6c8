#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include "ingest/lines.h"
#include "slad/base/mem.h"

#define CUT(text)                                                                                            \
    do {                                                                                                     \
        assert_int_equal(lines_cut(&skipping, &data, &line), CUT_LINE);                                      \
        assert_true(span_eq(line, SPAN(text)));                                                              \
    } while (0)

static void lines_of_all_kinds(void **state) {
    (void)state;
    struct span data = SPAN("one\ntwo\r\n\n\r\nthree"), line;
    bool skipping = false;
    CUT("one");
    CUT("two");
    CUT("");
    CUT("");
    assert_int_equal(lines_cut(&skipping, &data, &line), CUT_MORE);
    assert_true(span_eq(data, SPAN("three")));
    assert_true(span_eq(lines_last(SPAN("three\r")), SPAN("three")));
    assert_int_equal(lines_last((struct span){NULL, 0}).n, 0);
}

static void a_line_of_the_greatest_length(void **state) {
    (void)state;
    char *text = mem_alloc(EVENT_LINE_MAX + 2);
    memset(text, 'x', EVENT_LINE_MAX);
    memcpy(text + EVENT_LINE_MAX, "\r\n", 2);
    bool skipping = false;
    struct span line;
    for (size_t n = EVENT_LINE_MAX - 1; n <= LINES_BYTES_MAX; n++) {
        struct span data = {text, n};
        assert_int_equal(lines_cut(&skipping, &data, &line), CUT_MORE);
        assert_int_equal(data.n, n);
    }
    struct span data = {text, EVENT_LINE_MAX + 2};
    assert_int_equal(lines_cut(&skipping, &data, &line), CUT_LINE);
    assert_int_equal(line.n, EVENT_LINE_MAX);
    free(text);
}

static void one_byte_more_is_told_once_and_skipped(void **state) {
    (void)state;
    char *text = mem_alloc(EVENT_LINE_MAX + 1);
    memset(text, 'x', EVENT_LINE_MAX + 1);
    bool skipping = false;
    struct span data = {text, EVENT_LINE_MAX + 1}, line;
    assert_int_equal(lines_cut(&skipping, &data, &line), CUT_TOO_LONG);
    assert_int_equal(data.n, 0);
    data = (struct span){text, EVENT_LINE_MAX + 1};
    assert_int_equal(lines_cut(&skipping, &data, &line), CUT_MORE);
    assert_int_equal(data.n, 0);
    data = SPAN("xxx\nnext\n");
    assert_int_equal(lines_cut(&skipping, &data, &line), CUT_SKIPPED);
    CUT("next");
    free(text);
}

static void one_that_comes_with_its_newline(void **state) {
    (void)state;
    char *text = mem_alloc(EVENT_LINE_MAX + 7);
    memset(text, 'x', EVENT_LINE_MAX + 1);
    memcpy(text + EVENT_LINE_MAX + 1, "\nnext\n", 6);
    bool skipping = false;
    struct span data = {text, EVENT_LINE_MAX + 7}, line;
    assert_int_equal(lines_cut(&skipping, &data, &line), CUT_TOO_LONG);
    assert_false(skipping);
    CUT("next");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_all_kinds),
        cmocka_unit_test(a_line_of_the_greatest_length),
        cmocka_unit_test(one_byte_more_is_told_once_and_skipped),
        cmocka_unit_test(one_that_comes_with_its_newline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
