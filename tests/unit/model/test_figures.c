#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slad/model/figures.h"

static void states_have_names(void **state) {
    (void)state;
    assert_string_equal(state_name(STATE_NO_DATA), "no_data");
    assert_string_equal(state_name(STATE_MET), "met");
    assert_string_equal(state_name(STATE_BREACHED), "breached");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(states_have_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
