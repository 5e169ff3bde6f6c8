#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/clock.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/slad-clock-XXXXXX";
static char path[sizeof folder + 8];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/clock", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* Written in place, as another process would. */
static void write_clock(int64_t ms, size_t bytes) {
    uint64_t little = htole64((uint64_t)ms);
    FILE *file = fopen(path, "r+");
    if (!file) file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(&little, 1, bytes, file), bytes);
    fclose(file);
}

static void the_real_clocks_go_forward(void **state) {
    (void)state;
    assert_false(clock_is_controlled());
    assert_true(clock_wall_ms() > INT64_C(1577836800000)); /* later than 2020 */
    int64_t first = clock_steady_us();
    assert_true(clock_steady_us() >= first);
}

static void what_is_no_clock_is_refused(void **state) {
    (void)state;
    struct err err = {0};
    assert_int_equal(clock_use_file(path, &err), ERR_IO);
    assert_non_null(strstr(err.text, path));
    write_clock(0, 7);
    assert_int_equal(clock_use_file(path, &err), ERR_INVALID);
    assert_int_equal(clock_use_file(folder, &err), ERR_INVALID);
    assert_false(clock_is_controlled());
}

static void a_file_is_the_clock(void **state) {
    (void)state;
    struct err err = {0};
    write_clock(1000, 8);
    assert_int_equal(clock_use_file(path, &err), 0);
    assert_true(clock_is_controlled());
    assert_true(clock_wall_ms() == 1000);
    write_clock(INT64_C(1772442000123), 8);
    assert_true(clock_wall_ms() == INT64_C(1772442000123));
    write_clock(-1, 8);
    assert_true(clock_wall_ms() == -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_clocks_go_forward),
        cmocka_unit_test(what_is_no_clock_is_refused),
        cmocka_unit_test(a_file_is_the_clock),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
