#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/program.h"
#include "world.h"

struct setting {
    struct config *config;
    struct intern texts;
    struct program *program;
};

static void set_up(struct setting *s, const char *yaml) {
    *s = (struct setting){.config = world_load(yaml, strlen(yaml))};
    assert_non_null(s->config);
    s->program = program_new(&s->config->rules, &s->texts);
}

static void take_down(struct setting *s) {
    program_free(s->program);
    assert_int_equal(s->texts.syms.count, 0);
    intern_fini(&s->texts);
    config_free(s->config);
}

static unsigned roles(struct setting *s, const char *event, uint32_t standard, const struct own *own, size_t count) {
    const struct reaction *reaction = program_reaction(s->program, program_name(s->program, span_of(event)), standard);
    return reaction ? reaction_roles(reaction, own, count) : 0;
}

static struct own own_text(struct setting *s, const char *attr, const char *text) {
    struct value value = value_text(span_of(text));
    return (struct own){val_new(&s->texts, &value), program_slot(s->program, span_of(attr))};
}

static void names_lead_to_roles(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "standards:\n"
               "  a: {start: [opened, updated], stop: [updated, closed], cancel: gone, repeat: true, within: 1h}\n"
               "  b: {start: {event: message, author: customer}, stop: [{event: message, author: agent}, closed]}\n"
               "  c: {start: opened, fail: reopened, pause: held, resume: free, void: spam}\n"
               "  d: {start: opened, stop: closed, reopen: reopened, abandon: {event: gone}}\n"
               "  e: {when: scored, value: csat}\n");
    assert_int_equal(program_name(s.program, SPAN("nothing")), NAME_UNKNOWN);
    assert_int_equal(roles(&s, "nothing", 0, NULL, 0), 0);
    assert_int_equal(roles(&s, "updated", 0, NULL, 0), ROLE_START | ROLE_STOP);
    assert_int_equal(roles(&s, "updated", 1, NULL, 0), 0);
    assert_int_equal(roles(&s, "opened", 0, NULL, 0), ROLE_START);
    assert_int_equal(roles(&s, "opened", 2, NULL, 0), ROLE_START);
    assert_int_equal(roles(&s, "opened", 3, NULL, 0), ROLE_START);
    assert_int_equal(roles(&s, "gone", 0, NULL, 0), ROLE_CANCEL);
    assert_int_equal(roles(&s, "gone", 3, NULL, 0), ROLE_ABANDON);
    assert_int_equal(roles(&s, "reopened", 2, NULL, 0), ROLE_FAIL);
    assert_int_equal(roles(&s, "reopened", 3, NULL, 0), ROLE_REOPEN);
    assert_int_equal(roles(&s, "held", 2, NULL, 0), ROLE_PAUSE);
    assert_int_equal(roles(&s, "free", 2, NULL, 0), ROLE_RESUME);
    assert_int_equal(roles(&s, "spam", 2, NULL, 0), ROLE_VOID);
    assert_int_equal(roles(&s, "scored", 4, NULL, 0), ROLE_WHEN);
    struct own agent = own_text(&s, "author", "agent"), customer = own_text(&s, "author", "customer");
    assert_int_equal(roles(&s, "message", 1, NULL, 0), 0);
    assert_int_equal(roles(&s, "message", 1, &agent, 1), ROLE_STOP);
    assert_int_equal(roles(&s, "message", 1, &customer, 1), ROLE_START);
    val_drop(&s.texts, agent.value);
    val_drop(&s.texts, customer.value);
    take_down(&s);
}

static void subjects_of_one_kind_share_a_keyspace(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "standards:\n"
               "  a: {start: x, stop: y}\n"
               "  b: {start: x, stop: y, per: customer, match: {tier: gold}}\n"
               "  c: {start: x, stop: y, per: [contact, queue]}\n"
               "  d: {start: x, stop: y, per: customer, by: site}\n"
               "  e: {start: x, stop: y, per: contact}\n");
    const struct compiled *c = s.program->standards;
    assert_int_equal(s.program->keyspace_count, 3);
    assert_int_equal(c[0].keyspace, 0);
    assert_int_equal(c[4].keyspace, 0);
    assert_int_equal(c[1].keyspace, c[3].keyspace);
    assert_int_not_equal(c[2].keyspace, c[1].keyspace);
    uint16_t customer = program_slot(s.program, SPAN("customer")), tier = program_slot(s.program, SPAN("tier"));
    uint16_t queue = program_slot(s.program, SPAN("queue")), site = program_slot(s.program, SPAN("site"));
    assert_int_equal(program_slot(s.program, SPAN("colour")), SLOT_NONE);
    const struct keyspace *by_customer = &s.program->keyspaces[c[1].keyspace];
    assert_true(mask_has(by_customer->mask, customer) && mask_has(by_customer->mask, tier));
    assert_true(mask_has(by_customer->mask, site) && !mask_has(by_customer->mask, queue));
    assert_true(mask_has(c[1].mask, tier) && !mask_has(c[1].mask, site) && mask_has(c[3].mask, site));
    /* `contact` never changes, so it is no news. */
    assert_int_not_equal(s.program->contact_slot, SLOT_NONE);
    assert_false(mask_has(s.program->keyspaces[c[2].keyspace].mask, s.program->contact_slot));
    take_down(&s);
}

static void masks_hold_all_that_is_read(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "standards:\n"
               "  a: {start: x, stop: {event: y, own: 1}, match: [{m1: 1}, {m2: {not: [1, {at_least: 3}]}}],\n"
               "      paused_while: {p: on}, within: [{match: {w: 1}, limit: 1h}], by: g}\n"
               "  b: {start: x, stop: y, due: d}\n"
               "  c: {when: x, value: v}\n");
    static const char *const read[] = {"m1", "m2", "p", "w", "g"};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        assert_true(mask_has(s.program->standards[0].mask, program_slot(s.program, span_of(read[i]))));
    assert_false(mask_has(s.program->standards[0].mask, program_slot(s.program, SPAN("own"))));
    assert_true(mask_has(s.program->standards[1].mask, program_slot(s.program, SPAN("d"))));
    assert_int_equal(s.program->standards[1].due_slot, program_slot(s.program, SPAN("d")));
    assert_int_equal(s.program->standards[2].value_slot, program_slot(s.program, SPAN("v")));
    assert_int_equal(s.program->standards[0].due_slot, -1);
    take_down(&s);
}

/* ---- patterns ---- */

static bool fits(const char *pattern, const struct value *value) {
    struct setting s;
    char yaml[200];
    snprintf(yaml, sizeof yaml, "standards: {a: {start: x, stop: y, match: {k: %s}}}", pattern);
    set_up(&s, yaml);
    struct own own = {val_new(&s.texts, value), program_slot(s.program, SPAN("k"))};
    struct attrs *none = attrs_new_empty(&s.texts), *attrs = attrs_after(&s.texts, none, &own, 1);
    bool holds = match_holds(s.program->standards[0].match, attrs);
    attrs_drop(&s.texts, none);
    attrs_drop(&s.texts, attrs);
    val_drop(&s.texts, own.value);
    take_down(&s);
    return holds;
}

static void patterns_say_what_fits(void **state) {
    (void)state;
    struct value three = value_number(3), text3 = value_text(SPAN("3")), yes = value_bool(true), none = value_null();
    struct value vip = value_text(SPAN("vip-1")), word = value_text(SPAN("true"));
    assert_true(fits("3", &three) && fits("3.0", &three) && !fits("'3'", &three) && !fits("3", &text3) && fits("'3'", &text3));
    assert_true(fits("true", &yes) && !fits("true", &word) && !fits("true", &none) && !fits("1", &yes));
    assert_true(fits("[1, 3]", &three) && !fits("[1, '3']", &three));
    assert_true(fits("{not: 3}", &none) && !fits("{not: 3}", &three) && fits("{not: [1, 2]}", &three));
    assert_true(fits("{exists: false}", &none) && !fits("{exists: false}", &three) && fits("{exists: true}", &yes));
    assert_true(fits("{glob: 'vip-*'}", &vip) && !fits("{glob: '*'}", &three) && !fits("{glob: '*'}", &none));
    assert_true(fits("{at_least: 3, at_most: 3}", &three) && !fits("{at_least: 3.5}", &three));
    assert_true(!fits("{at_least: 0}", &text3) && !fits("{at_most: 9}", &yes) && !fits("{at_most: 9}", &none));
    assert_true(fits("{not: {at_least: 4}}", &three) && fits("[{glob: 'a*'}, {at_most: 3}]", &three));
}

static void a_match_is_one_of_its_alternatives(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "standards: {a: {start: x, stop: y, match: [{p: a, q: b}, {q: c}]}, b: {start: x, stop: y}}");
    struct own pa = own_text(&s, "p", "a"), qb = own_text(&s, "q", "b"), qc = own_text(&s, "q", "c");
    struct attrs *none = attrs_new_empty(&s.texts), *a = attrs_after(&s.texts, none, &pa, 1), *ab = attrs_after(&s.texts, a, &qb, 1);
    struct attrs *c = attrs_after(&s.texts, none, &qc, 1);
    const struct rule_match *match = s.program->standards[0].match;
    assert_true(!match_holds(match, none) && !match_holds(match, a) && match_holds(match, ab) && match_holds(match, c));
    assert_true(match_holds(s.program->standards[1].match, none)); /* NULL */
    struct attrs *all[] = {none, a, ab, c};
    for (size_t i = 0; i < 4; i++) attrs_drop(&s.texts, all[i]);
    struct own own[] = {pa, qb, qc};
    for (size_t i = 0; i < 3; i++) val_drop(&s.texts, own[i].value);
    take_down(&s);
}

static void no_standards_are_a_program_too(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "");
    assert_int_equal(s.program->count, 0);
    assert_int_equal(program_name(s.program, SPAN("x")), NAME_UNKNOWN);
    take_down(&s);
    program_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_to_roles),
        cmocka_unit_test(subjects_of_one_kind_share_a_keyspace),
        cmocka_unit_test(masks_hold_all_that_is_read),
        cmocka_unit_test(patterns_say_what_fits),
        cmocka_unit_test(a_match_is_one_of_its_alternatives),
        cmocka_unit_test(no_standards_are_a_program_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
