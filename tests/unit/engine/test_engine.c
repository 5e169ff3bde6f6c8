#include "play.h"

/* ---------------------------------------------------------------- live */

static void a_limit_decided_early_is_taken_back(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, target: 90%}}", 0);
    play(&p, 0, "x offered");
    play_until(&p, 10000);
    play_expect(&p, "");
    play_until(&p, 10001);
    play_expect(&p, "missed a \"x\" 10000\nopened a {} 10001\n");
    play_figures(&p, 0, 1, 0, 1, 0);
    play_late(&p, 10000, "x answered");
    play_expect(&p, "withdrawn a \"x\" 10000\n");
    play_figures(&p, 0, 0, 1, 0, 0);
    play_until(&p, 10002); /* known now; what was known when stays in the record */
    play_expect(&p, "closed a {} 10002\n");
    play_end(&p);
}

/* A limit that ran out is found by whatever comes first: the clock, or another event of the contact, also one that
 * brings no news to the standard. */
static void an_event_without_news_loses_no_breach(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s}, b: {start: noted, stop: x}}", 2000);
    play_received(&p, 0, 0, "x offered");
    engine_advance(p.engine, 11000, 9000);
    play_received(&p, 11000, 11000, "x noted"); /* later than due, but not yet by the held clock */
    play_received(&p, 10500, 11000, "x noted"); /* and late */
    engine_advance(p.engine, 30000, 28000);
    play_expect(&p, "missed a \"x\" 10000\n");
    play_figures(&p, 0, 1, 0, 1, 0);
    play_end(&p);
}

/* Late news that change nothing of a verdict do not take it back to decide it once more. */
static void what_the_clock_decided_stays(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, by: queue}}", 2000);
    play_received(&p, 0, 0, "x offered queue=q1");
    engine_advance(p.engine, 13000, 11000);
    play_expect(&p, "missed a \"x\" 10000\n");
    play_received(&p, 5000, 13000, "x moved vip=true");
    play_received(&p, 5000, 13000, "x offered");
    play_expect(&p, "");
    play_received(&p, 6000, 13000, "x moved queue=q2");
    play_expect(&p, "missed a \"x\" 10000\n"); /* the same, of another group */
    play_end(&p);
}

static void a_limit_decides_no_earlier_than_it_came_into_force(void **state) {
    (void)state;
    struct play p;
    play_start(&p,
        "standards:\n"
        "  a: {start: offered, stop: answered, within: [{match: {vip: true}, limit: 5s}, {limit: 20s}]}\n"
        "  b: {start: offered, fail: again, repeat: true, within: [{match: {vip: true}, limit: 5s}, {limit: 20s}]}\n"
        "  c: {start: offered, stop: answered, within: 5s, match: {vip: true}}\n", 0);
    play(&p, 0, "x offered");
    play(&p, 8000, "x offered vip=true"); /* past already: b's cycle ends, and this starts the next */
    play_figures(&p, 1, 1, 1, 0, 0);
    play(&p, 9000, "x again");
    play_expect(&p, "missed a \"x\" 8000\nmissed c \"x\" 8000\nmissed b \"x\" 9000\n");
    play(&p, 9000, "y offered");
    play(&p, 10000, "y offered vip=true");
    play_until(&p, 14000);
    play_expect(&p, "");
    play_until(&p, 14001);
    play_expect(&p, "missed a \"y\" 14000\nmissed c \"y\" 14000\n");
    play_figures(&p, 1, 0, 2, 1, 0);
    play_end(&p);
}

/* A standard that was started, and has not applied yet, has no track: what a late event finds must not be found again
 * when it begins to apply. */
static void what_a_late_event_found_is_counted_once(void **state) {
    (void)state;
    struct play p;
    play_start(&p,
        "standards: {a: {match: {queue: {not: sales}}, start: offered, fail: never, repeat: true, within: 10s, by: queue}}", 0);
    play(&p, 100000, "x moved queue=sales");
    play(&p, 200000, "x offered");
    play(&p, 250000, "x offered");
    play_until(&p, 300000);
    play_late(&p, 1000, "x offered");
    play_figures(&p, 0, 0, 1, 0, 0);
    play(&p, 400000, "x offered queue=billing");
    play_until(&p, 500000);
    play_figures(&p, 0, 0, 3, 0, 0);
    play_end(&p);
}

static void levels_learn_of_a_change_when_it_happens(void **state) {
    (void)state;
    struct play p;
    play_start(&p,
        "standards: {a: {start: offered, stop: answered, reopen: reopened, within: 10s, target: 'attainment < 50%'}}", 0);
    play(&p, 0, "x offered");
    play(&p, 1000, "x answered");
    play(&p, 5000, "x reopened"); /* takes `met` back, as of now */
    play(&p, 6000, "x answered");
    play_until(&p, 9000); /* all at once, and yet in order */
    play_expect(&p, "opened a {} 1000\nclosed a {} 5000\nopened a {} 6000\n");
    play_end(&p);
}

static void a_late_event_changes_what_came_after(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, pause: held, resume: resumed, within: 10s, by: queue}}", 0);
    play(&p, 0, "x offered queue=q1");
    play(&p, 15000, "x answered");
    play_expect(&p, "missed a \"x\" 10000\nmissed a \"x\" 10000\n"); /* by the clock, and then with its end */
    play_late(&p, 3000, "x held");
    play_expect(&p, "withdrawn a \"x\" 10000\n");
    play_late(&p, 4000, "x resumed");
    play_expect(&p, "missed a \"x\" 11000\n");
    play_late(&p, 11000, "x moved queue=q2"); /* the group is as of the decision */
    play_expect(&p, "missed a \"x\" 11000\n");
    size_t count;
    struct book_entry **list = book_breaches(&p.book, &count);
    assert_int_equal(count, 1);
    assert_true(span_eq(list[0]->effect.breach.group.texts[0], SPAN("q2")));
    free(list);
    play_end(&p);
}

static void deadlines_are_put_off_by_grace(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s}}", 2000);
    play_received(&p, 0, 11500, "x offered"); /* received after it was due */
    engine_advance(p.engine, 12500, 10500);
    play_expect(&p, "");
    engine_advance(p.engine, 13499, 11499);
    play_expect(&p, "");
    assert_int_equal(engine_next(p.engine), 11500);
    engine_advance(p.engine, 13500, 11500); /* the receipt and grace */
    play_expect(&p, "missed a \"x\" 10000\n");
    play_received(&p, 0, 12000, "y offered");
    for (int64_t now = 13500; now < 23500; now += 500) { /* news of it all the time, also such as runs it anew */
        play_received(&p, (24000 - now) / 10, now, now % 1000 ? "y noted" : "y offered");
        engine_advance(p.engine, now, now - 2000);
        play_expect(&p, "");
    }
    engine_advance(p.engine, 23500, 21500); /* 5 x grace after it could first have been decided */
    play_expect(&p, "missed a \"y\" 10000\n");
    play_end(&p);
}

static void events_of_the_future_wait(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s}}", 0);
    engine_advance(p.engine, 1000, 1000);
    play_late(&p, 5000, "x answered"); /* both wait, in whatever order they came */
    play_late(&p, 2000, "x offered");
    assert_int_equal(engine_size(p.engine).waiting_events, 2);
    assert_int_equal(engine_size(p.engine).contacts, 1);
    assert_int_equal(engine_evict(p.engine, INSTANT_NEVER - 1, 10), 0); /* it is waited for */
    assert_int_equal(engine_next(p.engine), 2000);
    play_figures(&p, 0, 0, 0, 0, 0);
    engine_advance(p.engine, 2000, 2000);
    play_figures(&p, 0, 1, 0, 0, 0);
    assert_int_equal(engine_size(p.engine).open_cycles, 1);
    assert_int_equal(engine_next(p.engine), 5000);
    engine_advance(p.engine, 60000, 60000); /* past both the answer and the limit: the answer comes first */
    play_figures(&p, 0, 0, 1, 0, 0);
    play_expect(&p, "");
    assert_int_equal(engine_size(p.engine).waiting_events, 0);
    assert_int_equal(engine_size(p.engine).open_cycles, 0);
    play_late(&p, 70000, "y offered"); /* still waiting at the end */
    play_end(&p);
}

static size_t lay_to_rest(struct play *p) {
    engine_rest(p->engine, 100);
    return engine_size(p->engine).resting;
}

static void who_waits_long_rests_and_is_told_of_all_the_same(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, pause: held, resume: resumed, within: 10s, by: queue},"
                   " b: {start: offered, stop: closed, within: 20s}}", 0);
    for (int i = 0; i < PLAY_AWAKE + 3; i++) {
        char line[64];
        snprintf(line, sizeof line, "c%d offered queue=q", i);
        play(&p, 1000 + i, line);
    }
    assert_int_equal(lay_to_rest(&p), 3);
    play(&p, 2000, "c0 held"); /* wakes it */
    assert_int_equal(engine_size(p.engine).resting, 2);
    assert_int_equal(lay_to_rest(&p), 3);
    play_figures(&p, 0, 6, 0, 0, 0);
    play(&p, 3000, "c0 resumed");
    play(&p, 3500, "c1 answered");
    assert_int_equal(lay_to_rest(&p), 3);
    engine_advance(p.engine, 11003, 11003);
    play_expect(&p, "missed a \"c2\" 11002\n");
    engine_advance(p.engine, 12001, 12001); /* a second was held */
    play_expect(&p, "missed a \"c3\" 11003\nmissed a \"c4\" 11004\nmissed a \"c5\" 11005\nmissed a \"c0\" 12000\n");
    assert_int_equal(lay_to_rest(&p), 3); /* with what the clock decided of them */
    struct told told = {0};
    engine_open(p.engine, 1, told_open, &told); /* wakes all */
    assert_int_equal(engine_size(p.engine).resting, 0);
    told_fini(&told);
    engine_rest(p.engine, 100);
    engine_forget(p.engine, SPAN("c3"));
    play_figures(&p, 0, 4, 1, 4, 0);
    play_figures(&p, 1, 5, 0, 0, 0);
    play_end(&p);
}

static void who_was_warned_of_does_not_rest(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, warn: 50%}}", 0);
    for (int i = 0; i < PLAY_AWAKE + 1; i++) {
        char line[64];
        snprintf(line, sizeof line, "c%d offered", i);
        play(&p, 0, line);
    }
    engine_advance(p.engine, 6000, 6000);
    assert_int_equal(lay_to_rest(&p), 0);
    play(&p, 6500, "d offered");
    play(&p, 6500, "c1 noted x=1");
    play_end(&p);
}

static void clocks_do_not_go_back(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s}}", 0);
    engine_advance(p.engine, 5000, 4000);
    engine_advance(p.engine, 3000, 9000);
    assert_int_equal(engine_now(p.engine), 5000);
    assert_int_equal(engine_held(p.engine), 5000);
    engine_advance(p.engine, 6000, 1000);
    assert_int_equal(engine_now(p.engine), 6000);
    assert_int_equal(engine_held(p.engine), 5000);
    assert_true(engine_next(p.engine) == INSTANT_NEVER);
    play_end(&p);
}

static void arrival_decides_between_events_of_one_instant(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, by: queue, match: {vip: true}}}", 0);
    engine_advance(p.engine, 99, 99);
    play_late(&p, 50, "x answered"); /* before the start: of no account */
    play_late(&p, 50, "x offered vip=true queue=q1");
    play_late(&p, 50, "x moved queue=q2");
    play_figures(&p, 0, 1, 0, 0, 0);
    play_late(&p, 50, "x answered");
    play_late(&p, 50, "x moved queue=q3");
    play_figures(&p, 0, 0, 1, 0, 0);
    struct told told = {0};
    engine_story(p.engine, SPAN("x"), told_story, &told);
    assert_non_null(strstr(buf_text(&told.text), "{\"queue\":\"q2\"}"));
    told_fini(&told);
    play_end(&p);
}

/* ---------------------------------------------------------------- reading */

static void open_cycles_come_nearest_due_first(void **state) {
    (void)state;
    struct play p;
    play_start(&p,
        "standards:\n"
        "  a: {start: offered, stop: answered, within: [{match: {vip: true}, limit: 5s}, {limit: 10s}], by: queue,\n"
        "      pause: held, resume: resumed}\n"
        "  b: {start: offered, stop: answered, due: promised_at, match: {promised_at: {exists: true}}}\n", 0);
    play(&p, 0, "slow offered queue=q1");
    play(&p, 1000, "vip offered vip=true");
    play(&p, 1500, "told offered promised_at=200000000000");
    play(&p, 2000, "still offered");
    play(&p, 3000, "still held");
    struct told told = {0};
    engine_open(p.engine, SIZE_MAX, told_open, &told);
    assert_string_equal(buf_text(&told.text),
        "open a vip \"vip\"{\"queue\":null} from 1000 due 6000 limit 5000 elapsed 2000\n"
        "open a slow \"slow\"{\"queue\":\"q1\"} from 0 due 10000 limit 10000 elapsed 3000\n"
        "open a told \"told\"{\"queue\":null} from 1500 due 11500 limit 10000 elapsed 1500\n"
        "open b told \"told\"{} from 1500 due 200000000000 limit -1 elapsed 1500\n"
        "open a still \"still\"{\"queue\":null} from 2000 due 9223372036854775807 limit 10000 elapsed 1000 paused\n");
    buf_clear(&told.text);
    engine_advance(p.engine, 12000, 12000);
    engine_open(p.engine, 0, told_open, &told);
    assert_non_null(strstr(buf_text(&told.text), "open a vip \"vip\"{\"queue\":null} from 1000 due 6000 limit 5000 elapsed 11000 missed\n"));
    told_fini(&told);
    play_end(&p);
}

static void a_story_tells_each_cycle_once(void **state) {
    (void)state;
    struct play p;
    play_start(&p,
        "standards:\n"
        "  a: {start: joined, stop: answered, repeat: true, per: [contact, queue], within: 10s}\n"
        "  b: {start: offered, stop: closed, reopen: reopened, within: 10s}\n"
        "  c: {start: offered, stop: closed, match: {vip: true}}\n"
        "  v: {when: scored, value: csat, at_least: 4, void: spam}\n", 0);
    play(&p, 0, "x offered");
    play(&p, 1000, "x joined queue=q1");
    play(&p, 2000, "x joined queue=q2"); /* goes to another team */
    play(&p, 3000, "x joined queue=q1"); /* and comes back */
    play(&p, 4000, "x answered");
    play(&p, 5000, "x closed");
    play(&p, 8000, "x reopened");
    play(&p, 9000, "x scored csat=4.5");
    play(&p, 9500, "y scored csat=1");
    play(&p, 9600, "x spam");
    struct told told = {0};
    assert_true(engine_story(p.engine, SPAN("x"), told_story, &told));
    assert_false(engine_story(p.engine, SPAN("z"), told_story, &told));
    assert_string_equal(buf_text(&told.text),
        "story a x [\"x\",\"q1\"] from 1000 due 11000 limit 10000 rule 0 \"met\" 4000 \"stop\" 4000 elapsed 3000\n"
        "story a x [\"x\",\"q2\"] from 2000 due 12000 limit 10000 rule 0 \"\" 9223372036854775807 \"\" 9223372036854775807 elapsed 7600\n"
        "story b x \"x\" from 0 due 13000 limit 10000 rule 0 \"\" 9223372036854775807 \"\" 9223372036854775807 elapsed 6600 5000 8000\n"
        "story c x \"x\" from 0 due 9223372036854775807 limit -1 rule -1 idle \"\" 9223372036854775807 \"stop\" 5000 elapsed 5000\n"
        "story v x \"x\" from 9000 due 9223372036854775807 limit -1 rule -1 \"excluded\" 9600 \"void\" 9000 elapsed 4500000\n");
    told_fini(&told);
    play_end(&p);
}

static void note_group(void *arg, const struct figures *f) {
    struct buf *out = arg;
    struct span name = f->group.texts[0];
    buf_printf(out, "%.*s %d %d;", SPAN_ARGS(name), (int)f->open, (int)(f->met + f->missed));
}

static void expect_changed(struct play *p, const char *want) {
    struct buf got = {0};
    engine_figures_changed(p->engine, note_group, &got);
    assert_string_equal(buf_text(&got), want);
    buf_fini(&got);
}

static void changed_figures_are_told_once(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, by: queue, window: 20s}}", 0);
    expect_changed(&p, "");
    play(&p, 0, "x offered queue=q1");
    play(&p, 0, "y offered queue=q2");
    expect_changed(&p, "q1 1 0;q2 1 0;");
    expect_changed(&p, "");
    play(&p, 1000, "x answered");
    play(&p, 1000, "y moved queue=q3"); /* q2 is no longer listed: it is told so once */
    expect_changed(&p, "q1 0 1;q2 0 0;q3 1 0;");
    play(&p, 2000, "y moved queue=q2");
    play(&p, 2000, "y moved queue=q3"); /* there and back between two reads: may be told, with the same */
    engine_advance(p.engine, 10000, 10000);
    struct buf some = {0};
    engine_figures_changed(p.engine, note_group, &some);
    buf_fini(&some);
    engine_advance(p.engine, 20999, 20999);
    expect_changed(&p, "q3 1 1;");
    engine_advance(p.engine, 21000, 21000); /* the window moves over a record */
    expect_changed(&p, "q1 0 0;");
    play_end(&p);
}

static void levels_can_be_adopted(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, by: queue, target: ['90%', 'missed < 3']}}", 0);
    struct span q1[] = {SPAN("q1")}, q9[] = {SPAN("q9")};
    play(&p, 0, "x offered queue=q1");
    play_until(&p, 20000);
    play_expect(&p, "missed a \"x\" 10000\nopened a {\"queue\":\"q1\"} 10001\n");
    engine_adopt_level(p.engine, 0, &(struct group){q1, 1}, 0, 500);
    engine_adopt_level(p.engine, 0, &(struct group){q9, 1}, 1, 77); /* a group not heard of yet */
    struct told told = {0};
    engine_levels(p.engine, told_level, &told);
    told_sort(&told);
    assert_string_equal(buf_text(&told.text), "level a 0 {\"queue\":\"q1\"}\nlevel a 1 {\"queue\":\"q9\"}\n");
    assert_int_equal(play_sum(&p, 0).groups, 1); /* adopted, but nothing was counted there */
    assert_int_equal(engine_next(p.engine), 20001);
    play_until(&p, 20001); /* what was adopted is judged like everything else */
    play_expect(&p, "closed a {\"queue\":\"q9\"} 20001\n");
    engine_adopt_level(p.engine, 0, &(struct group){q1, 1}, 0, INSTANT_NEVER);
    play_until(&p, 30000);
    play_expect(&p, "opened a {\"queue\":\"q1\"} 20002\n");
    told_fini(&told);
    play_end(&p);
}

static void values_of_one_instant_are_told_apart(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {v: {when: scored, value: csat, at_least: 4, void: spam}}", 0);
    play(&p, 5, "x scored csat=1");
    play(&p, 5, "x scored csat=2");
    play(&p, 5, "x scored csat=2");
    assert_int_equal(p.book.breaches.count, 3);
    play_late(&p, 4, "x scored csat=3");
    assert_int_equal(p.book.breaches.count, 4);
    play(&p, 6, "x spam");
    assert_int_equal(p.book.breaches.count, 0);
    play_figures(&p, 0, 0, 0, 0, 4);
    play_end(&p);
}

static void a_level_may_be_adopted_before_anything_happened(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, window: day, target: 'missed < 1'}}", 0);
    engine_adopt_level(p.engine, 0, &(struct group){NULL, 0}, 0, 5);
    assert_int_equal(engine_next(p.engine), 0);
    play_until(&p, 10);
    play_expect(&p, "closed a {} 0\n");
    play_end(&p);
}

static void the_next_instant_is_the_nearest_of_all(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, target: 90%, window: 20s}}", 0);
    assert_true(engine_next(p.engine) == INSTANT_NEVER);
    play(&p, 0, "x offered");
    assert_int_equal(engine_next(p.engine), 10001);
    play_late(&p, 4000, "z offered");
    assert_int_equal(engine_next(p.engine), 4000);
    play_until(&p, 10001);
    assert_int_equal(engine_next(p.engine), 14001); /* z is due */
    play_until(&p, 14001);
    assert_int_equal(engine_next(p.engine), 30000); /* x leaves the window */
    play_until(&p, 34000);
    assert_true(engine_next(p.engine) == INSTANT_NEVER);
    play_expect(&p, "missed a \"x\" 10000\nopened a {} 10001\nmissed a \"z\" 14000\nclosed a {} 34000\n");
    play_end(&p);
}

/* ---------------------------------------------------------------- subjects of several contacts, forgetting */

static void a_customer_is_followed_across_contacts(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {f: {start: closed, fail: offered, per: customer, repeat: true, within: 10s}}", 0);
    play(&p, 0, "x closed customer=k1");
    play(&p, 5000, "y offered customer=k1");
    play_expect(&p, "missed f \"k1\" 5000\n");
    play_late(&p, 4000, "y moved customer=k2"); /* until then y was somebody else's: the offer names k1 again */
    play_expect(&p, "");
    play(&p, 6000, "z closed customer=7");
    play(&p, 7000, "w offered customer=7");
    play_expect(&p, "missed f \"7\" 7000\n");
    engine_forget(p.engine, SPAN("z"));
    engine_forget(p.engine, SPAN("nobody"));
    play_expect(&p, ""); /* the journal has dropped it: that is no news */
    play_figures(&p, 0, 0, 0, 1, 0);
    engine_forget(p.engine, SPAN("x"));
    play_figures(&p, 0, 0, 0, 0, 0);
    assert_int_equal(engine_size(p.engine).contacts, 2);
    play_end(&p);
}

static void look_away(void *arg, const struct figures *figures) {
    (void)arg, (void)figures;
}

/* One group after the other, as campaigns and agents come and go. */
static void a_group_that_nothing_stands_for_goes(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s, by: queue, target: 50%, window: 1m},"
                   " f: {start: offered, stop: closed, within: 1h, by: queue}}", 0);
    for (int i = 0; i < 50; i++) {
        char line[64];
        snprintf(line, sizeof line, "x%d offered queue=q%d", i, i);
        play(&p, i * 100000, line);
        snprintf(line, sizeof line, "x%d answered queue=elsewhere", i);
        play(&p, i * 100000 + 1, line);
        snprintf(line, sizeof line, "x%d closed", i);
        play(&p, i * 100000 + 2, line);
        play_late(&p, i * 100000 + 1, line); /* a late one: runs, and copies of them */
        play_until(&p, i * 100000 + 90000);
        assert_int_equal(engine_size(p.engine).groups, 4); /* of this one as it was offered, and as it was answered */
        snprintf(line, sizeof line, "x%d", i);
        engine_forget(p.engine, span_of(line));
        play_until(&p, i * 100000 + 90001);
        engine_evict(p.engine, INT64_MIN, 0);
        engine_figures_changed(p.engine, look_away, NULL);
        for (int k = 0; k < 2; k++) engine_evict(p.engine, INT64_MIN, 0); /* one standard each time */
        assert_int_equal(engine_size(p.engine).groups, 0);
    }
    play(&p, 6000000, "y offered queue=q1");
    play(&p, 6000001, "y answered");
    play_figures(&p, 0, 0, 1, 0, 0);
    play_end(&p);
}

static void what_concerns_no_standard_is_not_kept(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s}}", 0);
    play(&p, 0, "x noted colour=red");
    assert_int_equal(engine_size(p.engine).contacts, 0);
    assert_false(engine_story(p.engine, SPAN("x"), told_story, NULL));
    play(&p, 1, "x offered");
    play(&p, 2, "x noted colour=blue");
    assert_int_equal(engine_size(p.engine).contacts, 1);
    play_end(&p);
}

static void a_sink_can_be_changed(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {a: {start: offered, stop: answered, within: 10s}}", 0);
    engine_set_sink(p.engine, NULL, NULL);
    play(&p, 0, "x offered");
    play(&p, 20000, "y offered");
    engine_set_sink(p.engine, play_effect, &p);
    play_until(&p, 40000);
    play_expect(&p, "missed a \"y\" 30000\n");
    play_figures(&p, 0, 2, 0, 2, 0);
    play_end(&p);
    engine_free(NULL);
}

/* An event that only repeats an attribute is none of the customer's; once a late one has changed it before, it is. */
static void a_late_event_makes_news_of_what_was_repeated(void **state) {
    (void)state;
    struct play p;
    play_start(&p, "standards: {g: {start: opened, stop: done, per: customer, match: {tier: gold}, within: 15s}}", 0);
    play(&p, 1000, "x opened customer=A tier=gold");
    play(&p, 20000, "x note tier=gold");
    play_expect(&p, "missed g \"A\" 16000\n");
    play_late(&p, 10000, "x note tier=silver");
    play_expect(&p, "missed g \"A\" 20000\n");
    play(&p, 30000, "x done");
    play_late(&p, 18000, "x note tier=gold");
    play_expect(&p, "missed g \"A\" 20000\nmissed g \"A\" 18000\n");
    play_end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_decided_early_is_taken_back),
        cmocka_unit_test(an_event_without_news_loses_no_breach),
        cmocka_unit_test(what_the_clock_decided_stays),
        cmocka_unit_test(a_limit_decides_no_earlier_than_it_came_into_force),
        cmocka_unit_test(what_a_late_event_found_is_counted_once),
        cmocka_unit_test(levels_learn_of_a_change_when_it_happens),
        cmocka_unit_test(a_late_event_changes_what_came_after),
        cmocka_unit_test(deadlines_are_put_off_by_grace),
        cmocka_unit_test(events_of_the_future_wait),
        cmocka_unit_test(who_waits_long_rests_and_is_told_of_all_the_same),
        cmocka_unit_test(who_was_warned_of_does_not_rest),
        cmocka_unit_test(clocks_do_not_go_back),
        cmocka_unit_test(arrival_decides_between_events_of_one_instant),
        cmocka_unit_test(open_cycles_come_nearest_due_first),
        cmocka_unit_test(a_story_tells_each_cycle_once),
        cmocka_unit_test(changed_figures_are_told_once),
        cmocka_unit_test(levels_can_be_adopted),
        cmocka_unit_test(values_of_one_instant_are_told_apart),
        cmocka_unit_test(a_level_may_be_adopted_before_anything_happened),
        cmocka_unit_test(the_next_instant_is_the_nearest_of_all),
        cmocka_unit_test(a_customer_is_followed_across_contacts),
        cmocka_unit_test(a_group_that_nothing_stands_for_goes),
        cmocka_unit_test(what_concerns_no_standard_is_not_kept),
        cmocka_unit_test(a_late_event_makes_news_of_what_was_repeated),
        cmocka_unit_test(a_sink_can_be_changed),
    };
    return PLAY_ALL(tests);
}
