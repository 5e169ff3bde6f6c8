#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "slad/base/buf.h"
#include "slad/wire/json.h"

static struct json *parse(const char *text) {
    struct json *json = NULL;
    struct err err = {0};
    if (json_parse(span_of(text), &json, &err) < 0) fail_msg("%s: %s", text, err.text);
    return json;
}

static void test_lookup(void **state) {
    (void)state;
    struct json *json = parse(" {\"a\":{\"B\":\"t\\u00e9xt\",\"b\":2.5,\"n\":null,\"y\":true,\"l\":[1,"
                              "\"two\",[]],\"i\":-7,\"big\":1e300}} ");
    const struct json *a = json_get(json, "a");
    assert_true(json_is_object(a));
    assert_string_equal(json_text(json_get(a, "B")), "t\xc3\xa9xt");
    assert_true(json_number(json_get(a, "b"), 0) == 2.5);
    assert_int_equal(json_integer(json_get(a, "b"), -1), -1);
    assert_int_equal(json_integer(json_get(a, "i"), -1), -7);
    assert_int_equal(json_integer(json_get(a, "big"), -1), -1);
    assert_true(json_is_null(json_get(a, "n")));
    assert_true(json_is_true(json_get(a, "y")));
    assert_true(json_is_bool(json_get(a, "y")));
    assert_null(json_get(a, "A"));
    assert_true(json_is_array(json_get(a, "l")));
    assert_int_equal(json_size(json_get(a, "l")), 3);
    assert_string_equal(json_text(json_at(json_get(a, "l"), 1)), "two");
    assert_null(json_at(json_get(a, "l"), 3));
    json_free(json);
}

static void test_walk(void **state) {
    (void)state;
    struct json *json = parse("{\"x\":1,\"y\":2,\"z\":3}");
    struct buf seen = {0};
    for (const struct json *m = json_first(json); m; m = json_next(m))
        buf_printf(&seen, "%s=%d ", json_name(m), (int)json_integer(m, 0));
    assert_string_equal(buf_text(&seen), "x=1 y=2 z=3 ");
    buf_fini(&seen);
    json_free(json);
}

static void test_what_is_not_there(void **state) {
    (void)state;
    assert_null(json_get(NULL, "a"));
    assert_null(json_text(NULL));
    assert_null(json_at(NULL, 0));
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_name(NULL));
    assert_int_equal(json_size(NULL), 0);
    assert_true(json_number(NULL, 4) == 4);
    assert_int_equal(json_integer(NULL, 4), 4);
    assert_false(json_is_null(NULL));
    struct json *json = parse("[\"a\"]");
    assert_null(json_get(json, "a"));
    assert_null(json_get(json_at(json, 0), "a"));
    json_free(json);
    json_free(NULL);
}

static void test_refused(void **state) {
    (void)state;
    static const char *const refused[] = {"", " ", "{", "{}x", "[1,]", "{\"a\":\"\xff\"}", "\"\\u0000\"",
        "\"\\ud800\"", "007", "1e999", "NaN", "\"a\tb\"", "\xef\xbb\xbf{}"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct json *json = NULL;
        struct err err = {0};
        if (json_parse(span_of(refused[i]), &json, &err) != ERR_INVALID) fail_msg("%s was taken", refused[i]);
        assert_null(json);
        assert_true(err.text[0] != '\0');
    }
    struct json *json = NULL;
    assert_int_equal(json_parse((struct span){NULL, 0}, &json, NULL), ERR_INVALID);
    assert_int_equal(json_parse((struct span){"1\0", 2}, &json, NULL), ERR_INVALID);
}

static void test_depth(void **state) {
    (void)state;
    for (int deep = JSON_DEPTH_MAX; deep <= JSON_DEPTH_MAX + 1; deep++) {
        struct buf text = {0};
        struct json *json = NULL;
        for (int i = 0; i < deep; i++) buf_add_char(&text, '[');
        for (int i = 0; i < deep; i++) buf_add_char(&text, ']');
        assert_int_equal(json_parse(buf_span(&text), &json, NULL), deep > JSON_DEPTH_MAX ? ERR_LIMIT : 0);
        json_free(json);
        buf_fini(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
