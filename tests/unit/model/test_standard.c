#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slad/model/standard.h"

static void outcomes_and_comparisons_have_names(void **state) {
    (void)state;
    assert_string_equal(outcome_name(OUTCOME_NONE), "");
    assert_string_equal(outcome_name(OUTCOME_MET), "met");
    assert_string_equal(outcome_name(OUTCOME_MISSED), "missed");
    assert_string_equal(outcome_name(OUTCOME_EXCLUDED), "excluded");
    assert_string_equal(comparison_sign(AT_LEAST), ">=");
    assert_string_equal(comparison_sign(AT_MOST), "<=");
    assert_string_equal(comparison_sign(GREATER), ">");
    assert_string_equal(comparison_sign(LESS), "<");
}

static struct standard *named(struct arena *arena, const char *name) {
    struct standard *standard = arena_alloc(arena, sizeof *standard);
    standard->name = arena_text(arena, span_of(name));
    return standard;
}

static void a_ruleset_frees_all_it_owns(void **state) {
    (void)state;
    struct ruleset rules = {0};
    rules.zones = mem_zalloc(sizeof *rules.zones);
    assert_int_equal(zone_load("UTC", &rules.zones[0], NULL), 0);
    rules.zone_count = 1;
    struct calendar_spec spec = {.zone = rules.zones[0]};
    rules.calendars = mem_zalloc(sizeof *rules.calendars);
    rules.calendars[0] = calendar_new("office", &spec);
    rules.calendar_count = 1;
    rules.standards = mem_zalloc(2 * sizeof *rules.standards);
    rules.standards[0] = named(&rules.arena, "answered");
    rules.standards[1] = named(&rules.arena, "resolved");
    rules.standard_count = 2;
    assert_ptr_equal(ruleset_find(&rules, SPAN("resolved")), rules.standards[1]);
    assert_null(ruleset_find(&rules, SPAN("resolve")));
    ruleset_fini(&rules);
    assert_int_equal(rules.standard_count, 0);
    assert_null(ruleset_find(&rules, SPAN("answered")));
    ruleset_fini(&rules);
    ruleset_fini(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_and_comparisons_have_names),
        cmocka_unit_test(a_ruleset_frees_all_it_owns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
