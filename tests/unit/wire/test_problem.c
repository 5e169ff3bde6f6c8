#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "slad/wire/problem.h"

static void test_problem(void **state) {
    (void)state;
    struct buf out = {0};
    problem_json(&out, 404, "Not Found", "no standard \"x\"", "/v1/standards/x");
    assert_string_equal(buf_text(&out),
        "{\"type\":\"about:blank\",\"status\":404,\"title\":\"Not Found\","
        "\"detail\":\"no standard \\\"x\\\"\",\"instance\":\"/v1/standards/x\"}");
    buf_clear(&out);
    problem_json(&out, 503, "Service Unavailable", NULL, NULL);
    assert_string_equal(
        buf_text(&out), "{\"type\":\"about:blank\",\"status\":503,\"title\":\"Service Unavailable\"}");
    buf_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_problem)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
