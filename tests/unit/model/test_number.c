#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "slad/model/number.h"

static void text_is_the_shortest_decimal(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {3, "3"},
        {-3, "-3"},
        {4.5, "4.5"},
        {-0.5, "-0.5"},
        {0.1, "0.1"},
        {1e-7, "0.0000001"},
        {99.95, "99.95"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e21, "1000000000000000000000"},
        {1e22, "10000000000000000000000"},
        {1e23, "99999999999999991611392"}, /* whole: its exact value */
        {9007199254740993.0, "9007199254740992"},
        {4503599627370495.5, "4503599627370495.5"},
        {0x1p-44,
            "0.00000000000005684341886080802"}, /* the rounded 16 digits end in 1 and do not read back */
        {123456.789e-10, "0.0000123456789"},
        {1.7976931348623157e308 / 1e300, "179769313.48623157"},
    };
    char out[NUMBER_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(number_text(cases[i].number, out), strlen(cases[i].text));
        assert_string_equal(out, cases[i].text);
    }
}

static void the_longest_texts_fit(void **state) {
    (void)state;
    char out[NUMBER_TEXT_MAX];
    assert_int_equal(number_text(-1.7976931348623157e308, out), 1 + 309);
    assert_int_equal(number_text(-5e-324, out), strlen("-0.") + 324);
    assert_string_equal(out + strlen("-0.") + 323, "5");
    assert_int_equal(number_text(2.2250738585072014e-308, out), strlen("0.") + 324);
    assert_string_equal(out + strlen("0.") + 307, "22250738585072014");
}

static uint64_t next_random(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void every_text_reads_back(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252u;
    char out[NUMBER_TEXT_MAX];
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&seed);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number)) continue;
        number_text(number, out);
        assert_true(strtod(out, NULL) == number);
    }
}

static void a_decimal_comma_changes_nothing(void **state) {
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "lv_LV.UTF-8", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof locales / sizeof locales[0] && !found; i++)
        found = setlocale(LC_ALL, locales[i]) != NULL;
    if (!found) skip();
    char out[NUMBER_TEXT_MAX];
    number_text(0.30000000000000004, out);
    int64_t micro = number_micro(4.25);
    setlocale(LC_ALL, "C");
    assert_string_equal(out, "0.30000000000000004");
    assert_int_equal(micro, 4250000);
}

static void micro_rounds_the_written_number_halves_up(void **state) {
    (void)state;
    static const struct {
        double number;
        int64_t micro;
    } cases[] = {
        {0, 0},
        {4, 4000000},
        {4.2, 4200000},
        {-4.2, -4200000},
        {5e-7, 1},
        {-5e-7, 0},
        {4.9999999e-7, 0},
        {-5.0000001e-7, -1},
        {1.5e-6, 2},
        {-1.5e-6, -1},
        {2.5e-6, 3},
        {1.0000005, 1000001}, /* below the half as a double; written, it is the half */
        {1e9, INT64_C(1000000000000000)},
        {-1e9, INT64_C(-1000000000000000)},
        {5e-324, 0},
        {-5e-324, 0},
        {1e-13, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(number_micro(cases[i].number), cases[i].micro);
}

static void decimals_are_read_exactly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t units;
        int digits;
    } cases[] = {
        {"4.20", 420, 2},
        {"0", 0, 0},
        {"99.9", 999, 1},
        {"-3.5", -35, 1},
        {"007", 7, 0},
        {"999999999999999999", INT64_C(999999999999999999), 0},
        {"0.123456789", 123456789, 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decimal out;
        struct err err;
        assert_int_equal(decimal_parse(span_of(cases[i].text), &out, &err), 0);
        assert_int_equal(out.units, cases[i].units);
        assert_int_equal(out.digits, cases[i].digits);
    }
}

static void what_is_no_plain_decimal_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"", "-", "+4", ".5", "5.", "1.2.3", "1e3", " 1", "1 ", "12a", "0x10",
        "--1", "1000000000000000000", "0.1234567890", "90%"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decimal out = {-7, -7};
        struct err err;
        assert_int_equal(decimal_parse(span_of(cases[i]), &out, &err), ERR_INVALID);
        assert_int_equal(out.units, -7);
        assert_true(err.text[0] != '\0');
    }
}

static void decimals_are_written_without_needless_zeros(void **state) {
    (void)state;
    static const struct {
        int64_t units;
        int digits;
        const char *text;
    } cases[] = {
        {150000, 3, "150"},
        {150500, 3, "150.5"},
        {1, 3, "0.001"},
        {100, 3, "0.1"},
        {-250, 3, "-0.25"},
        {0, 6, "0"},
        {4200000, 6, "4.2"},
        {120, 0, "120"},
        {INT64_MAX, 3, "9223372036854775.807"},
        {INT64_MIN, 0, "-9223372036854775808"},
        {123456, 6, "0.123456"},
    };
    char out[NUMBER_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(decimal_text(cases[i].units, cases[i].digits, out), strlen(cases[i].text));
        assert_string_equal(out, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_the_shortest_decimal),
        cmocka_unit_test(the_longest_texts_fit),
        cmocka_unit_test(every_text_reads_back),
        cmocka_unit_test(a_decimal_comma_changes_nothing),
        cmocka_unit_test(micro_rounds_the_written_number_halves_up),
        cmocka_unit_test(decimals_are_read_exactly),
        cmocka_unit_test(what_is_no_plain_decimal_is_refused),
        cmocka_unit_test(decimals_are_written_without_needless_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
