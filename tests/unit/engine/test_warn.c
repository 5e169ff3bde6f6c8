/* Warnings of cycles and of levels: when they are told, and what becomes of them. */
#include "play.h"

#define CLOCK "standards: {a: {start: offered, stop: answered, within: 10s, "

static void each_is_told_once_it_is_reached(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "warn: [50%, 80%, 1s]}}", 0);
    play(&p, 0, "x offered");
    assert_int_equal(engine_next(p.engine), 5001);
    play_until(&p, 5000);
    play_expect(&p, "");
    play_until(&p, 5001); /* strictly before the clock, as a limit that ran out */
    play_expect(&p, "warned a \"x\" 50% 5000 due 10000\n");
    play_until(&p, 8001);
    play_expect(&p, "warned a \"x\" 80% 8000 due 10000\n");
    play_until(&p, 9001);
    play_expect(&p, "warned a \"x\" 1s left 9000 due 10000\n");
    play_until(&p, 10001);
    play_expect(&p, "missed a \"x\" 10000\nwarning a \"x\" 50% missed 10000\nwarning a \"x\" 80% missed 10000\n"
                    "warning a \"x\" 1s left missed 10000\n");
    play(&p, 11000, "x answered");
    play_expect(&p, "missed a \"x\" 10000\n"); /* now with its end; the warnings are done with */
    play_end(&p);
}

static void of_several_at_once_the_furthest_is_told(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "warn: [1s, 50%, 80%]}}", 0);
    play(&p, 0, "x offered");
    play_until(&p, 8500);
    play_expect(&p, "warned a \"x\" 80% 8000 due 10000\n");
    play(&p, 8600, "x answered");
    play_expect(&p, "warning a \"x\" 50% met 8600\nwarning a \"x\" 80% met 8600\n"); /* 50% was passed over, not told */
    play_end(&p);
}

static void who_is_decided_by_then_is_not_warned_of(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "cancel: left, warn: 80%}}", 0);
    play(&p, 0, "x offered");
    play(&p, 8000, "x answered"); /* at the very instant */
    play(&p, 9000, "y offered");
    play(&p, 9500, "y left");
    play(&p, 9600, "z offered");
    play_until(&p, 50000); /* its limit has run out as well */
    play_expect(&p, "missed a \"z\" 19600\n");
    play_end(&p);
}

static void a_warning_moves_with_the_limit(void **state) {
    (void)state;
    struct play p;
    play_start(&p,
        "standards: {a: {start: offered, stop: answered, pause: held, resume: resumed, warn: 80%,"
        " within: [{match: {tier: gold}, limit: 10s}, {match: {tier: none}, limit: 100s}, {limit: 20s}]}}",
        0);
    play(&p, 0, "x offered tier=gold");
    play_until(&p, 8001);
    play_expect(&p, "warned a \"x\" 80% 8000 due 10000\n");
    play(&p, 9000, "x raised tier=silver");
    play_expect(&p, "warning a \"x\" 80% withdrawn 9000\n");
    play(&p, 10000, "x held");
    play_until(&p, 30000); /* the clock stands at 10 s */
    play_expect(&p, "");
    play(&p, 30000, "x resumed");
    play_until(&p, 36001);
    play_expect(&p, "warned a \"x\" 80% 36000 due 40000\n");
    play(&p, 37000, "x raised tier=gold"); /* past already: missed as it is raised */
    play_until(&p, 37001);
    play_expect(&p, "missed a \"x\" 37000\nwarning a \"x\" 80% missed 37000\n");
    play(&p, 40000, "y offered");
    play(&p, 49000, "y raised tier=gold"); /* 9 of 10 s: reached as it is raised */
    play_until(&p, 49001);
    play_expect(&p, "warned a \"y\" 80% 49000 due 50000\n");
    play_end(&p);
}

static void a_reopened_cycle_is_at_risk_again(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "reopen: again, void: spam, warn: 80%}}", 0);
    play(&p, 0, "x offered");
    play(&p, 8500, "x answered");
    play_expect(&p, "warned a \"x\" 80% 8000 due 10000\nwarning a \"x\" 80% met 8500\n");
    play(&p, 20000, "x again");
    play_expect(&p, "warning a \"x\" 80% open\n");
    play(&p, 21000, "x answered"); /* told again: it may have been decided in another way before it was warned of */
    play_expect(&p, "warned a \"x\" 80% 20000 due 21500\nwarning a \"x\" 80% met 21000\n");
    play(&p, 30000, "x spam");
    play_expect(&p, "warning a \"x\" 80% excluded 30000\n");
    play_end(&p);
}

static void a_promise_is_warned_of_by_the_wall_clock(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, due: by, pause: held, warn: [50%, 2s]}}", 0);
    play(&p, 100000, "x offered by=120");
    play(&p, 101000, "x held");
    play_until(&p, 110001);
    play_expect(&p, "warned a \"x\" 50% 110000 due 120000\n");
    play(&p, 111000, "x told by=150");
    play_expect(&p, "warning a \"x\" 50% withdrawn 111000\n");
    play_until(&p, 125001);
    play_expect(&p, "warned a \"x\" 50% 125000 due 150000\n");
    play(&p, 126000, "x told by=127");
    play_until(&p, 126001); /* half of it was over before: only the other is news */
    play_expect(&p, "warned a \"x\" 2s left 126000 due 127000\n");
    play_end(&p);
}

static void business_time_counts_as_it_does_for_the_limit(void **state) {
    (void)state;
    struct play p;
    /* Open a minute after midnight. */
    play_start(&p,
        "calendars: {c: {hours: {mon-sun: \"00:01-01:00\"}}}\n"
        "standards: {a: {start: offered, stop: answered, within: 1m, calendar: c, warn: [50%, 15s]}}",
        0);
    play(&p, 0, "x offered");
    play_until(&p, 90001);
    play_expect(&p, "warned a \"x\" 50% 90000 due 120000\n");
    play_until(&p, 105001);
    play_expect(&p, "warned a \"x\" 15s left 105000 due 120000\n");
    play_end(&p);
}

static void what_comes_late_takes_a_warning_back(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "pause: held, resume: resumed, void: spam, repeat: true, warn: 80%}}", 0);
    play(&p, 0, "x offered");
    play_until(&p, 9000);
    play_expect(&p, "warned a \"x\" 80% 8000 due 10000\n");
    play_late(&p, 7000, "x held"); /* in order for the contact, late for the clock */
    play_expect(&p, "warning a \"x\" 80% withdrawn 7000\n");
    play_late(&p, 7500, "x resumed");
    play_until(&p, 9000);
    play_expect(&p, "warned a \"x\" 80% 8500 due 10500\n");
    play_late(&p, 6000, "x answered"); /* before all that */
    play_expect(&p, "warning a \"x\" 80% withdrawn 6000\n");
    play_until(&p, 20000);
    play_expect(&p, "");
    play_figures(&p, 0, 0, 1, 0, 0);
    play_end(&p);
}

static void what_was_missed_too_soon_is_warned_of(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "paused_while: {status: pending}, warn: 80%}}", 0);
    play(&p, 0, "x offered");
    play_until(&p, 20000); /* the limit and the warning at once: a miss */
    play_expect(&p, "missed a \"x\" 10000\n");
    play_late(&p, 1000, "x noted"); /* run anew, and missed as before */
    play_late(&p, 2000, "x offered status=open");
    play_expect(&p, "");
    play_late(&p, 9000, "x told status=pending");
    play_expect(&p, "withdrawn a \"x\" 10000\nwarning a \"x\" 80% open\n");
    play_until(&p, 20000);
    play_expect(&p, "warned a \"x\" 80% 8000 due 9223372036854775807\n");
    play_end(&p);
}

static void what_becomes_of_earlier_cycles_is_told(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "void: spam, repeat: true, warn: 80%}}", 0);
    play(&p, 0, "x offered");
    play(&p, 9000, "x answered");
    play(&p, 20000, "x offered");
    play(&p, 29000, "x answered");
    play(&p, 30000, "x offered");
    buf_clear(&p.told.text);
    play(&p, 31000, "x spam");
    play_expect(&p, "warning a \"x\" 80% excluded 31000\nwarning a \"x\" 80% excluded 31000\n");
    play_end(&p);
}

static void grace_puts_a_warning_off_and_not_the_limit(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "warn: 80%}}", 2000);
    engine_advance(p.engine, 0, 0);
    play_received(&p, 0, 0, "x offered");
    for (int64_t now = 9000; now <= 17000; now += 1000) { /* the contact is talked of all the time */
        play_received(&p, now, now, "x noted n=1");
        engine_advance(p.engine, now, now - 2000);
        if (now < 10000) play_expect(&p, "");
    }
    /* Ripe at 11 s with the warning, put off; at 13 s with the limit, put off for 10 s from there. */
    play_expect(&p, "");
    engine_advance(p.engine, 19000, 17000);
    play_expect(&p, "missed a \"x\" 10000\n");
    play_end(&p);
}

static void a_backlog_is_no_storm(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "warn: [50%, 80%]}}", 2000);
    engine_advance(p.engine, 100000, 98000); /* a day's events come at once */
    for (int i = 0; i < 20; i++) {
        char line[64];
        snprintf(line, sizeof line, "c%d offered", i);
        play_received(&p, 1000 * i, 100000, line);
        snprintf(line, sizeof line, "c%d answered", i);
        play_received(&p, 1000 * i + 9000, 100001, line);
    }
    engine_advance(p.engine, 200000, 198000);
    play_expect(&p, "");
    play_end(&p);
}

/* ---- what runs */

static bool note_open(void *arg, const struct open_cycle *c) {
    struct buf *out = arg;
    buf_printf(out, "%s%s %d %" PRId64 " %" PRId64 "\n", c->standard->name, c->at_risk ? " at risk" : "",
        c->warning < WARNINGS_MAX ? (int)c->warning : -1, c->warning_ms == INSTANT_NEVER ? -1 : c->warning_ms,
        c->next_warning_ms == INSTANT_NEVER ? -1 : c->next_warning_ms);
    return true;
}

static void running_cycles_say_how_far_they_are(void **state) {
    (void)state;
    struct play p;
    struct buf out = {0};
    play_start(&p,
        CLOCK "warn: [50%, 80%]}, b: {start: offered, stop: answered, within: 20s}, c: {start: offered, stop: gone}}", 0);
    play(&p, 0, "x offered");
    engine_advance(p.engine, 5000, 0); /* ahead of what the clock has told */
    engine_open(p.engine, SIZE_MAX, note_open, &out);
    assert_string_equal(buf_text(&out), "a at risk 0 5000 8000\nb -1 -1 -1\nc -1 -1 -1\n");
    engine_advance(p.engine, 16000, 0);
    buf_clear(&out);
    engine_open(p.engine, SIZE_MAX, note_open, &out);
    assert_string_equal(buf_text(&out), "a at risk 1 8000 -1\nb at risk -1 -1 -1\nc -1 -1 -1\n");
    buf_fini(&out);
    play_end(&p);
}

/* ---- levels */

static void answer(struct play *p, int64_t at, const char *who, int64_t took) {
    char line[64];
    snprintf(line, sizeof line, "%s offered", who);
    play(p, at, line);
    snprintf(line, sizeof line, "%s answered", who);
    play(p, at + took, line);
}

static void a_level_is_at_risk_below_warn_below(void **state) {
    (void)state;
    struct play p;
    play_start(&p, CLOCK "target: 50%, warn_below: 70%, window: 100s, min_count: 2}}", 0);
    answer(&p, 0, "a", 1000);
    answer(&p, 10000, "b", 1000);
    answer(&p, 20000, "c", 12000); /* 2 of 3 */
    play_until(&p, 40000);
    play_expect(&p, "missed a \"c\" 30000\nmissed a \"c\" 30000\nat-risk a {} 30001\n");
    answer(&p, 40000, "d", 1000); /* 3 of 4 */
    play_until(&p, 42000);
    play_expect(&p, "over a {} 41000\n");
    play_until(&p, 102000); /* a leaves: 2 of 3; then b: 1 of 2 */
    play_expect(&p, "at-risk a {} 101000\n");
    play_until(&p, 111000);
    play_expect(&p, "");
    answer(&p, 112000, "e", 11000); /* 1 of 3: it breaks */
    play_until(&p, 123000);
    play_expect(&p, "missed a \"e\" 122000\nmissed a \"e\" 122000\nover a {} 122001\nopened a {} 122001\n");
    play_end(&p);
}

static void note_targets(void *arg, const struct figures *f) {
    struct buf *out = arg;
    buf_printf(out, "%s%s", state_name(f->state), f->at_risk ? " at risk" : "");
    for (size_t i = 0; i < f->standard->target_count; i++)
        buf_printf(out, " | %s %" PRId64 " %" PRId64, state_name(f->targets[i].state), f->targets[i].headroom,
            f->targets[i].recover);
}

static void figures_tell_how_far_each_target_is(void **state) {
    (void)state;
    struct play p;
    struct buf out = {0};
    play_start(&p, CLOCK "target: [50%, missed <= 3, p50 <= 2s, mean <= 1m], warn_below: 90%}}", 0);
    for (int i = 0; i < 6; i++) {
        char name[8];
        snprintf(name, sizeof name, "c%d", i);
        answer(&p, 20000 * i, name, i < 4 ? 1000 : 11000);
    }
    engine_figures(p.engine, 0, note_targets, &out);
    assert_string_equal(buf_text(&out), "met at risk | met 2 -1 | met 1 -1 | met 2 -1 | met -1 -1");
    buf_fini(&out);
    play_end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_told_once_it_is_reached),
        cmocka_unit_test(of_several_at_once_the_furthest_is_told),
        cmocka_unit_test(who_is_decided_by_then_is_not_warned_of),
        cmocka_unit_test(a_warning_moves_with_the_limit),
        cmocka_unit_test(a_reopened_cycle_is_at_risk_again),
        cmocka_unit_test(a_promise_is_warned_of_by_the_wall_clock),
        cmocka_unit_test(business_time_counts_as_it_does_for_the_limit),
        cmocka_unit_test(what_comes_late_takes_a_warning_back),
        cmocka_unit_test(what_was_missed_too_soon_is_warned_of),
        cmocka_unit_test(what_becomes_of_earlier_cycles_is_told),
        cmocka_unit_test(grace_puts_a_warning_off_and_not_the_limit),
        cmocka_unit_test(a_backlog_is_no_storm),
        cmocka_unit_test(running_cycles_say_how_far_they_are),
        cmocka_unit_test(a_level_is_at_risk_below_warn_below),
        cmocka_unit_test(figures_tell_how_far_each_target_is),
    };
    return PLAY_ALL(tests);
}
