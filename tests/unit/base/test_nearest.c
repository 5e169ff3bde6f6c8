#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/nearest.h"

static const char *const KEYS[] = {
    "within", "window", "calendar", "percentiles", "per", "by", "s", "paused_while"};

static const char *nearest(const char *typed) {
    return nearest_word(span_of(typed), KEYS, sizeof KEYS / sizeof *KEYS);
}

static void slips_of_the_fingers_are_understood(void **state) {
    (void)state;
    assert_string_equal(nearest("witin"), "within");   /* left out */
    assert_string_equal(nearest("withinn"), "within"); /* doubled */
    assert_string_equal(nearest("wihtin"), "within");  /* swapped: one step */
    assert_string_equal(nearest("widnow"), "window");
    assert_string_equal(nearest("calender"), "calendar"); /* mistaken */
    assert_string_equal(nearest("WITHIN"), "within");     /* case is no distance */
    assert_string_equal(nearest("percentile"), "percentiles");
    assert_string_equal(nearest("pausedwile"), "paused_while");
    assert_string_equal(nearest("prr"), "per");
}

static void strangers_are_not_guessed_at(void **state) {
    (void)state;
    assert_null(nearest("colour"));
    assert_null(nearest("x")); /* as far from "s" as can be */
    assert_null(nearest(""));
    assert_null(nearest("pre-cent")); /* three steps from a word of three */
    assert_null(nearest("prcntils_of_it"));
    assert_null(nearest_word(SPAN("within"), NULL, 0));
}

static void the_first_of_equals_wins(void **state) {
    (void)state;
    const char *const words[] = {"start", "stark", "stars"};
    assert_ptr_equal(nearest_word(SPAN("starx"), words, 3), words[0]);
    assert_ptr_equal(nearest_word(SPAN("stars"), words, 3), words[2]);
}

static void very_long_words_are_left_alone(void **state) {
    (void)state;
    char word[80], typed[80];
    const char *words[] = {word};
    for (size_t n = 63; n <= 66; n++) {
        memset(word, 'a', n);
        memset(typed, 'a', n);
        word[n] = '\0';
        typed[0] = 'b';
        assert_ptr_equal(nearest_word((struct span){typed, n}, words, 1), n <= 64 ? word : NULL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_fingers_are_understood),
        cmocka_unit_test(strangers_are_not_guessed_at),
        cmocka_unit_test(the_first_of_equals_wins),
        cmocka_unit_test(very_long_words_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
