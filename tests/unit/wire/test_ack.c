#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "slad/base/utf8.h"
#include "slad/wire/ack.h"

static void test_lines(void **state) {
    (void)state;
    struct buf out = {0};
    ack_line(&out, 12);
    reject_line(&out, 13, "\"at\" is no time");
    assert_string_equal(
        buf_text(&out), "{\"ack\":12}\n{\"reject\":13,\"reason\":\"\\\"at\\\" is no time\"}\n");
    buf_clear(&out);
    refuse_line(&out, "a \"token\"");
    assert_string_equal(buf_text(&out), "{\"refused\":\"a \\\"token\\\"\"}\n");
    buf_fini(&out);
}

static void test_long_reason(void **state) {
    (void)state;
    struct buf reason = {0}, out = {0}, want = {0};
    buf_add_char(&reason, 'a');
    while (reason.size < 2 * REJECT_REASON_MAX) buf_add_text(&reason, "\xe2\x82\xac");
    reject_line(&out, 1, buf_text(&reason));
    buf_add_text(&want, "{\"reject\":1,\"reason\":\"");
    buf_add(&want, reason.data, 298); /* the whole characters within 300 bytes */
    buf_add_text(&want, "\"}\n");
    assert_string_equal(buf_text(&out), buf_text(&want));
    assert_true(utf8_valid(buf_span(&out)));
    buf_fini(&reason);
    buf_fini(&out);
    buf_fini(&want);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_long_reason)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
