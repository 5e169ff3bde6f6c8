#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/counters.h"

#include <string.h>

static void every_counter_has_a_name_and_a_help(void **state) {
    (void)state;
    for (int i = 0; i < COUNTER_COUNT; i++) {
        const char *name = counter_name((enum counter)i);
        assert_true(strlen(name) > 0 && strlen(counter_help((enum counter)i)) > 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        assert_int_equal(counter_values[i], 0);
    }
    assert_string_equal(counter_name(COUNTER_commits), "commits");
}

static void they_count(void **state) {
    (void)state;
    counter_inc(commits);
    counter_add(commits, 41);
    assert_int_equal(counter_values[COUNTER_commits], 42);
    assert_int_equal(counter_values[COUNTER_commits_failed], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_counter_has_a_name_and_a_help),
        cmocka_unit_test(they_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
