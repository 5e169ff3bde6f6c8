/* Expectations are asked in the order of their instants, so that one run over the events answers them all. */
#include "slad/service/trial.h"

#include <stdlib.h>
#include "service/trial_facts.h"
#include "service/trial_state.h"
#include "slad/base/mem.h"
#include "slad/model/duration.h"
#include "slad/wire/report.h"

void trial_instant(const struct test_case *test, int64_t at_ms, struct buf *out) {
    char text[DURATION_TEXT_MAX], full[INSTANT_TEXT_MAX];
    if (at_ms == INSTANT_NEVER)
        buf_add_text(out, "null");
    else if (at_ms < test->at_ms)
        buf_add_text(out, instant_text(at_ms, full));
    else
        buf_printf(out, "+%s", duration_text(at_ms - test->at_ms, text));
}

/* ---------------------------------------------------------------- telling */

void trial_tell(struct trial *t, int line, const char *about, const char *expected, const char *found) {
    struct trial_failure failure = {t->asked, line, about, expected, found};
    t->failures++;
    if (t->options->failed) t->options->failed(t->options->arg, &failure);
}

static void compare(struct trial *t, const struct description *what, const struct expected *fact,
    const struct found *found, const char *who) {
    struct buf about = {0}, expected = {0}, seen = {0};
    if (fact_holds(fact, found)) return;
    buf_printf(&about, "%s: %s", who, fact_names[fact->fact]);
    fact_expected(t->test, what->standard, fact, &expected);
    fact_found(t->test, what->standard, fact, found, &seen);
    trial_tell(t, fact->line, buf_text(&about), buf_text(&expected), buf_text(&seen));
    buf_fini(&about);
    buf_fini(&expected);
    buf_fini(&seen);
}

bool trial_same_group(const struct group *a, const struct group *b) {
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!a->texts[i].p != !b->texts[i].p || !span_eq(a->texts[i], b->texts[i])) return false;
    return true;
}

static size_t index_of(const struct ruleset *rules, const struct standard *standard) {
    size_t i = 0;
    while (rules->standards[i] != standard) i++;
    return i;
}

/* ---------------------------------------------------------------- figures of a group */

struct wanted_group {
    struct trial *trial;
    const struct description *what;
    bool found;
};

static void check_facts(struct trial *t, const struct description *what, const struct figures *figures) {
    struct buf who = {0};
    buf_add_text(&who, what->standard->name);
    if (what->has_group && what->standard->by_count) {
        buf_add_char(&who, ' ');
        group_json(what->standard, &what->group, &who);
    }
    for (size_t i = 0; i < what->fact_count; i++) {
        struct found found = fact_of_figures(what->facts[i].fact, figures);
        compare(t, what, &what->facts[i], &found, buf_text(&who));
    }
    buf_fini(&who);
}

static void visit_figures(void *arg, const struct figures *figures) {
    struct wanted_group *wanted = arg;
    if (!trial_same_group(&wanted->what->group, &figures->group)) return;
    wanted->found = true;
    check_facts(wanted->trial, wanted->what, figures);
}

static void ask_figures(struct trial *t, const struct description *what) {
    struct wanted_group wanted = {.trial = t, .what = what};
    engine_figures(t->engine, index_of(t->options->rules, what->standard), visit_figures, &wanted);
    if (!wanted.found) check_facts(t, what, NULL);
}

/* ---------------------------------------------------------------- the latest clock of a contact */

struct wanted_clock {
    const struct description *what;
    bool found;
    int64_t started_ms;
    struct found facts[FACTS];
};

static enum expected_outcome outcome_of(const struct story_cycle *c) {
    switch (c->outcome) {
    case OUTCOME_MET: return EXPECT_MET;
    case OUTCOME_MISSED: return EXPECT_MISSED;
    case OUTCOME_EXCLUDED: return EXPECT_EXCLUDED;
    case OUTCOME_NONE: break;
    }
    return c->applies && c->ended_ms == INSTANT_NEVER ? EXPECT_RUNNING : EXPECT_NONE;
}

static void visit_clock(void *arg, const struct story_cycle *c) {
    struct wanted_clock *wanted = arg;
    bool other = c->standard != wanted->what->standard ||
                 !span_eq(c->contact, span_of(wanted->what->contact)) ||
                 (wanted->what->has_group && !trial_same_group(&wanted->what->group, &c->group));
    if (other || (wanted->found && c->started_ms < wanted->started_ms)) return;
    wanted->found = true;
    wanted->started_ms = c->started_ms;
    wanted->facts[FACT_OUTCOME] = (struct found){.number = outcome_of(c)};
    wanted->facts[FACT_STARTED] = fact_instant(c->started_ms);
    wanted->facts[FACT_DUE] = fact_instant(c->due_ms);
    wanted->facts[FACT_DECIDED] = fact_instant(c->decided_ms);
    wanted->facts[FACT_ENDED] = fact_instant(c->ended_ms);
    wanted->facts[FACT_ELAPSED] = (struct found){.number = c->elapsed};
}

static void ask_contact(struct trial *t, const struct description *what) {
    struct wanted_clock wanted = {.what = what};
    struct buf who = {0};
    for (int fact = 0; fact < FACTS; fact++) wanted.facts[fact].is_null = true;
    wanted.facts[FACT_OUTCOME] = (struct found){.number = EXPECT_NONE};
    engine_story(t->engine, span_of(what->contact), visit_clock, &wanted);
    buf_printf(&who, "%s of contact %s", what->standard->name, what->contact);
    for (size_t i = 0; i < what->fact_count; i++)
        compare(t, what, &what->facts[i], &wanted.facts[what->facts[i].fact], buf_text(&who));
    buf_fini(&who);
}

/* ---------------------------------------------------------------- running */

static void ask(struct trial *t, const struct expectation *e) {
    t->asked = e;
    if (e->kind == EXPECT_FIGURES) ask_figures(t, &e->what);
    if (e->kind == EXPECT_CONTACT) ask_contact(t, &e->what);
    trial_ask_lists(t, e);
}

/* As a replay orders events: by instant, then contact, then as written. */
static int by_time(const void *a, const void *b) {
    const struct test_event *x = *(const struct test_event *const *)a,
                            *y = *(const struct test_event *const *)b;
    if (x->event.at_ms != y->event.at_ms) return x->event.at_ms < y->event.at_ms ? -1 : 1;
    int order = span_cmp(x->event.contact, y->event.contact);
    return order ? order : (x > y) - (x < y);
}

static int by_instant(const void *a, const void *b) {
    const struct expectation *x = *(const struct expectation *const *)a,
                             *y = *(const struct expectation *const *)b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x > y) - (x < y);
}

static void feed(struct trial *t, const struct test_event *const *events, size_t *next, int64_t until) {
    for (; *next < t->test->event_count && events[*next]->event.at_ms <= until; ++*next) {
        struct event event = events[*next]->event;
        event.seq = *next + 1;
        event.received_ms = event.at_ms;
        engine_advance(t->engine, event.at_ms, event.at_ms);
        engine_event(t->engine, &event);
    }
    engine_advance(t->engine, until, until);
    engine_judge(t->engine, until);
}

size_t trial_run(const struct trial_options *options) {
    const struct test_case *test = options->test;
    struct trial t = {.options = options, .test = test};
    const struct test_event **events = mem_alloc((test->event_count + 1) * sizeof *events);
    const struct expectation **asked = mem_alloc((test->expectation_count + 1) * sizeof *asked);
    for (size_t i = 0; i < test->event_count; i++) events[i] = &test->events[i];
    for (size_t i = 0; i < test->expectation_count; i++) asked[i] = &test->expectations[i];
    qsort(events, test->event_count, sizeof *events, by_time);
    qsort(asked, test->expectation_count, sizeof *asked, by_instant);
    struct engine_options engine_options = {.effect = book_effect, .arg = &t.book};
    t.engine = engine_new(options->rules, &engine_options);
    size_t next = 0;
    for (size_t i = 0; i < test->expectation_count; i++) {
        feed(&t, events, &next, asked[i]->at_ms);
        ask(&t, asked[i]);
    }
    engine_free(t.engine);
    book_fini(&t.book);
    free(asked);
    free(events);
    return t.failures;
}
