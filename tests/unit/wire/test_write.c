#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "slad/base/utf8.h"
#include "slad/model/instant.h"
#include "slad/wire/json.h"
#include "slad/wire/write.h"

static void assert_written(struct buf *out, const char *want) {
    assert_string_equal(buf_text(out), want);
    buf_fini(out);
}

static void write_all(struct json_writer *w) {
    json_object_begin(w);
    json_field_text(w, "t", "x");
    json_field_text(w, "none", NULL);
    json_key_span(w, SPAN("list"));
    json_array_begin(w);
    json_int(w, -3);
    json_bool(w, true);
    json_null(w);
    json_object_begin(w);
    json_object_end(w);
    json_array_begin(w);
    json_array_end(w);
    json_array_end(w);
    json_field_bool(w, "b", false);
    json_field_int(w, "i", INT64_MIN);
    json_field_decimal(w, "d", 150, 3);
    json_field_decimal(w, "n", 150, 0);
    json_field_decimal(w, "s", 150000, 3);
    json_field_double(w, "f", 4.5);
    json_field_instant(w, "at", INT64_C(1772438400123));
    json_field_instant(w, "never", INSTANT_NEVER);
    json_field_null(w, "z");
    json_field_raw(w, "raw", SPAN("{\"q\":1}"));
    json_field_string(w, "s", SPAN("y"));
    json_object_end(w);
}

static void test_compact(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    write_all(&w);
    assert_written(&out,
        "{\"t\":\"x\",\"none\":null,\"list\":[-3,true,null,{},[]],\"b\":false,\"i\":-9223372036854775808,"
        "\"d\":0.15,\"n\":150,\"s\":150.0,\"f\":4.5,\"at\":\"2026-03-02T08:00:00.123Z\",\"never\":null,\"z\":"
        "null,"
        "\"raw\":{\"q\":1},\"s\":\"y\"}");
}

static void test_indented(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out, .indent = 2};
    json_object_begin(&w);
    json_field_int(&w, "a", 1);
    json_key(&w, "l");
    json_array_begin(&w);
    json_int(&w, 1);
    json_array_begin(&w);
    json_array_end(&w);
    json_array_end(&w);
    json_object_end(&w);
    assert_written(&out, "{\n  \"a\": 1,\n  \"l\": [\n    1,\n    []\n  ]\n}");
}

static void test_strings(void **state) {
    (void)state;
    static const struct {
        struct span text;
        const char *want;
    } strings[] = {
        {{"", 0}, "\"\""},
        {{NULL, 0}, "null"},
        {{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
        {{"\b\f\n\r\t\x01\x1f\x7f", 8}, "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
        {{"\0", 1}, "\"\\u0000\""},
        {{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9}, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {{"a\xff\"\xc3\xa9\xed\xa0\x80\xc3", 9},
            "\"a\xef\xbf\xbd\\\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        struct buf out = {0};
        struct json_writer w = {.out = &out};
        json_string(&w, strings[i].text);
        assert_true(utf8_valid(buf_span(&out)));
        assert_written(&out, strings[i].want);
    }
}

static void test_doubles(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *want;
    } doubles[] = {
        {0, "0.0"},
        {1, "1.0"},
        {-2.5, "-2.5"},
        {0.1, "0.1"},
        {4.0 / 7, "0.5714285714285714"},
        {1e-7, "0.0000001"},
        {1e21, "1000000000000000000000.0"},
        {1e300, "1e+300"},
        {-1.25e300, "-1.25e+300"},
        {5e-324, "5e-324"},
        {1.5e-300, "1.5e-300"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {NAN, "null"},
        {-INFINITY, "null"},
    };
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        struct buf out = {0};
        struct json_writer w = {.out = &out};
        json_double(&w, doubles[i].number);
        if (isfinite(doubles[i].number)) assert_true(strtod(buf_text(&out), NULL) == doubles[i].number);
        assert_written(&out, doubles[i].want);
    }
}

/* What is written can be read, whatever the bytes. */
static void test_written_is_readable(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 500; i++) {
        struct buf out = {0};
        struct json_writer w = {.out = &out, .indent = i % 3};
        char bytes[24];
        json_array_begin(&w);
        for (int j = 0; j < i % 7; j++) {
            for (size_t k = 0; k < sizeof bytes; k++) {
                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
                bytes[k] = (char)(seed >> 40);
                if (!bytes[k]) bytes[k] = 'x'; /* \u0000 is written, and not read */
            }
            json_string(&w, (struct span){bytes, sizeof bytes});
            double number;
            memcpy(&number, bytes, sizeof number);
            json_double(&w, number);
        }
        json_array_end(&w);
        struct json *json = NULL;
        struct err err = {0};
        if (json_parse(buf_span(&out), &json, &err) < 0) fail_msg("%s: %s", buf_text(&out), err.text);
        assert_int_equal(json_size(json), 2 * (i % 7));
        json_free(json);
        buf_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compact),
        cmocka_unit_test(test_indented),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_written_is_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
