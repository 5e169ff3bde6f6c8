/* What line_read() makes of a line, what it tells the sender of a bad one, and that no bytes upset it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include "slad/base/buf.h"
#include "slad/wire/line.h"

static struct line_reader *reader;

static int set_up(void **state) {
    (void)state;
    reader = line_reader_new();
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    line_reader_free(reader);
    line_reader_free(NULL);
    return 0;
}

static struct event read_good(const char *line) {
    struct event event;
    struct err err = {0};
    enum line_kind kind;
    if (line_read(reader, span_of(line), &kind, &event, &err) < 0) fail_msg("%s: %s", line, err.text);
    assert_int_equal(kind, LINE_EVENT);
    return event;
}

static void assert_text(struct span span, const char *text) {
    assert_int_equal(span.n, strlen(text));
    assert_memory_equal(span.p, text, span.n);
}

static void test_fields(void **state) {
    (void)state;
    struct event event =
        read_good("{\"at\":\"2026-03-02T08:00:00Z\",\"contact\":\"c1\",\"event\":\"offered\",\"id\":\"e1\"}");
    assert_text(event.contact, "c1");
    assert_text(event.name, "offered");
    assert_true(event.has_id);
    assert_text(event.id, "e1");
    assert_true(event.has_at);
    assert_int_equal(event.at_ms, INT64_C(1772438400000));
    assert_int_equal(event.attr_count, 0);
    assert_int_equal(event.received_ms, 0);
    assert_int_equal(event.seq, 0);
}

static void test_absent_fields(void **state) {
    (void)state;
    struct event event = read_good("{\"contact\":\"c1\",\"event\":\"offered\",\"at\":null,\"id\":null}");
    assert_false(event.has_id);
    assert_false(event.has_at);
    event = read_good("{\"contact\":\"c1\",\"event\":\"offered\"}");
    assert_false(event.has_id);
    assert_false(event.has_at);
}

static void test_attributes(void **state) {
    (void)state;
    struct event event = read_good(
        "{\"n\":-1.5,\"contact\":\"c\",\"t\":\"a\\nb\",\"o\":{\"x\":[1]},\"event\":\"e\",\"y\":true,"
        "\"a\":[{}],\"f\":false,\"z\":null,\"minus\":-0.0,\"\\u00e9\":\"\xc3\xa9\"}");
    static const char *const names[] = {"n", "t", "y", "f", "z", "minus", "\xc3\xa9"};
    static const enum value_kind kinds[] = {
        VALUE_NUMBER, VALUE_TEXT, VALUE_BOOL, VALUE_BOOL, VALUE_NULL, VALUE_NUMBER, VALUE_TEXT};
    assert_int_equal(event.attr_count, 7);
    for (size_t i = 0; i < event.attr_count; i++) {
        assert_text(event.attrs[i].name, names[i]);
        assert_int_equal(event.attrs[i].value.kind, kinds[i]);
    }
    assert_true(event.attrs[0].value.number == -1.5);
    assert_text(event.attrs[1].value.text, "a\nb");
    assert_true(event.attrs[2].value.truth);
    assert_false(event.attrs[3].value.truth);
    assert_false(__builtin_signbit(event.attrs[5].value.number));
    assert_text(event.attrs[6].value.text, "\xc3\xa9");
}

static void test_plain_text_is_borrowed(void **state) {
    (void)state;
    const char line[] = "{\"contact\":\"plain\",\"event\":\"esc\\u0061ped\"}";
    struct event event = read_good(line);
    assert_ptr_equal(event.contact.p, line + 12);
    assert_text(event.name, "escaped");
    assert_false(line_in_place(reader));
    (void)read_good("{\"contact\":\"plain\",\"event\":\"escaped\"}");
    assert_true(line_in_place(reader));
}

static void test_hello(void **state) {
    (void)state;
    struct event event;
    enum line_kind kind;
    assert_int_equal(
        line_read(reader, SPAN("{\"hello\":{\"v\":[1],\"client\":\"pbx-1\"}}"), &kind, &event, NULL), 0);
    assert_int_equal(kind, LINE_HELLO);
    assert_text(event.contact, "pbx-1");
    assert_int_equal(line_read(reader, SPAN(" {\"hello\": {}} "), &kind, &event, NULL), 0);
    assert_int_equal(kind, LINE_HELLO);
    assert_text(event.contact, "");
}

static void test_blank(void **state) {
    (void)state;
    struct event event;
    static const struct span blanks[] = {{NULL, 0}, {"", 0}, {" \t\r", 3}, {"\n\v\f", 3}};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        enum line_kind kind = LINE_EVENT;
        assert_int_equal(line_read(reader, blanks[i], &kind, &event, NULL), 0);
        assert_int_equal(kind, LINE_BLANK);
    }
}

#define GOOD "{\"contact\":\"c\",\"event\":\"e\""
static const struct {
    const char *line;
    const char *reason; /* how it begins */
} refused[] = {
    {"null", "byte 1: an object is expected, not n"},
    {"[1]", "byte 1: an object is expected, not ["},
    {"\xef\xbb\xbf{}", "byte 1: a byte order mark stands there: save the file without it"},
    {"\xff{}", "byte 1: an object is expected, not \\xff"},
    {"{", "byte 2: a key in quotes is expected, but the text ends there"},
    {GOOD "", "byte 27: ',' or '}' is expected, but the text ends there"},
    {GOOD "} x", "byte 29: something follows where it should end"},
    {GOOD ",}", "byte 28: a key in quotes is expected, not }"},
    {GOOD ",\"v\" 1}", "byte 32: ':' is expected, not 1"},
    {GOOD ",\"v\":wrong}", "byte 32: a value is expected, not w"},
    {GOOD ",\"v\":\xe2\x82\xac}", "byte 32: a value is expected, not \\xe2"},
    {GOOD ",\"v\":007}", "byte 32: a number does not begin with 0 and a digit, not 0"},
    {GOOD ",\"v\":1.}", "byte 34: a digit is expected, not }"},
    {GOOD ",\"v\":[1e999]}", "byte 33: a number beyond a double's range"},
    {GOOD ",\"v\":\"a\tb\"}", "byte 34: a control character in a string"},
    {GOOD ",\"v\":\"a\\qb\"}", "byte 34: an unknown escape"},
    {GOOD ",\"v\":\"a\\u0000\"}", "byte 34: a NUL in a string"},
    {GOOD ",\"v\":\"\\ud800\"}", "byte 33: a lone surrogate in a string"},
    {GOOD ",\"v\":\"\\u12\"}", "byte 33: \\u is not followed by four hexadecimal digits"},
    {GOOD ",\"v\":\"ab\xff\"}", "byte 33: a string that is not UTF-8"},
    {GOOD ",\"v\":\"ab", "byte 35: a string has no end"},
    {GOOD ",\"v\":[1}", "byte 34: ',' or ']' is expected, not }"},
    {GOOD ",\"v\":1,\"\\u0076\":2}", "the key \"v\" stands twice"},
    {"{\"event\":\"e\"}", "\"contact\" is missing"},
    {"{\"contact\":\"c\"}", "\"event\" is missing"},
    {"{\"contact\":7,\"event\":\"e\"}", "\"contact\" is not a string"},
    {"{\"contact\":\"c\",\"event\":[]}", "\"event\" is not a string"},
    {"{\"contact\":\"\",\"event\":\"e\"}", "\"contact\" is empty"},
    {GOOD ",\"id\":7}", "\"id\" is not a string"},
    {GOOD ",\"at\":[]}", "\"at\" is neither a time nor a number"},
    {GOOD ",\"at\":\"yesterday\"}", "\"at\": "},
    {GOOD ",\"at\":true}", "\"at\": "},
    {"{\"hello\":{\"client\":7}}", "\"client\" is not a string"},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct event event = {.seq = 7}, before = event;
        enum line_kind kind = LINE_BLANK;
        struct err err = {0};
        int rc = line_read(reader, span_of(refused[i].line), &kind, &event, &err);
        if (rc != ERR_INVALID || strncmp(err.text, refused[i].reason, strlen(refused[i].reason)) != 0)
            fail_msg("%s: %d %s, not %s", refused[i].line, rc, err.text, refused[i].reason);
        assert_memory_equal(&event, &before, sizeof event);
        assert_int_equal(kind, LINE_BLANK);
    }
}

static void add_times(struct buf *buf, const char *text, int times) {
    for (int i = 0; i < times; i++) buf_add_text(buf, text);
}

static int read_buf(struct buf *line, struct err *err) {
    struct event event;
    enum line_kind kind;
    int rc = line_read(reader, buf_span(line), &kind, &event, err);
    buf_fini(line);
    return rc;
}

static void test_depth(void **state) {
    (void)state;
    for (int deep = LINE_DEPTH_MAX - 1; deep <= LINE_DEPTH_MAX; deep++) {
        struct buf line = {0};
        struct err err = {0};
        buf_add_text(&line, GOOD ",\"v\":");
        add_times(&line, "[", deep);
        add_times(&line, "]", deep);
        buf_add_text(&line, "}");
        int rc = read_buf(&line, &err);
        assert_int_equal(rc, deep < LINE_DEPTH_MAX ? 0 : ERR_LIMIT);
        if (rc) assert_string_equal(err.text, "byte 47: nested more than 16 deep");
    }
}

static void test_length(void **state) {
    (void)state;
    for (int over = 0; over <= 1; over++) {
        struct buf line = {0};
        struct err err = {0};
        buf_add_text(&line, GOOD ",\"v\":\"\\t"); /* in the scratch, to its last byte */
        while (line.size < (size_t)EVENT_LINE_MAX - 2 + (size_t)over) buf_add_char(&line, 'x');
        buf_add_text(&line, "\"}");
        assert_int_equal(read_buf(&line, &err), over ? ERR_LIMIT : 0);
        if (over) assert_string_equal(err.text, "longer than 64 KiB");
    }
}

/* A hostile line: as many keys as fit, all of one length, the last one twice. */
static void test_many_keys(void **state) {
    (void)state;
    struct buf line = {0};
    struct err err = {0};
    buf_add_text(&line, "{\"contact\":\"c\",\"event\":\"e\"");
    for (int i = 0; i < 6000; i++) buf_printf(&line, ",\"%05d\":0", i);
    buf_add_text(&line, ",\"05999\":0}");
    assert_int_equal(read_buf(&line, &err), ERR_INVALID);
    assert_string_equal(err.text, "the key \"05999\" stands twice");
}

static void test_numbers_in_any_locale(void **state) {
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8")) skip();
    struct event event = read_good(GOOD ",\"v\":0.12345678901234567}");
    setlocale(LC_ALL, "C");
    assert_true(event.attrs[0].value.number == 0.12345678901234567);
}

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Changes a few bytes, takes some out, puts some in, cuts the end; in memory of exactly its size, for the
 * sanitizer. */
static struct span mutate(struct span line, uint64_t *seed) {
    static const char spice[] = "{}[]\",:\\u0d8eE+-.019tfn \t\x01\x80\xc3\xed\xff";
    char text[512];
    size_t n = line.n;
    memcpy(text, line.p, n);
    for (uint32_t edits = 1 + next_random(seed) % 4; edits > 0 && n > 1; edits--) {
        size_t at = next_random(seed) % n;
        switch (next_random(seed) % 4) {
        case 0: text[at] = spice[next_random(seed) % (sizeof spice - 1)]; break;
        case 1: memmove(text + at, text + at + 1, --n - at); break;
        case 2:
            memmove(text + at + 1, text + at, n++ - at);
            text[at] = spice[next_random(seed) % (sizeof spice - 1)];
            break;
        default: n = next_random(seed) % 8 == 0 ? at : n; break;
        }
    }
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    return (struct span){copy, n};
}

static void touch(const struct event *event) {
    uint64_t sum = span_hash(event->contact) + span_hash(event->name);
    for (size_t i = 0; i < event->attr_count; i++) {
        sum += span_hash(event->attrs[i].name);
        if (event->attrs[i].value.kind == VALUE_TEXT) sum += span_hash(event->attrs[i].value.text);
    }
    assert_true(sum != 1);
}

static void test_mutated_lines(void **state) {
    (void)state;
    static const char *const lines[] = {
        GOOD ",\"at\":\"2026-03-02T08:00:00.123+02:00\",\"id\":\"e-1\",\"v\":1.25e3,\"n\":{\"a\":[1,{\"b\":"
             "null}]}}",
        "{\"contact\":\"\xc3\xa9\\u20ac\\ud83d\\ude00\",\"event\":\"off\\tered\",\"at\":1772438430123,"
        "\"long\":\"0123456789abcdef\"}",
        "{\"hello\":{\"client\":\"p\\u0062x\",\"more\":[true,false,\"\xf0\x9f\x98\x80\"]}}",
        GOOD ",\"w\":123456789.0123456789,\"x\":-0.000000000000000000000000000012345,\"y\":[[[[[[[[[[[[[[]]]]"
             "]]]]]]]]]]}",
    };
    uint64_t seed = 20260302;
    for (int i = 0; i < 40000; i++) {
        struct span line = mutate(span_of(lines[i % 4]), &seed);
        struct event event;
        struct err err = {0};
        enum line_kind kind;
        int rc = line_read(reader, line, &kind, &event, &err);
        if (rc < 0)
            assert_true(err.text[0] != '\0');
        else if (kind == LINE_EVENT)
            touch(&event);
        free((char *)line.p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_absent_fields),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_plain_text_is_borrowed),
        cmocka_unit_test(test_hello),
        cmocka_unit_test(test_blank),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_numbers_in_any_locale),
        cmocka_unit_test(test_mutated_lines),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
