#include "reconcile_warnings.h"

#include <stdlib.h>
#include "recall.h"
#include "record_warning.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/store/warnings.h"
#include "slad/wire/json.h"
#include "slad/wire/report.h"

/* A cycle, or a level, that the engine finds at risk. */
struct risk {
    const struct standard *standard;
    struct span name; /* JSON: of the subject, of the group */
    int64_t started_ms;
    int nth;
    size_t furthest; /* of a cycle: the furthest warning, and all, a bit each */
    unsigned reached;
    bool recorded;
};
struct warned {
    struct service *service;
    struct arena arena; /* of the risks */
    struct map cycles, levels;
    int code;
    struct err *err;
};

static bool risk_eq(const void *item, const void *key) {
    const struct risk *a = item, *b = key;
    return a->standard == b->standard && a->started_ms == b->started_ms && a->nth == b->nth && span_eq(a->name, b->name);
}

static uint64_t risk_hash(const struct risk *risk) {
    return span_hash(risk->name) ^ ((uint64_t)risk->started_ms * UINT64_C(0x9E3779B97F4A7C15));
}

static void add_risk(struct warned *w, struct map *map, const struct risk *risk) {
    struct risk *kept = arena_alloc(&w->arena, sizeof *kept);
    *kept = *risk;
    kept->name.p = arena_text(&w->arena, risk->name);
    map_add(map, risk_hash(kept), kept);
}

/* ---------------------------------------------------------------- cycles */

static struct risk risk_of(const struct warning *warning, struct buf *subject) {
    subject_json(warning->standard, &warning->subject, subject);
    return (struct risk){.standard = warning->standard,
        .name = buf_span(subject),
        .started_ms = warning->started_ms,
        .nth = warning->nth,
        .furthest = warning->warning};
}

static void note_cycle(void *arg, const struct warning *warning, unsigned reached) {
    struct warned *w = arg;
    struct buf subject = {0};
    struct risk risk = risk_of(warning, &subject);
    risk.reached = reached;
    add_risk(w, &w->cycles, &risk);
    buf_fini(&subject);
}

static void record_cycle(void *arg, const struct warning *warning, unsigned reached) {
    (void)reached;
    struct warned *w = arg;
    struct buf subject = {0};
    struct risk key = risk_of(warning, &subject);
    const struct risk *risk = map_find(&w->cycles, risk_hash(&key), risk_eq, &key);
    if (!w->code && !risk->recorded) w->code = record_warning(w->service, warning, w->err);
    buf_fini(&subject);
}

static size_t warning_named(const struct standard *s, struct span text) {
    size_t i = 0;
    while (i < s->warning_count && !span_eq(text, span_of(s->warnings[i].text))) i++;
    return i;
}

/* How the cycle of a record was decided, as far as the engine has its story. */
struct told_cycle {
    const struct standard *standard;
    const struct warning_record *record;
    enum outcome outcome;
    int64_t decided_ms;
};

static void note_outcome(void *arg, const struct story_cycle *cycle) {
    struct told_cycle *told = arg;
    if (cycle->standard != told->standard || cycle->started_ms != told->record->started_ms) return;
    struct buf subject = {0};
    subject_json(cycle->standard, &cycle->subject, &subject);
    if (span_eq(buf_span(&subject), told->record->subject)) {
        told->outcome = cycle->outcome;
        told->decided_ms = cycle->decided_ms;
    }
    buf_fini(&subject);
}

/* It is on record as open, and the cycle does not run at risk any more. */
static int end_record(struct warned *w, const struct standard *s, const struct warning_record *record, const char *why) {
    struct service *service = w->service;
    struct told_cycle told = {.standard = s, .record = record};
    struct recall_point all = {.order = RECALL_BY_SEQ, .seq = UINT64_MAX};
    int code = why ? 0 : recall_contact(service->recall, service->engine, record->contact, &all, w->err);
    if (code) return code;
    bool known = why || engine_story(service->engine, record->contact, note_outcome, &told);
    if (!known) return 0; /* the journal has let go of it: nothing is known any more */
    struct warning_record end = *record;
    end.updated_ms = service->now_ms;
    end.state = told.outcome == OUTCOME_NONE ? BREACH_WITHDRAWN : BREACH_CLOSED;
    end.closed_ms = told.outcome == OUTCOME_NONE ? service->now_ms : told.decided_ms;
    if (told.outcome != OUTCOME_NONE) end.outcome = span_of(outcome_name(told.outcome));
    else end.reason = span_of(why ? why : "not reached any more");
    return warning_change(service->store, &end, w->err);
}

static int visit_cycle(struct warned *w, const struct standard *s, const struct warning_record *record) {
    size_t warning = warning_named(s, record->warning);
    if (warning == s->warning_count) return end_record(w, s, record, "standard changed");
    struct risk key = {.standard = s, .name = record->subject, .started_ms = record->started_ms, .nth = record->nth};
    struct risk *risk = map_find(&w->cycles, risk_hash(&key), risk_eq, &key);
    if (!risk) return end_record(w, s, record, NULL);
    if (!(risk->reached >> warning & 1)) return end_record(w, s, record, "not reached any more");
    if (warning == risk->furthest) risk->recorded = true;
    return 0;
}

/* ---------------------------------------------------------------- levels */

static int close_level(struct warned *w, const struct warning_record *record) {
    struct level_key key = {record->standard, record->group, record->target};
    struct breach_end end = {w->service->now_ms, w->service->now_ms, "standard changed"};
    return warning_level_close(w->service->store, &key, &end, w->err);
}

static size_t index_of(const struct ruleset *rules, const struct standard *s) {
    size_t i = 0;
    while (rules->standards[i] != s) i++;
    return i;
}

static void adopt_level(struct warned *w, size_t index, const struct standard *s, const struct warning_record *record) {
    struct json *json = NULL;
    struct err err;
    if (json_parse(record->group, &json, &err)) return;
    struct span *spans = mem_zalloc((s->by_count + 1) * sizeof *spans);
    for (size_t i = 0; i < s->by_count; i++) spans[i] = span_of(json_text(json_get(json, s->by[i])));
    struct group group = {spans, s->by_count};
    engine_adopt_level_warning(w->service->engine, index, &group, record->reached_ms);
    add_risk(w, &w->levels, &(struct risk){.standard = s, .name = record->group});
    free(spans);
    json_free(json);
}

static int visit_level(struct warned *w, const struct standard *s, const struct warning_record *record) {
    size_t index = index_of(&w->service->judging->rules, s);
    bool same = s->warn_below && span_eq(record->warning, span_of(s->warn_below->text)) &&
                span_eq(record->target, span_of(s->targets[s->warn_target].text)) &&
                record->version == w->service->versions[index] &&
                record->reached_ms <= engine_held(w->service->engine);
    if (!same) return close_level(w, record);
    adopt_level(w, index, s, record);
    return 0;
}

struct unrecorded { /* levels that the engine found at risk and the store does not have */
    struct warned *w;
    struct level_state *list;
    size_t count, capacity;
};

static void find_unrecorded(void *arg, const struct level_state *level) {
    struct unrecorded *u = arg;
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    struct risk key = {.standard = level->standard, .name = buf_span(&group)};
    if (!map_find(&u->w->levels, risk_hash(&key), risk_eq, &key)) {
        u->list = mem_grow(u->list, &u->capacity, u->count + 1, sizeof *u->list);
        u->list[u->count++] = *level;
    }
    buf_fini(&group);
}

/* What the record does not know is told when it is judged next. */
static void forget_unrecorded(struct warned *w) {
    struct unrecorded u = {.w = w};
    engine_level_warnings(w->service->engine, find_unrecorded, &u);
    for (size_t i = 0; i < u.count; i++)
        engine_adopt_level_warning(w->service->engine, index_of(&w->service->judging->rules, u.list[i].standard),
            &u.list[i].group, INSTANT_NEVER);
    free(u.list);
}

/* ---------------------------------------------------------------- all */

static void visit(void *arg, const struct warning_record *record) {
    struct warned *w = arg;
    const struct standard *s = ruleset_find(&w->service->judging->rules, record->standard);
    if (w->code || !s) return; /* one that is no more is ended elsewhere */
    w->code = record->kind == BREACH_LEVEL ? visit_level(w, s, record) : visit_cycle(w, s, record);
}

int reconcile_warnings(struct service *service, struct err *err) {
    struct warned w = {.service = service, .err = err};
    engine_warned(service->engine, note_cycle, &w);
    int code = warnings_each_open(service->store, visit, &w, err);
    if (!code) code = w.code;
    if (!code) {
        engine_warned(service->engine, record_cycle, &w);
        code = w.code;
        forget_unrecorded(&w);
    }
    map_fini(&w.cycles);
    map_fini(&w.levels);
    arena_fini(&w.arena);
    return code;
}
