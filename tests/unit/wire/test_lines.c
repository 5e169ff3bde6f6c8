#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include "slad/wire/lines.h"
#include "slad/base/mem.h"

static const struct framing plain_lines = {FRAMING_LINES, 0};

#define CUT(text)                                                                                            \
    do {                                                                                                     \
        assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_LINE);                         \
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
    assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_MORE);
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
        assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_MORE);
        assert_int_equal(data.n, n);
    }
    struct span data = {text, EVENT_LINE_MAX + 2};
    assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_LINE);
    assert_int_equal(line.n, EVENT_LINE_MAX);
    free(text);
}

static void one_byte_more_is_told_once_and_skipped(void **state) {
    (void)state;
    char *text = mem_alloc(EVENT_LINE_MAX + 1);
    memset(text, 'x', EVENT_LINE_MAX + 1);
    bool skipping = false;
    struct span data = {text, EVENT_LINE_MAX + 1}, line;
    assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_TOO_LONG);
    assert_int_equal(data.n, 0);
    data = (struct span){text, EVENT_LINE_MAX + 1};
    assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_MORE);
    assert_int_equal(data.n, 0);
    data = SPAN("xxx\nnext\n");
    assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_SKIPPED);
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
    assert_int_equal(lines_cut(plain_lines, &skipping, &data, &line), CUT_TOO_LONG);
    assert_false(skipping);
    CUT("next");
    free(text);
}

/* ---- CSV */

static const struct framing csv = {FRAMING_CSV, ';'};

static void assert_csv(const char *text, const char *const *records) {
    bool skipping = false;
    struct span data = span_of(text), record;
    for (; *records; records++) {
        assert_int_equal(lines_cut(csv, &skipping, &data, &record), CUT_LINE);
        assert_int_equal(record.n, strlen(*records));
        assert_memory_equal(record.p, *records, record.n);
    }
    assert_int_equal(lines_cut(csv, &skipping, &data, &record), CUT_MORE);
}

static void newlines_between_quotes(void **state) {
    (void)state;
    assert_csv("a;b\n1;2\r\n", (const char *const[]){"a;b", "1;2", NULL});
    assert_csv("\"a\nb\";c\n\"\"\n\"x\"\"\n\"\"\"\n",
        (const char *const[]){"\"a\nb\";c", "\"\"", "\"x\"\"\n\"\"\"", NULL});
    assert_csv("5\" pipe;a\n\"x\"y\"\nz;\"\n;\"\n",
        (const char *const[]){"5\" pipe;a", "\"x\"y\"", "z;\"\n;\"", NULL});
    assert_csv("a,\"b\nc\"\n", (const char *const[]){"a,\"b", "c\"", NULL}); /* another delimiter's quotes */
    assert_csv("a;\"b\n\"\"\nc", (const char *const[]){NULL});
}

/* However the bytes come, the records are the same. */
static void csv_in_pieces(void **state) {
    (void)state;
    static const char text[] = "a;\"b\n\"\"\"\r\nc;\"\"\n\"d\"\n";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        size_t from = 0, records = 0;
        bool skipping = false;
        for (size_t end = piece;; end += piece) {
            if (end > sizeof text - 1) end = sizeof text - 1;
            struct span data = {text + from, end - from}, record;
            while (lines_cut(csv, &skipping, &data, &record) == CUT_LINE) records++;
            from = (size_t)(data.p - text);
            if (end == sizeof text - 1) break;
        }
        assert_int_equal(from, sizeof text - 1);
        assert_int_equal(records, 3);
    }
}

static void a_quote_that_is_never_closed(void **state) {
    (void)state;
    size_t bytes = EVENT_LINE_MAX + 10;
    char *text = mem_alloc(bytes);
    memset(text, 'x', bytes);
    memcpy(text, "a;\"b\nnext\n", 10);
    bool skipping = false;
    struct span data = {text, bytes}, line;
    assert_int_equal(lines_cut(csv, &skipping, &data, &line), CUT_TOO_LONG);
    assert_false(skipping);
    assert_int_equal(lines_cut(csv, &skipping, &data, &line), CUT_LINE);
    assert_int_equal(line.n, 4);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_all_kinds),
        cmocka_unit_test(a_line_of_the_greatest_length),
        cmocka_unit_test(one_byte_more_is_told_once_and_skipped),
        cmocka_unit_test(one_that_comes_with_its_newline),
        cmocka_unit_test(newlines_between_quotes),
        cmocka_unit_test(csv_in_pieces),
        cmocka_unit_test(a_quote_that_is_never_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
