/* The order in which events arrive never matters: what is said at the end is what a replay in order says. Every seed
 * makes its own standards and contacts. SLAD_SEED=N runs one seed and tells what differs; SLAD_SEEDS=N runs so many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "slad/engine/image.h"
#include "told.h"
#include "world.h"

enum { SEEDS = 300, ORDERS = 6 };

struct run {
    struct engine_options options;
    struct engine *engine;
    struct book book;
    struct buf effects; /* their kinds and instants, in the order they came */
    uint64_t images;    /* made, and to be made: 0: none at all */
    const struct world *world;
    uint64_t seq;
    const struct world_event *fed[WORLD_EVENTS_MAX]; /* the journal: by seq, from 1; NULL: pruned */
    size_t evicted, rested;
    bool reads;       /* figures, in pieces */
    struct buf stood; /* what they were when that began, a line each */
};

/* Over all seeds: that the property is not held by contacts that never leave, */
static size_t evicted;
static size_t companions; /* or never come back because of what they shared with another. */

static struct event fed_event(const struct run *run, uint64_t seq) {
    struct event e = run->fed[seq - 1]->event;
    e.attrs = run->fed[seq - 1]->attrs;
    e.seq = seq;
    return e;
}

/* The contact's events by (at, seq): the next after this one; false when there is none. */
static bool next_of(const struct run *run, struct span contact, int64_t *at, uint64_t *seq) {
    uint64_t best = 0;
    for (uint64_t s = 1; s <= run->seq; s++) {
        if (!run->fed[s - 1]) continue;
        const struct event *e = &run->fed[s - 1]->event;
        if (!span_eq(e->contact, contact) || e->at_ms < *at || (e->at_ms == *at && s <= *seq)) continue;
        if (!best || e->at_ms < run->fed[best - 1]->event.at_ms) best = s;
    }
    if (!best) return false;
    *at = run->fed[best - 1]->event.at_ms;
    *seq = best;
    return true;
}

/* The journal's part. */
static int read_back(void *arg, struct engine *engine, struct span contact, uint64_t of) {
    struct run *run = arg;
    int64_t at = INT64_MIN;
    uint64_t seq = 0;
    if (!contact.p) {
        if (of > run->seq || !run->fed[of - 1]) return 0;
        contact = run->fed[of - 1]->event.contact;
        if (!engine_is_evicted(engine, contact)) return 0;
        companions++;
    }
    while (next_of(run, contact, &at, &seq)) {
        struct event e = fed_event(run, seq);
        engine_recall_event(engine, &e);
    }
    return 0;
}

static void run_effect(void *arg, const struct effect *effect) {
    struct run *run = arg;
    bool level = effect->kind >= EFFECT_LEVEL_OPENED;
    const struct standard *s = level ? effect->level.standard : effect->breach.standard;
    buf_printf(&run->effects, "%d %s ", effect->kind, s->name);
    group_json(s, level ? &effect->level.group : &effect->breach.group, &run->effects);
    if (level) buf_printf(&run->effects, " %" PRId64 " %" PRId64 "\n", effect->level.opened_ms, effect->level.closed_ms);
    else buf_printf(&run->effects, " %.*s %" PRId64 "\n", SPAN_ARGS(effect->breach.contact), effect->breach.decided_ms);
    book_effect(&run->book, effect);
}

static void run_start(struct run *run, const struct world *world, int64_t grace_ms) {
    *run = (struct run){.world = world};
    run->options = (struct engine_options){.grace_ms = grace_ms, .awake_most = 1, .effect = run_effect, .arg = run,
        .recall = read_back, .recall_arg = run};
    run->engine = engine_new(&world->config->rules, &run->options);
}

static int add_bytes(void *arg, struct span bytes, struct err *err) {
    (void)err;
    buf_add_span(arg, bytes);
    return 0;
}

static void run_stop_reading(struct run *run) {
    if (run->reads) engine_figures_end(run->engine);
    run->reads = false;
}

/* An engine made of its image goes on. */
static void run_go_over(struct run *run) {
    struct buf image = {0};
    struct err err = {0};
    if (!run->images || run->images++ % 3) return;
    assert_int_equal(engine_save(run->engine, add_bytes, &image, &err), 0);
    struct engine_size size = engine_size(run->engine), again;
    engine_free(run->engine);
    run->engine = engine_new(&run->world->config->rules, &run->options);
    assert_int_equal(engine_load(run->engine, buf_span(&image), &err), 0);
    again = engine_size(run->engine);
    assert_memory_equal(&again, &size, sizeof size);
    buf_fini(&image);
}

static void run_recall(struct run *run, struct span contact) {
    assert_int_equal(engine_recall(run->engine, contact), 0);
    assert_false(engine_is_evicted(run->engine, contact));
}

/* What is only expected changes nothing: this event, which may be a contact's first, and some that came. */
static void run_expect(struct run *run, const struct event *next) {
    struct event events[ENGINE_EXPECT_MOST] = {*next};
    size_t count = 1;
    for (size_t i = 0; count < ENGINE_EXPECT_MOST && i < run->seq; i += 3) {
        const struct world_event *event = run->fed[i];
        if (!event) continue; /* pruned */
        events[count] = event->event;
        events[count++].attrs = event->attrs;
    }
    struct buf before = {0}, after = {0};
    struct err err;
    bool looks = run->seq % 16 == 1 && !run->reads; /* only odd ones come here */
    if (looks) assert_int_equal(engine_save(run->engine, add_bytes, &before, &err), 0);
    engine_expect(run->engine, events, count);
    if (looks) assert_int_equal(engine_save(run->engine, add_bytes, &after, &err), 0);
    assert_true(span_eq(buf_span(&before), buf_span(&after)));
    buf_fini(&before);
    buf_fini(&after);
}

static void run_feed(struct run *run, const struct world_event *event, int64_t received_ms) {
    struct event e = event->event;
    run_recall(run, e.contact);
    run->fed[run->seq] = event;
    e.attrs = event->attrs;
    e.seq = ++run->seq;
    e.received_ms = received_ms;
    if (run->seq % 2) run_expect(run, &e);
    engine_event(run->engine, &e);
}

static void ignore_figures(void *arg, const struct figures *figures) {
    (void)arg, (void)figures;
}

static void ignore_story(void *arg, const struct story_cycle *cycle) {
    (void)arg, (void)cycle;
}

static bool ignore_open(void *arg, const struct open_cycle *cycle) {
    (void)cycle;
    return (*(int *)arg)-- > 0;
}

/* Whatever happens between its pieces, a read says what stood when it began. */
static void add_line(void *arg, const struct figures *f) {
    struct buf *out = arg;
    buf_printf(out, "\n%s", f->standard->name);
    for (size_t i = 0; i < f->group.count; i++)
        buf_printf(out, " %d%.*s", f->group.texts[i].p != NULL, SPAN_ARGS(f->group.texts[i]));
    buf_printf(out, ": %lld %lld %lld %lld %lld %d", (long long)f->open, (long long)f->met, (long long)f->missed,
        (long long)f->excluded, (long long)f->durations, (int)f->state);
    for (size_t i = 0; f->durations && i < f->standard->percentile_count; i++)
        buf_printf(out, " %lld", (long long)f->percentiles[i]);
    buf_add_char(out, '.');
}

static void expect_line(void *arg, const struct figures *f) {
    struct run *run = arg;
    struct buf line = {0};
    add_line(&line, f);
    char *name_end = strrchr(buf_text(&line), ':');
    bool stood = strstr(buf_text(&run->stood), buf_text(&line)) != NULL;
    *name_end = '\0';
    bool was_listed = strstr(buf_text(&run->stood), buf_text(&line)) != NULL;
    if (!stood && was_listed) fail_msg("not as it stood:%s", buf_text(&line));
    buf_fini(&line);
}

static bool in_pieces; /* not where two runs are to be read alike, and one is saved in between */

static void run_read_in_pieces(struct run *run, struct world *w) {
    if (run->reads) {
        if (!engine_figures_step(run->engine, 1) || world_chance(w, 2)) run_stop_reading(run);
    } else if (in_pieces && world_chance(w, 10)) {
        buf_clear(&run->stood);
        for (size_t i = 0; i < w->config->rules.standard_count; i++) engine_figures(run->engine, i, add_line, &run->stood);
        engine_figures_begin(run->engine, expect_line, run);
        run->reads = true;
    }
}

/* What reads must not change anything. */
static void run_read(struct run *run, struct world *w) {
    int few = 3;
    uint64_t what = world_draw(w, 12);
    run_read_in_pieces(run, w);
    if (run->reads) return;
    if (what == 0) engine_figures_changed(run->engine, ignore_figures, NULL);
    if (what == 1) engine_open(run->engine, SIZE_MAX, ignore_open, &few);
    if (what == 2) {
        struct span contact = w->events[world_draw(w, w->count)].event.contact;
        run_recall(run, contact);
        engine_story(run->engine, contact, ignore_story, NULL);
    }
    if (what == 3) engine_figures(run->engine, 0, ignore_figures, NULL);
}

/* Brings the clocks to the end and says everything; ends the run. */
static void run_tell(struct run *run, struct told *told, bool with_breaches) {
    const struct world *w = run->world;
    run_stop_reading(run);
    buf_fini(&run->stood);
    engine_advance(run->engine, w->until_ms, w->until_ms);
    engine_judge(run->engine, w->until_ms);
    *told = (struct told){0};
    told_engine(told, run->engine, w->config->rules.standard_count);
    for (size_t i = 0; i < WORLD_CONTACTS; i++) {
        run_recall(run, span_of(world_contacts[i]));
        engine_story(run->engine, span_of(world_contacts[i]), told_story, told);
    }
    if (with_breaches) told_book(told, &run->book);
    told_sort(told);
    engine_free(run->engine);
    book_fini(&run->book);
    buf_fini(&run->effects);
}

/* ---------------------------------------------------------------- orders */

/* The world's events by instant, contact and place in the list. */
static int in_order(const void *a, const void *b) {
    const struct world_event *x = *(const struct world_event *const *)a, *y = *(const struct world_event *const *)b;
    if (x->event.at_ms != y->event.at_ms) return x->event.at_ms < y->event.at_ms ? -1 : 1;
    int order = span_cmp(x->event.contact, y->event.contact);
    return order ? order : (x > y) - (x < y);
}

static void sorted(const struct world *w, const struct world_event **list) {
    for (size_t i = 0; i < w->count; i++) list[i] = &w->events[i];
    qsort(list, w->count, sizeof *list, in_order);
}

static bool tie(const struct world_event *a, const struct world_event *b) {
    return a->event.at_ms == b->event.at_ms && span_eq(a->event.contact, b->event.contact);
}

struct arrival {
    int64_t at; /* when it is received */
    const struct world_event *event;
};

static int by_arrival(const void *a, const void *b) {
    const struct arrival *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return in_order(&x->event, &y->event);
}

static int64_t delay(struct world *w, int order) {
    int64_t span = w->until_ms - w->base_ms + 1;
    if (span > 120000) span = 120000;
    switch (order) {
    case 0: return world_chance(w, 80) ? 0 : (int64_t)world_draw(w, 5000); /* now and then late */
    case 1: return (int64_t)world_draw(w, 4000) - 1000;
    case 2: return world_chance(w, 20) ? span : -(int64_t)world_draw(w, 20000); /* some ahead, some at the very end */
    default: return (int64_t)world_draw(w, (uint64_t)span * 2) - span;
    }
}

/* Arrivals in a random order. Those of one contact and instant keep theirs: there, and only there, it has a meaning. */
static void arrivals(struct world *w, int order, struct arrival *list) {
    for (size_t i = 0; i < w->count; i++) {
        const struct world_event *e = &w->events[i];
        list[i] = (struct arrival){e->event.at_ms + delay(w, order), e};
        if (order == 4) list[i].at = INT64_MAX - e->event.at_ms; /* backwards */
        if (order == 5) list[i].at = w->until_ms;                /* all at the end, by instant */
    }
    qsort(list, w->count, sizeof *list, by_arrival);
    for (size_t i = 0; i < w->count; i++)
        for (size_t k = i + 1; k < w->count; k++)
            if (tie(list[i].event, list[k].event) && list[k].event < list[i].event) {
                const struct world_event *first = list[k].event;
                list[k].event = list[i].event;
                list[i].event = first;
            }
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* The clock of one who lives through the arrivals. */
static int64_t live_now(const struct world *w, const struct arrival *list, size_t i, int order) {
    if (order == 4) return w->base_ms + (w->until_ms - w->base_ms) * (int64_t)i / (int64_t)w->count;
    return least(list[i].at, w->until_ms);
}

/* What comes to be known of an instant that is judged already is judged at the next; so the last one waits. */
static void judge_so_far(struct run *run, struct world *w, unsigned per_cent) {
    if (world_chance(w, per_cent)) engine_judge(run->engine, least(engine_held(run->engine), w->until_ms - 1));
}

static void live(struct run *run, struct world *w, int order, const struct arrival *list, int64_t grace) {
    for (size_t i = 0; i < w->count; i++) {
        int64_t now = live_now(w, list, i, order);
        run_go_over(run);
        if (world_chance(w, 70)) engine_advance(run->engine, now, now - grace);
        judge_so_far(run, w, 40);
        int64_t clock = engine_now(run->engine);
        run_feed(run, list[i].event, now < clock ? clock : now);
        run_read(run, w);
        if (world_chance(w, 10)) {
            int64_t next = engine_next(run->engine);
            if (next <= w->until_ms) engine_advance(run->engine, next, next);
        }
        if (world_chance(w, 25)) run->evicted += engine_evict(run->engine, engine_now(run->engine), 1 + world_draw(w, 8));
        if (world_chance(w, 40)) engine_rest(run->engine, 1 + world_draw(w, 8));
        if (engine_size(run->engine).resting) run->rested++;
    }
}

/* ---------------------------------------------------------------- the property */

static size_t rested;  /* and by those that never rest */

static void replayed(const struct world *w, const bool *left_out, bool with_breaches, struct told *told) {
    const struct world_event *list[WORLD_EVENTS_MAX];
    struct run run;
    run_start(&run, w, 0);
    sorted(w, list);
    for (size_t i = 0; i < w->count && list[i]->event.at_ms <= w->until_ms; i++) {
        if (left_out && left_out[list[i] - w->events]) continue;
        engine_advance(run.engine, list[i]->event.at_ms, list[i]->event.at_ms);
        run_feed(&run, list[i], list[i]->event.at_ms);
    }
    run_tell(&run, told, with_breaches);
}

static void say_difference(const struct told *want, const struct told *got) {
    char *want_rest = want->text.data, *got_rest = got->text.data;
    char *a = strtok_r(want_rest, "\n", &want_rest), *b = strtok_r(got_rest, "\n", &got_rest);
    while (a || b) {
        int order = !a ? 1 : !b ? -1 : strcmp(a, b);
        if (order < 0) fprintf(stderr, "  only in order: %s\n", a);
        if (order > 0) fprintf(stderr, "  only arrived:  %s\n", b);
        if (order <= 0) a = strtok_r(NULL, "\n", &want_rest);
        if (order >= 0) b = strtok_r(NULL, "\n", &got_rest);
    }
}

static bool same(struct told *want, struct told *got, uint64_t seed, const char *what, int order) {
    bool equal = strcmp(buf_text(&want->text), buf_text(&got->text)) == 0;
    if (!equal) {
        fprintf(stderr, "SLAD_SEED=%" PRIu64 " differs: %s, order %d\n", seed, what, order);
        struct told left = {{mem_dup_text(buf_span(&want->text)), 0, 0}}, right = {{mem_dup_text(buf_span(&got->text)), 0, 0}};
        if (getenv("SLAD_SEED")) say_difference(&left, &right);
        free(left.text.data);
        free(right.text.data);
    }
    return equal;
}

static bool order_does_not_matter(struct world *w, uint64_t seed) {
    struct told want, got;
    bool good = true;
    replayed(w, NULL, true, &want);
    for (int order = 0; order < ORDERS; order++) {
        struct arrival list[WORLD_EVENTS_MAX];
        struct run run;
        int64_t grace = world_chance(w, 50) ? 2000 : 0;
        arrivals(w, order, list);
        run_start(&run, w, grace);
        live(&run, w, order, list, grace);
        evicted += run.evicted;
        rested += run.rested;
        run_tell(&run, &got, true);
        good = same(&want, &got, seed, "arrival", order) && good;
        told_fini(&got);
    }
    told_fini(&want);
    return good;
}

/* Forgetting a contact leaves what would be, had its events up to then never been. */
static bool forgetting_leaves_no_trace(struct world *w, uint64_t seed) {
    bool left_out[WORLD_EVENTS_MAX] = {false};
    struct arrival list[WORLD_EVENTS_MAX];
    struct told want, got;
    struct run run;
    size_t when = world_draw(w, w->count);
    arrivals(w, 3, list);
    struct span contact = list[world_draw(w, when + 1)].event->event.contact;
    run_start(&run, w, 0);
    for (size_t i = 0; i < w->count; i++) {
        int64_t now = least(list[i].at, w->until_ms);
        engine_advance(run.engine, now, now);
        run_feed(&run, list[i].event, now);
        judge_so_far(&run, w, 30);
        if (world_chance(w, 30)) evicted += engine_evict(run.engine, engine_now(run.engine), 8);
        if (world_chance(w, 30)) engine_rest(run.engine, 8);
        if (i != when) continue;
        run_recall(&run, contact);
        engine_forget(run.engine, contact);
        for (size_t k = 0; k <= i; k++) /* what still waits for its instant comes after */
            if (list[k].event->event.at_ms <= engine_now(run.engine) && span_eq(list[k].event->event.contact, contact)) {
                left_out[list[k].event - w->events] = true;
                run.fed[k] = NULL;
            }
    }
    run_tell(&run, &got, false);
    replayed(w, left_out, false, &want);
    bool good = same(&want, &got, seed, "forget", 3);
    told_fini(&want);
    told_fini(&got);
    return good;
}

/* An image taken now and then changes nothing, nor the order in which anything is told. */
static bool an_image_goes_on(struct world *w, uint64_t seed) {
    struct arrival list[WORLD_EVENTS_MAX];
    struct told told[2];
    bool good = true;
    for (int order = 0; order < ORDERS; order++) {
        struct buf effects[2];
        int64_t grace = world_chance(w, 50) ? 2000 : 0;
        arrivals(w, order, list);
        uint64_t random = w->random;
        for (int with = 0; with < 2; with++) {
            struct run run;
            w->random = random;
            run_start(&run, w, grace);
            run.images = (uint64_t)with;
            live(&run, w, order, list, grace);
            effects[with] = run.effects;
            run.effects = (struct buf){0};
            run_tell(&run, &told[with], true);
        }
        good = same(&told[0], &told[1], seed, "image", order) && good;
        good = same(&(struct told){effects[0]}, &(struct told){effects[1]}, seed, "effects of an image", order) && good;
        for (int with = 0; with < 2; with++) {
            buf_fini(&effects[with]);
            told_fini(&told[with]);
        }
    }
    return good;
}

typedef bool property(struct world *world, uint64_t seed);

static void for_seeds(property *holds, uint64_t seeds) {
    const char *one = getenv("SLAD_SEED"), *many = getenv("SLAD_SEEDS");
    uint64_t first = one ? strtoull(one, NULL, 10) : 1, count = one ? 1 : many ? strtoull(many, NULL, 10) : seeds;
    size_t bad = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct world w;
        assert_true(world_make(&w, seed));
        if (one && getenv("SLAD_SHOW")) fprintf(stderr, "%s", buf_text(&w.yaml));
        bad += !holds(&w, seed);
        world_fini(&w);
    }
    assert_int_equal(bad, 0);
}

static void the_order_of_arrival_does_not_matter(void **state) {
    (void)state;
    in_pieces = true;
    for_seeds(order_does_not_matter, SEEDS);
    in_pieces = false;
    assert_true((evicted > 100 && companions > 100 && rested > 100) || getenv("SLAD_SEED") || getenv("SLAD_SEEDS"));
}

static void a_forgotten_contact_leaves_no_trace(void **state) {
    (void)state;
    for_seeds(forgetting_leaves_no_trace, SEEDS);
}

static void an_image_of_an_engine_goes_on_as_it_would(void **state) {
    (void)state;
    for_seeds(an_image_goes_on, SEEDS / 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_arrival_does_not_matter),
        cmocka_unit_test(a_forgotten_contact_leaves_no_trace),
        cmocka_unit_test(an_image_of_an_engine_goes_on_as_it_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
