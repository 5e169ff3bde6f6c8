/* The engine's face: events and instants in. Reading is in read.c. */
#include "slad/engine/engine.h"

#include <assert.h>
#include <stdlib.h>
#include "deadline.h"
#include "evict.h"
#include "fold.h"
#include "readback.h"
#include "redo.h"
#include "rest.h"

struct engine *engine_new(const struct ruleset *rules, const struct engine_options *options) {
    struct engine *engine = mem_zalloc(sizeof *engine);
    engine->options = *options;
    engine->now = engine->held = -1; /* before every instant */
    engine->program = program_new(rules, &engine->texts);
    engine->ledgers = mem_zalloc((engine->program->count + 1) * sizeof *engine->ledgers);
    for (size_t i = 0; i < engine->program->count; i++)
        ledger_init(&engine->ledgers[i], &engine->program->standards[i], &engine->texts);
    timeline_init(&engine->timeline, engine->program, &engine->texts);
    engine->timeline.away.recall = readback_subject;
    engine->timeline.away.arg = engine;
    return engine;
}

static void waiting_free(struct engine *engine, struct waiting *waiting) {
    intern_drop(&engine->texts, waiting->contact);
    moment_free(&engine->timeline, waiting->moment);
    pool_free(&engine->texts.pool, waiting, sizeof *waiting);
}

void engine_free(struct engine *engine) {
    if (!engine) return;
    for (size_t i = 0; i < engine->waiting.count; i++)
        waiting_free(engine, (struct waiting *)engine->waiting.entries[i].node);
    heap_fini(&engine->waiting);
    heap_fini(&engine->deadlines);
    hash_set_fini(&engine->evicted);
    timeline_fini(&engine->timeline);
    for (size_t i = 0; i < engine->program->count; i++) ledger_fini(&engine->ledgers[i]);
    free(engine->ledgers);
    program_free(engine->program);
#ifndef NDEBUG
    assert(engine->texts.pool.used_bytes == 0); /* whatever was lent was given back */
#endif
    intern_fini(&engine->texts);
    free(engine);
}

void engine_set_sink(struct engine *engine, void (*effect)(void *arg, const struct effect *effect), void *arg) {
    engine->options.effect = effect;
    engine->options.arg = arg;
}

void engine_set_grace(struct engine *engine, int64_t grace_ms) {
    engine->options.grace_ms = grace_ms;
}

void engine_hear(struct engine *engine, struct span name, int64_t received_ms) {
    struct contact *contact = timeline_contact(&engine->timeline, name);
    if (received_ms > contact->received_ms) contact->received_ms = received_ms;
}

/* An event that is of no interest does not make a contact, and all it may say is that its contact is heard of. */
static void take_now(struct engine *engine, struct span name, int64_t received_ms, struct moment *m) {
    struct timeline *timeline = &engine->timeline;
    bool interest = moment_is_of_interest(engine->program, m);
    struct contact *contact = interest ? timeline_contact(timeline, name) : timeline_find(timeline, name);
    if (contact && received_ms > contact->received_ms) contact->received_ms = received_ms;
    if (!interest) {
        moment_free(timeline, m);
        return;
    }
    m->contact = contact;
    fold_moment(engine, m);
}

void engine_event(struct engine *engine, const struct event *event) {
    struct moment *moment = moment_new(&engine->timeline, event);
    if (event->at_ms <= engine->now) {
        take_now(engine, event->contact, event->received_ms, moment);
        return;
    }
    struct waiting *waiting = pool_zalloc(&engine->texts.pool, sizeof *waiting);
    if (moment_is_of_interest(engine->program, moment)) timeline_contact(&engine->timeline, event->contact)->waiting++;
    waiting->contact = intern_get(&engine->texts, event->contact);
    waiting->received_ms = event->received_ms;
    waiting->moment = moment;
    heap_set(&engine->waiting, &waiting->node, event->at_ms);
}

static void take_waiting(struct engine *engine) {
    const struct heap_entry *top;
    while ((top = heap_top(&engine->waiting)) && top->key <= engine->now) {
        struct waiting *waiting = (struct waiting *)top->node;
        heap_remove(&engine->waiting, &waiting->node);
        struct moment *moment = waiting->moment;
        struct contact *contact = timeline_find(&engine->timeline, sym_span(waiting->contact));
        if (contact && contact->waiting && moment_is_of_interest(engine->program, moment)) contact->waiting--;
        waiting->moment = NULL;
        take_now(engine, sym_span(waiting->contact), waiting->received_ms, moment);
        waiting_free(engine, waiting);
    }
}

int engine_compare(const struct moment *a, const struct moment *b) {
    return moment_cmp(a, b);
}

void engine_take(struct engine *engine, struct moment *m) {
    fold_moment(engine, m);
}

void engine_discard(struct engine *engine, struct moment *m) {
    moment_free(&engine->timeline, m);
}

void engine_advance(struct engine *engine, int64_t now_ms, int64_t held_ms) {
    if (now_ms > engine->now) engine->now = now_ms;
    if (held_ms > engine->now) held_ms = engine->now;
    if (held_ms > engine->held) engine->held = held_ms;
    take_waiting(engine);
    const struct heap_entry *top;
    while ((top = heap_top(&engine->deadlines)) && top->key <= engine->held)
        deadline_fire(engine, (struct subject *)top->node);
}

static void report_level(void *arg, const struct level_change *change, enum effect_kind kind) {
    struct engine *engine = arg;
    if (!engine->options.effect || engine->muted) return;
    struct effect effect = {.kind = kind, .level = *change};
    engine->options.effect(engine->options.arg, &effect);
}

void engine_judge(struct engine *engine, int64_t through_ms) {
    for (size_t i = 0; i < engine->program->count; i++) {
        struct ledger *ledger = &engine->ledgers[i];
        ledger_move(ledger, engine->now);
        if (ledger->rule->standard->target_count) ledger_judge(ledger, through_ms, report_level, engine);
    }
}

int64_t engine_now(const struct engine *engine) {
    return engine->now;
}

int64_t engine_held(const struct engine *engine) {
    return engine->held;
}

int64_t engine_next(const struct engine *engine) {
    const struct heap_entry *top = heap_top(&engine->deadlines);
    int64_t next = top ? top->key : INSTANT_NEVER;
    top = heap_top(&engine->waiting);
    if (top && top->key < next) next = top->key;
    for (size_t i = 0; i < engine->program->count; i++) {
        if (!engine->ledgers[i].rule->standard->target_count) continue;
        int64_t level = ledger_next(&engine->ledgers[i]);
        if (level < next) next = level;
    }
    return next;
}

void engine_adopt_level(
    struct engine *engine, size_t standard, const struct group *group, size_t target, int64_t opened_ms) {
    struct group_state *state = ledger_group_by_texts(&engine->ledgers[standard], group);
    ledger_adopt_level(&engine->ledgers[standard], state, target, opened_ms);
}

void engine_forget(struct engine *engine, struct span contact) {
    struct contact *known = timeline_find(&engine->timeline, contact);
    if (!known) return;
    rest_wake(engine, &known->subject);
    redo_forget(engine, known);
}

struct engine_size engine_size(const struct engine *engine) {
    struct engine_size size = {.contacts = engine->timeline.contacts.count, .open_cycles = engine->open_cycles};
    size.waiting_events = engine->waiting.count;
    size.evicted = engine->evicted.count;
    size.resting = engine->timeline.resting;
    size.deadlines = engine->deadlines.count;
    for (size_t i = 0; i < engine->program->count; i++) {
        size.groups += ledger_groups(&engine->ledgers[i]);
        size.records += window_records(&engine->ledgers[i].window);
    }
    return size;
}
