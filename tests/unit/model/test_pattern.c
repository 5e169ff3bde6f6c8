#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slad/model/pattern.h"

struct glob_case {
    const char *glob, *text;
    bool matches;
};

static void check(const struct glob_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool matches = glob_matches(span_of(cases[i].glob), span_of(cases[i].text));
        if (matches != cases[i].matches) print_error("glob %s, text %s\n", cases[i].glob, cases[i].text);
        assert_true(matches == cases[i].matches);
    }
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

static void stars_and_question_marks(void **state) {
    (void)state;
    static const struct glob_case cases[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"*", "", true},
        {"**", "", true},
        {"*", "anything\nat all", true},
        {"vip-*", "vip-7", true},
        {"vip-*", "vip-", true},
        {"vip-*", "VIP-7", false},
        {"vip-*", "a vip-7", false},
        {"*-7", "vip-7", true},
        {"*-7", "vip-77", false},
        {"a*b*c", "a-b-b-c", true},
        {"a*b*c", "a-c-b", false},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"?*", "ab", true},
        {"*?", "", false},
        {"*ab", "aab", true},
        {"\\*", "*", false}, /* no escapes */
        {"\\*", "\\x", true},
    };
    CHECK(cases);
}

static void code_points_are_one_character(void **state) {
    (void)state;
    static const struct glob_case cases[] = {
        {"?", "й", true},
        {"??", "й", false},
        {"под*", "поддержка", true},
        {"[а-я]", "й", true},
        {"[а-я]", "z", false},
        {"[!а-я]", "z", true},
        {"?", "😀", true},
        {"[😀é]x", "éx", true},
    };
    CHECK(cases);
}

static void sets(void **state) {
    (void)state;
    static const struct glob_case cases[] = {
        {"[bs]*", "sales", true},
        {"[bs]*", "x", false},
        {"[!bs]*", "x", true},
        {"[!bs]", "b", false},
        {"[^a]", "b", false}, /* ^ is itself */
        {"[^a]", "^", true},
        {"[a-c]", "b", true},
        {"[a-c]", "-", false},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[a-c-e]", "-", true},
        {"[a-c-e]", "d", false},
        {"[c-a]", "b", false}, /* a reversed range holds nothing */
        {"[!c-a]", "b", true},
        {"[]a]", "]", true},
        {"[]a]", "a", true},
        {"[!]a]", "]", false},
        {"[!]a]", "b", true},
        {"[]-a]", "^", true},
        {"[", "[", true}, /* never closed: itself */
        {"[a", "[a", true},
        {"[]", "[]", true},
        {"[!]", "[!]", true},
        {"[!]", "a", false},
        {"[*]", "*", true},
        {"[*]", "a", false},
        {"[\\]", "\\", true},
        {"c000[0-4]", "c0004", true},
        {"c000[0-4]", "c0005", false},
        {"*[0-9]", "a1b2", true},
        {"[!!]", "!", false},
        {"[[]", "[", true},
    };
    CHECK(cases);
}

static void many_stars_stay_cheap(void **state) {
    (void)state;
    static char text[4000], glob[200];
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof glob; i += 2) memcpy(glob + i, "*a", 2);
    glob[sizeof glob - 1] = 'b';
    assert_false(glob_matches((struct span){glob, sizeof glob}, (struct span){text, sizeof text}));
    glob[sizeof glob - 1] = 'a';
    assert_true(glob_matches((struct span){glob, sizeof glob}, (struct span){text, sizeof text}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stars_and_question_marks),
        cmocka_unit_test(code_points_are_one_character),
        cmocka_unit_test(sets),
        cmocka_unit_test(many_stars_stay_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
