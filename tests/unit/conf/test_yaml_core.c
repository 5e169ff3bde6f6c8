/* The core schema's kinds of plain scalars. */
#include "folder.h"

#include "conf/yaml_core.h"

static struct node scalar(const char *text, bool plain) {
    return (struct node){.kind = NODE_SCALAR, .plain = plain, .text = span_of(text)};
}

static void kinds(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum core_kind kind;
    } rows[] = {
        {"", CORE_NULL},
        {"~", CORE_NULL},
        {"null", CORE_NULL},
        {"Null", CORE_NULL},
        {"NULL", CORE_NULL},
        {"nULL", CORE_TEXT},
        {"true", CORE_BOOL},
        {"True", CORE_BOOL},
        {"FALSE", CORE_BOOL},
        {"tRUE", CORE_TEXT},
        {"yes", CORE_TEXT},
        {"no", CORE_TEXT},
        {"on", CORE_TEXT},
        {"off", CORE_TEXT},
        {"y", CORE_TEXT},
        {"0", CORE_NUMBER},
        {"-12", CORE_NUMBER},
        {"+3", CORE_NUMBER},
        {"012", CORE_NUMBER},
        {"0o17", CORE_NUMBER},
        {"0o18", CORE_TEXT},
        {"-0o7", CORE_TEXT},
        {"0x1F", CORE_NUMBER},
        {"0xG", CORE_TEXT},
        {"0x", CORE_TEXT},
        {"1.", CORE_NUMBER},
        {".5", CORE_NUMBER},
        {"-.5e-3", CORE_NUMBER},
        {"1e5", CORE_NUMBER},
        {"1e", CORE_TEXT},
        {".", CORE_TEXT},
        {"-", CORE_TEXT},
        {"+", CORE_TEXT},
        {"1_000", CORE_TEXT},
        {"12:30", CORE_TEXT},
        {"2026-12-25", CORE_TEXT},
        {".inf", CORE_TEXT},
        {".nan", CORE_TEXT},
        {"nan", CORE_TEXT},
        {"inf", CORE_TEXT},
        {"0b1", CORE_TEXT},
        {"1 2", CORE_TEXT},
        {"90%", CORE_TEXT},
        {"<<", CORE_TEXT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct node plain = scalar(rows[i].text, true), quoted = scalar(rows[i].text, false);
        if (core_kind(&plain) != rows[i].kind) fail_msg("%s is %d", rows[i].text, core_kind(&plain));
        assert_int_equal(core_kind(&quoted), CORE_TEXT);
    }
}

static void numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double number;
    } rows[] = {{"12", 12}, {"-3.5e1", -35}, {"0x1F", 31}, {"0o17", 15}, {"010", 10}, {".5", 0.5}, {"1.", 1},
        {"0.1", 0.1}};
    double number = 7;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct node node = scalar(rows[i].text, true);
        assert_int_equal(core_number(&node, &number), 0);
        assert_true(number == rows[i].number);
    }
    struct node large = scalar("1e999", true), octal = scalar("0o7777777777777777777777777", true);
    assert_int_equal(core_number(&large, &number), ERR_INVALID);
    assert_int_equal(core_number(&octal, &number), ERR_INVALID);
}

static void whole_numbers(void **state) {
    (void)state;
    int64_t number = 7;
    struct node node = scalar("+12", true);
    assert_int_equal(core_whole(&node, &number), 0);
    assert_true(number == 12);
    static const char *const others[] = {"1.0", "0x1F", "1e3", "99999999999999999999"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        node = scalar(others[i], true);
        assert_int_equal(core_whole(&node, &number), ERR_INVALID);
    }
    assert_true(number == 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(numbers),
        cmocka_unit_test(whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
