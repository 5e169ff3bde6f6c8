/* play: an engine, the standards it runs by as YAML, and events written as one line of text.
 * Owns: the configuration, the engine, the book of what it told; play_end().
 * Must not know: what a test wants to see. */
#ifndef TESTS_ENGINE_PLAY_H
#define TESTS_ENGINE_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/state.h"
#include "slad/engine/image.h"
#include "told.h"
#include "world.h"

struct play {
    struct config *config;
    struct engine *engine;
    struct book book;
    struct told told; /* each effect, in the order it came */
    int64_t grace_ms;
    uint64_t seq;
};
enum { PLAY_AWAKE = 3 }; /* contacts that engine_rest() leaves awake */

/* "warned a "x" 80% 8001 due 10000", "warning a "x" 80% met 9000" */
static inline void play_warning(struct buf *out, bool reached, const struct warning *w) {
    static const char *const states[] = {"open", "met", "missed", "excluded", "withdrawn"};
    const struct standard *s = w->standard;
    buf_printf(out, "%s %s ", reached ? "warned" : "warning", s->name);
    subject_json(s, &w->subject, out);
    buf_printf(out, " %s", s->warnings[w->warning].text);
    if (reached)
        buf_printf(out, " %" PRId64 " due %" PRId64 "\n", w->reached_ms, w->due_ms);
    else if (w->state == WARNING_OPEN)
        buf_add_text(out, " open\n");
    else
        buf_printf(out, " %s %" PRId64 "\n", states[w->state], w->ended_ms);
}

static inline void play_effect(void *arg, const struct effect *effect) {
    static const char *const kinds[] = {"missed", "withdrawn", "opened", "closed", "warned", "warning", "at-risk", "over"};
    struct play *p = arg;
    struct buf *out = &p->told.text;
    book_effect(&p->book, effect);
    if (effect->kind == EFFECT_WARNED || effect->kind == EFFECT_WARNING_CHANGED) {
        play_warning(out, effect->kind == EFFECT_WARNED, &effect->warning);
        return;
    }
    bool level = effect->kind >= EFFECT_LEVEL_OPENED;
    const struct standard *s = level ? effect->level.standard : effect->breach.standard;
    buf_printf(out, "%s %s ", kinds[effect->kind], s->name);
    if (level) {
        group_json(s, &effect->level.group, out);
        buf_printf(out, " %" PRId64 "\n",
            effect->level.closed_ms == INSTANT_NEVER ? effect->level.opened_ms : effect->level.closed_ms);
        return;
    }
    subject_json(s, &effect->breach.subject, out);
    buf_printf(out, " %" PRId64 "\n", effect->breach.decided_ms);
}

static inline void play_start(struct play *p, const char *yaml, int64_t grace_ms) {
    *p = (struct play){.grace_ms = grace_ms};
    p->config = world_load(yaml, strlen(yaml));
    assert_non_null(p->config);
    struct engine_options options = {.grace_ms = grace_ms, .awake_most = PLAY_AWAKE, .effect = play_effect, .arg = p};
    p->engine = engine_new(&p->config->rules, &options);
}

/* With it, an engine made of its image takes the place of each before every step. */
static bool play_by_images;
static inline int play_all_by_images(void **state) {
    (void)state;
    play_by_images = true;
    return 0;
}
/* All tests, and all of them once more by images. */
#define PLAY_ALL(tests) (cmocka_run_group_tests(tests, NULL, NULL) || cmocka_run_group_tests(tests, play_all_by_images, NULL))

static inline int play_add_bytes(void *arg, struct span bytes, struct err *err) {
    (void)err;
    buf_add_span(arg, bytes);
    return 0;
}

static inline struct buf play_image(struct play *p) {
    struct buf image = {0};
    struct err err = {0};
    assert_int_equal(engine_save(p->engine, play_add_bytes, &image, &err), 0);
    return image;
}

static inline void play_step(struct play *p) {
    struct err err = {0};
    if (!play_by_images) return;
    struct buf image = play_image(p);
    struct engine_options options = p->engine->options;
    engine_free(p->engine);
    p->engine = engine_new(&p->config->rules, &options);
    assert_int_equal(engine_load(p->engine, buf_span(&image), &err), 0);
    buf_fini(&image);
}

static inline void play_end(struct play *p) {
    engine_free(p->engine);
    book_fini(&p->book);
    told_fini(&p->told);
    config_free(p->config);
}

static inline struct value play_value(const char *text) {
    char *end;
    double number = strtod(text, &end);
    if (*text && !*end) return value_number(number);
    if (strcmp(text, "null") == 0) return value_null();
    if (strcmp(text, "true") == 0) return value_bool(true);
    return value_text(span_of(text));
}

/* "CONTACT EVENT ATTR=VALUE …", happened at at_ms, received at received_ms. */
static inline void play_received(struct play *p, int64_t at_ms, int64_t received_ms, const char *line) {
    play_step(p);
    char text[256], *rest = text;
    struct attr attrs[WORLD_ATTRS_MAX];
    struct event e = {.at_ms = at_ms, .received_ms = received_ms, .seq = ++p->seq, .has_at = true, .attrs = attrs};
    snprintf(text, sizeof text, "%s", line);
    e.contact = span_of(strtok_r(rest, " ", &rest));
    e.name = span_of(strtok_r(rest, " ", &rest));
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        char *sign = strchr(word, '=');
        *sign = '\0';
        attrs[e.attr_count++] = (struct attr){span_of(word), play_value(sign + 1)};
    }
    engine_event(p->engine, &e);
}

/* In order, as a replay does it. */
static inline void play(struct play *p, int64_t at_ms, const char *line) {
    engine_advance(p->engine, at_ms, at_ms);
    play_received(p, at_ms, at_ms, line);
}

/* Late, or early: no clock moves. */
static inline void play_late(struct play *p, int64_t at_ms, const char *line) {
    play_received(p, at_ms, INT64_MIN, line);
}

static inline void play_until(struct play *p, int64_t at_ms) {
    play_step(p);
    engine_advance(p->engine, at_ms, at_ms);
    engine_judge(p->engine, at_ms);
}

/* What the effects were since the last time; one a line. */
static inline void play_expect(struct play *p, const char *lines) {
    assert_string_equal(buf_text(&p->told.text), lines);
    buf_clear(&p->told.text);
}

struct play_sum {
    int64_t groups, open, met, missed, excluded, durations;
    enum state state; /* of the last group */
};
static inline void play_add(void *arg, const struct figures *f) {
    struct play_sum *sum = arg;
    sum->groups++;
    sum->open += f->open;
    sum->met += f->met;
    sum->missed += f->missed;
    sum->excluded += f->excluded;
    sum->durations += f->durations;
    sum->state = f->state;
}
static inline struct play_sum play_sum(struct play *p, size_t standard) {
    struct play_sum sum = {0};
    engine_figures(p->engine, standard, play_add, &sum);
    return sum;
}
/* open, met, missed, excluded of all groups. */
#define play_figures(p, standard, o, m, x, e)                 \
    do {                                                      \
        struct play_sum sum_ = play_sum(p, standard);         \
        assert_int_equal(sum_.open, o);                       \
        assert_int_equal(sum_.met, m);                        \
        assert_int_equal(sum_.missed, x);                     \
        assert_int_equal(sum_.excluded, e);                   \
    } while (0)

#endif
