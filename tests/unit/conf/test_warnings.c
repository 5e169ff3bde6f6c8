/* What is valid and hardly meant is warned of at the right place, and nothing else is. */
#include "folder.h"

struct warned {
    const char *text;
    int line, column;
    const char *says;
};

#define S "standards:\n  calls:\n    start: offered\n    stop: answered\n    "
#define M "standards:\n  calls:\n    start: offered\n    stop: answered\n    match: "
#define LONG "calendars: {rare: {hours: {mon: \"09:00-10:00\"}}}\n"

static const struct warned table[] = {
    /* nothing fits */
    {M "{seats: {at_least: 5, at_most: 3}}\n", 5, 20,
        "no value of attribute \"seats\" fits this: it never holds"},
    {M "{tier: {exists: false, glob: \"g*\"}}\n", 5, 19, "no value of attribute \"tier\" fits this"},
    {M "{tier: {glob: \"g*\", at_least: 3}}\n", 5, 19, "no value of attribute \"tier\" fits this"},
    {M "{tier: {not: {exists: true}, at_most: 3}}\n", 5, 19, "no value of attribute \"tier\" fits this"},
    {M "[{tier: gold}, {tier: {not: [{exists: true}, {exists: false}]}}]\n", 5, 34,
        "no value of attribute \"tier\""},
    {M "{n: {at_least: 3, at_most: 3, not: 3}}\n", 5, 16, "no value of attribute \"n\" fits this"},
    {S "paused_while: {n: {at_least: 3, at_most: 2}}\n", 5, 23, "no value of attribute \"n\" fits this"},
    {S "cancel: [left, {event: closed, why: {exists: false, at_least: 0}}]\n", 5, 41,
        "attribute \"why\" fits this"},
    {S "abandon: {event: {event: gone, why: {exists: false, at_least: 0}}}\n", 5, 41,
        "attribute \"why\" fits this"},
    {S "within: [{match: {n: {at_least: 3, at_most: 2}}, limit: 1m}]\n", 5, 26, "attribute \"n\" fits this"},
    /* two that exclude one another */
    {S "match: {tier: [gold, silver]}\n    within: [{match: {tier: bronze}, limit: 1m}, {limit: 2m}]\n", 6,
        22, "this rule is never used: \"match\" of the standard asks for another \"tier\""},
    {S "match: [{tier: gold}, {tier: {at_least: 3}}]\n    within: [{match: {tier: {at_most: 2}}, limit: 1m}, "
       "{limit: "
       "2m}]\n",
        6, 22, "this rule is never used"},
    {"standards:\n  s: {match: {tier: gold}, when: {event: rated, tier: bronze}, value: v}\n", 2, 34,
        "such an event is never measured: \"match\" of the standard asks for another \"tier\""},
    /* limits and windows */
    {LONG "standards:\n  s: {start: a, stop: b, within: 40h, calendar: rare}\n", 3, 34,
        "calendar \"rare\" is open about 1h a week: a limit of 40h on it takes 40 weeks"},
    {LONG "standards:\n  s: {start: a, stop: b, within: [{limit: 30d, calendar: rare}]}\n", 3, 43,
        "takes 720 weeks"},
    {S "within: 1m\n    warn: [50%, 5m]\n", 6, 17, "5m are never left: the longest limit is 1m"},
    {S "window: quarter\n", 5, 13,
        "a window of 92d is longer than \"retain.events\" (35d): what is older takes no part in its figures"},
    {"retain: {events: 1h}\nstandards:\n  s: {start: a, stop: b, window: 2h}\n", 3, 34,
        "a window of 2h is longer than \"retain.events\" (1h)"},
    /* over all standards */
    {S "within: 1m\n  again:\n    within: 60s\n    stop: [answered]\n    start: offered\n    describe: x\n",
        6, 3, "standard \"again\" means the same as \"calls\" at "},
    {S "within: 1m\n  other: {start: offered, stop: answerd, within: 1m}\n", 6, 33,
        "event \"answerd\" is named nowhere else: did you mean \"answered\" ("},
    {S "within: 1m\n  other: {start: ofefred, stop: answered, within: 1m}\n", 6, 18,
        "did you mean \"offered\" ("},
    {S "within: 1m\n    cancel: answerde\n  other: {start: [offered, closed], stop: answered, within: 1m}\n",
        6, 13, "did you mean \"answered\" ("},
};

static bool is_as_told(const struct warned *warned, const struct findings *findings) {
    const struct finding *first = findings->list;
    return findings->count == 1 && first->is_warning && strstr(first->text, warned->says) &&
           first->line == warned->line && first->column == warned->column;
}

static void each_warning_is_placed_and_worded(void **state) {
    (void)state;
    struct folder folder;
    size_t wrong = 0;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct findings findings = {0};
        struct buf said = {0};
        folder_write(&folder, "slad.yaml", table[i].text);
        struct config *config = folder_load(&folder, &findings);
        findings_render(&findings, &said);
        if (!config || !is_as_told(&table[i], &findings)) {
            print_error("%swanted %d:%d %s\nsaid   %s\n", table[i].text, table[i].line, table[i].column,
                table[i].says, buf_text(&said));
            wrong++;
        }
        config_free(config);
        findings_fini(&findings);
        buf_fini(&said);
    }
    folder_remove(&folder);
    assert_int_equal(wrong, 0);
}

/* Each of these could be meant. */
static void what_could_be_meant_is_not_warned_of(void **state) {
    (void)state;
    static const char *const texts[] = {
        M "{tier: {glob: \"g*\", not: gold}}\n",
        M "{n: {at_least: 3, at_most: 3}}\n",
        M "{n: {at_least: 3, at_most: 4, not: [3, 4]}}\n",
        M "{n: {at_most: 4, not: {at_most: 3}}}\n",
        M "{tier: {not: {exists: true}}}\n",
        M "{tier: {not: {glob: \"*\"}}}\n",
        M "{vip: {not: [true, false]}}\n",
        /* a later event may give a clock's contact what the start did not */
        "standards:\n  s: {match: {tier: gold}, start: {event: offered, tier: bronze}, stop: answered}\n",
        /* what the event lacks the contact may have */
        "standards:\n  s: {match: {tier: gold}, when: {event: rated, tier: {not: gold}}, value: v}\n",
        "standards:\n  s: {match: {tier: gold}, when: {event: rated, tier: [gold, bronze]}, value: v}\n",
        S "match: [{tier: gold}, {kind: x}]\n    within: [{match: {tier: bronze}, limit: 1m}, {limit: 2m}]\n",
        S "window: month\n",
        S "window: 35d\n",
        LONG "standards:\n  s: {start: a, stop: b, within: 25h, calendar: rare}\n",
        /* one letter apart and yet two events */
        "standards:\n  s: {start: raised, stop: raise}\n",
        "standards:\n  s: {start: seen, stop: gone}\n  t: {start: sees, stop: gone}\n",
        "standards:\n  s: {start: stage-1, stop: done}\n  t: {start: stage-2, stop: done}\n",
        "standards:\n  s: {start: opened, stop: open, within: 1m}\n",
    };
    struct folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct findings findings = {0};
        folder_write(&folder, "slad.yaml", texts[i]);
        struct config *config = folder_load(&folder, &findings);
        if (findings.count) fail_msg("%s\nsaid %s", texts[i], findings.list[0].text);
        config_free(config);
        findings_fini(&findings);
    }
    folder_remove(&folder);
}

/* An alias is one pattern, however often it is used. */
static void an_aliased_pattern_is_warned_of_once(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "standards:\n"
        "  s: {match: &never {n: {at_least: 2, at_most: 1}}, start: a, stop: b}\n"
        "  t: {match: *never, start: a, stop: c}\n");
    struct config *config = folder_load(&folder, &findings);
    assert_int_equal(findings.count, 1);
    config_free(config);
    findings_fini(&findings);
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_warning_is_placed_and_worded),
        cmocka_unit_test(what_could_be_meant_is_not_warned_of),
        cmocka_unit_test(an_aliased_pattern_is_warned_of_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
