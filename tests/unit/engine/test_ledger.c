#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/ledger.h"
#include "world.h"

struct setting {
    struct config *config;
    struct intern texts;
    struct program *program;
    struct ledger ledger;
    struct group_state *group;
    struct buf told;
};

/* One standard without `by`, with these keys. */
static void set_up(struct setting *s, const char *keys) {
    char yaml[300];
    snprintf(yaml, sizeof yaml, "standards: {a: {start: x, stop: y, within: 1h, %s}}", keys);
    *s = (struct setting){.config = world_load(yaml, strlen(yaml))};
    assert_non_null(s->config);
    s->program = program_new(&s->config->rules, &s->texts);
    ledger_init(&s->ledger, &s->program->standards[0], &s->texts);
    s->group = ledger_group_by_texts(&s->ledger, &(struct group){NULL, 0});
}

static void take_down(struct setting *s) {
    ledger_fini(&s->ledger);
    program_free(s->program);
    assert_int_equal(s->texts.syms.count, 0);
    intern_fini(&s->texts);
    config_free(s->config);
    buf_fini(&s->told);
}

static struct record outcome(int64_t at, enum outcome outcome) {
    return (struct record){.at = at, .outcome = (uint8_t)outcome};
}

static void put(struct setting *s, int64_t at, enum outcome o) {
    struct record r = outcome(at, o);
    ledger_record(&s->ledger, &r, 1, at);
}

static void tell(void *arg, const struct level_change *change, enum effect_kind kind) {
    bool closed = kind == EFFECT_LEVEL_CLOSED;
    buf_printf(arg, "%s %lld\n", closed ? "closed" : "opened", (long long)(closed ? change->closed_ms : change->opened_ms));
}

static void expect(struct setting *s, int64_t through, const char *told) {
    buf_clear(&s->told);
    ledger_judge(&s->ledger, through, tell, &s->told);
    assert_string_equal(buf_text(&s->told), told);
}

static struct figures figures(struct setting *s, int64_t now) {
    static int64_t percentiles[8];
    ledger_move(&s->ledger, now);
    return ledger_figures(&s->ledger, s->group, now, percentiles);
}

static void a_record_leaves_at_its_instant_and_the_window(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "window: 10s, target: 90%");
    put(&s, 1000, OUTCOME_MISSED);
    assert_int_equal(ledger_next(&s.ledger), 1000);
    expect(&s, 999, "");
    expect(&s, 1000, "opened 1000\n");
    assert_int_equal(ledger_next(&s.ledger), 11000);
    assert_int_equal(figures(&s, 10999).missed, 1);
    expect(&s, 10999, "");
    assert_int_equal(figures(&s, 11000).missed, 0);
    assert_int_equal(figures(&s, 11000).state, STATE_NO_DATA);
    expect(&s, 50000, "closed 11000\n"); /* at that instant, however late it is looked at */
    assert_int_equal(ledger_next(&s.ledger), INSTANT_NEVER);
    assert_true(group_is_listed(s.group)); /* it had an outcome before the window */
    take_down(&s);
}

static void what_is_put_in_and_taken_out_at_one_instant_leaves_no_trace(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "window: 10s, target: 90%");
    struct record r = outcome(1000, OUTCOME_MISSED), good = outcome(1000, OUTCOME_MET);
    ledger_record(&s.ledger, &r, 1, 1000);
    ledger_record(&s.ledger, &r, -1, 1000);
    ledger_record(&s.ledger, &good, 1, 1000);
    expect(&s, 2000, "");
    struct figures f = figures(&s, 2000);
    assert_true(f.met == 1 && f.missed == 0);
    take_down(&s);
}

/* What is known of it changes backwards: it was to be known later than that it is not so. */
static void what_is_taken_out_before_it_is_known_never_was(void **state) {
    static const char *const windows[] = {"window: 10s, target: 'missed < 1'", "target: 'missed < 1'"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct setting s;
        set_up(&s, windows[i]);
        struct record r = outcome(1000, OUTCOME_MISSED);
        ledger_record(&s.ledger, &r, 1, 1500);
        ledger_record(&s.ledger, &r, -1, 1200);
        expect(&s, 2000, "");
        assert_int_equal(figures(&s, 2000).missed, 0);
        take_down(&s);
    }
}

static void levels_are_judged_in_event_time(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "target: 'missed < 2'");
    put(&s, 300, OUTCOME_MISSED);
    put(&s, 100, OUTCOME_MISSED);
    struct record gone = outcome(300, OUTCOME_MISSED);
    ledger_record(&s.ledger, &gone, -1, 400);
    expect(&s, 350, "opened 300\n");
    expect(&s, 500, "closed 400\n");
    put(&s, 200, OUTCOME_MISSED); /* that instant is judged already: it is news at the next */
    assert_int_equal(ledger_next(&s.ledger), 501);
    expect(&s, 500, "");
    expect(&s, 501, "opened 501\n");
    take_down(&s);
}

static void everything_of_one_instant_is_judged_together(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "window: 10s, target: 50%");
    put(&s, 100, OUTCOME_MISSED);
    put(&s, 100, OUTCOME_MET);
    expect(&s, 100, "");
    put(&s, 10100, OUTCOME_MISSED); /* as both leave */
    expect(&s, 20000, "opened 10100\n");
    expect(&s, 20100, "closed 20100\n");
    take_down(&s);
}

static void a_record_outside_its_window_when_known_does_not_count(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "window: 1ms, target: 90%");
    struct record r = outcome(1000, OUTCOME_MISSED);
    ledger_record(&s.ledger, &r, 1, 1001); /* a limit that ran out is known a millisecond later */
    expect(&s, 5000, "");
    assert_int_equal(figures(&s, 1000).missed, 1);
    assert_int_equal(figures(&s, 1001).missed, 0);
    ledger_record(&s.ledger, &r, -1, 1001); /* not there any more: nothing to take out */
    expect(&s, 5001, "");
    assert_int_equal(figures(&s, 1001).missed, 0);
    assert_false(group_is_listed(s.group));
    take_down(&s);
}

static void a_period_ends_at_midnight(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "window: day, timezone: Europe/Riga, target: 90%");
    int64_t midnight = INT64_C(1772402400000); /* 2026-03-02T00:00 in Riga */
    put(&s, midnight - 1, OUTCOME_MISSED);
    expect(&s, midnight - 1, "opened 1772402399999\n");
    assert_true(ledger_next(&s.ledger) == midnight);
    assert_int_equal(figures(&s, midnight - 1).missed, 1);
    expect(&s, midnight, "closed 1772402400000\n");
    put(&s, midnight, OUTCOME_MISSED); /* the first instant belongs to the new day; judged already, so news at the next */
    expect(&s, midnight + 10, "opened 1772402400001\n");
    assert_int_equal(figures(&s, midnight).missed, 1);
    take_down(&s);
}

static void without_a_window_everything_counts(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "target: 90%");
    struct record r = {.at = 5, .outcome = OUTCOME_MET, .has_value = true, .value = 2500};
    for (int i = 0; i < 10; i++) {
        r.value += 100;
        ledger_record(&s.ledger, &r, 1, 5);
    }
    ledger_record(&s.ledger, &r, -1, 6);
    struct record alone = {.at = 7, .outcome = OUTCOME_NONE, .has_value = true, .value = 10};
    ledger_record(&s.ledger, &alone, 1, 7);
    struct figures f = figures(&s, INT64_C(200000000000000));
    assert_true(f.met == 9 && f.durations == 10 && f.min == 10 && f.max == 3400);
    assert_true(f.sum == 9 * 3000 + 10 && f.percentiles[0] == 2900 && f.percentiles[1] == 3300 && f.percentiles[2] == 3400);
    assert_int_equal(f.state, STATE_MET);
    take_down(&s);
}

static void every_target_has_its_level(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "target: ['p50 <= 2s', 'missed <= 0', 'max < 3s'], min_count: 2");
    struct record r = {.at = 10, .outcome = OUTCOME_MET, .has_value = true, .value = 3000};
    ledger_record(&s.ledger, &r, 1, 10);
    put(&s, 20, OUTCOME_MISSED);
    r.at = 30;
    ledger_record(&s.ledger, &r, 1, 30);
    r.at = 40;
    r.value = 2000;
    ledger_record(&s.ledger, &r, 1, 40);
    ledger_record(&s.ledger, &r, 1, 40);
    /* 20: missed; 30: two durations of 3 s, over in the middle and at the top; 40: the middle one is 2 s. */
    expect(&s, 100, "opened 20\nopened 30\nopened 30\nclosed 40\n");
    assert_int_equal(figures(&s, 100).state, STATE_BREACHED);
    take_down(&s);
}

static void groups_are_texts(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, "by: [p, q]");
    struct span one[] = {SPAN("3"), {NULL, 0}}, two[] = {{NULL, 0}, SPAN("3")};
    struct group_state *a = ledger_group_by_texts(&s.ledger, &(struct group){one, 2});
    struct group_state *b = ledger_group_by_texts(&s.ledger, &(struct group){two, 2});
    assert_ptr_not_equal(a, b);
    struct value three = value_number(3), text3 = value_text(SPAN("3"));
    struct own number = {val_new(&s.texts, &three), program_slot(s.program, SPAN("p"))};
    struct own text = {val_new(&s.texts, &text3), number.slot};
    struct attrs *none = attrs_new_empty(&s.texts), *x = attrs_after(&s.texts, none, &number, 1), *y = attrs_after(&s.texts, none, &text, 1);
    assert_ptr_equal(ledger_group(&s.ledger, x), a);
    assert_ptr_equal(ledger_group(&s.ledger, y), a);
    struct group texts = ledger_group_texts(&s.ledger, a);
    assert_true(texts.count == 2 && span_eq(texts.texts[0], SPAN("3")) && texts.texts[1].p == NULL);
    assert_false(group_is_listed(a));
    ledger_open(&s.ledger, a, 1);
    assert_true(group_is_listed(a));
    ledger_open(&s.ledger, a, -1);
    assert_false(group_is_listed(a));
    attrs_drop(&s.texts, none);
    attrs_drop(&s.texts, x);
    attrs_drop(&s.texts, y);
    val_drop(&s.texts, text.value);
    take_down(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_leaves_at_its_instant_and_the_window),
        cmocka_unit_test(what_is_put_in_and_taken_out_at_one_instant_leaves_no_trace),
        cmocka_unit_test(what_is_taken_out_before_it_is_known_never_was),
        cmocka_unit_test(levels_are_judged_in_event_time),
        cmocka_unit_test(everything_of_one_instant_is_judged_together),
        cmocka_unit_test(a_record_outside_its_window_when_known_does_not_count),
        cmocka_unit_test(a_period_ends_at_midnight),
        cmocka_unit_test(without_a_window_everything_counts),
        cmocka_unit_test(every_target_has_its_level),
        cmocka_unit_test(groups_are_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
