#include "reconcile_warnings.h"

#include <stdlib.h>
#include "recall.h"
#include "record.h"
#include "record_warning.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/store/warnings.h"
#include "slad/wire/json.h"
#include "slad/wire/report.h"

/* ---------------------------------------------------------------- levels */

struct recorded_level {
    const struct standard *standard;
    struct span group; /* JSON */
};
struct reconcile {
    struct service *service;
    struct arena arena; /* of the levels */
    struct map levels;  /* at risk on record, of struct recorded_level */
    int code;
    struct err *err;
};

static bool level_eq(const void *item, const void *key) {
    const struct recorded_level *a = item, *b = key;
    return a->standard == b->standard && span_eq(a->group, b->group);
}

static uint64_t level_hash(const struct recorded_level *level) {
    return span_hash(level->group) ^ (uint64_t)(uintptr_t)level->standard * UINT64_C(0x9E3779B97F4A7C15);
}

static void adopt_level(struct reconcile *r, const struct standard *s, const struct warning_record *record) {
    struct json *json = NULL;
    struct err err;
    if (json_parse(record->group, &json, &err)) return;
    struct span *spans = mem_zalloc((s->by_count + 1) * sizeof *spans);
    for (size_t i = 0; i < s->by_count; i++) spans[i] = span_of(json_text(json_get(json, s->by[i])));
    struct group group = {spans, s->by_count};
    engine_adopt_level_warning(r->service->engine, record_index(r->service, s), &group, record->reached_ms);
    struct recorded_level *level = arena_alloc(&r->arena, sizeof *level);
    *level = (struct recorded_level){s, {arena_text(&r->arena, record->group), record->group.n}};
    map_add(&r->levels, level_hash(level), level);
    free(spans);
    json_free(json);
}

static int close_record(struct service *service, const struct warning_record *record, const char *why, struct err *err) {
    struct breach_end end = {service->now_ms, service->now_ms, why};
    return warning_close(service->store, record->id, &end, err);
}

static int visit_level(struct reconcile *r, const struct warning_record *record) {
    const struct service *service = r->service;
    const struct standard *s = ruleset_find(&service->judging->rules, record->standard);
    if (!s) return close_record(r->service, record, "standard removed", r->err);
    bool same = s->warn_below && span_eq(record->warning, span_of(s->warn_below->text)) &&
                span_eq(record->target, span_of(s->targets[s->warn_target].text)) &&
                record->version == record_version(service, s) && record->reached_ms <= engine_held(service->engine);
    if (!same) return close_record(r->service, record, "standard changed", r->err);
    adopt_level(r, s, record);
    return 0;
}

static void visit(void *arg, const struct warning_record *record) {
    struct reconcile *r = arg;
    if (!r->code) r->code = visit_level(r, record);
}

struct unrecorded { /* levels that the engine found at risk and the store does not have */
    struct reconcile *r;
    struct level_state *list;
    size_t count, capacity;
};

static void find_unrecorded(void *arg, const struct level_state *level) {
    struct unrecorded *u = arg;
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    struct recorded_level key = {level->standard, buf_span(&group)};
    if (!map_find(&u->r->levels, level_hash(&key), level_eq, &key)) {
        u->list = mem_grow(u->list, &u->capacity, u->count + 1, sizeof *u->list);
        u->list[u->count++] = *level;
    }
    buf_fini(&group);
}

/* What the record does not know is told when it is judged next. */
static void forget_unrecorded(struct reconcile *r) {
    struct unrecorded u = {.r = r};
    engine_level_warnings(r->service->engine, find_unrecorded, &u);
    for (size_t i = 0; i < u.count; i++)
        engine_adopt_level_warning(r->service->engine, record_index(r->service, u.list[i].standard), &u.list[i].group,
            INSTANT_NEVER);
    free(u.list);
}

int reconcile_level_warnings(struct service *service, struct err *err) {
    struct reconcile r = {.service = service, .err = err};
    int code = warnings_each_open_level(service->store, visit, &r, err);
    if (!code) code = r.code;
    if (!code) forget_unrecorded(&r);
    map_fini(&r.levels);
    arena_fini(&r.arena);
    return code;
}

/* ---------------------------------------------------------------- cycles at risk */

struct risk {
    struct warning warning; /* the furthest, as the engine told it */
    struct span subject;    /* JSON */
    unsigned reached;       /* all warnings, a bit each */
    bool told;              /* that is on record, or the engine has told more of the cycle since */
};
struct risks {
    struct service *service;
    struct arena arena; /* of the risks */
    struct map cycles;
    int64_t after;      /* open records up to here were looked at */
    bool records_done;
    size_t cursor;      /* into cycles, which do not change any more once records_done */
    size_t *writes;     /* of the slice in hand */
    int code;
    struct err *err;
};

static bool risk_eq(const void *item, const void *key) {
    const struct risk *x = item, *y = key;
    const struct warning *a = &x->warning, *b = &y->warning;
    return a->standard == b->standard && a->started_ms == b->started_ms && a->nth == b->nth &&
           span_eq(x->subject, y->subject);
}

static uint64_t risk_hash(const struct risk *risk) {
    return span_hash(risk->subject) ^ ((uint64_t)risk->warning.started_ms * UINT64_C(0x9E3779B97F4A7C15));
}

static struct risk *find_risk(const struct risks *risks, const struct risk *key) {
    return map_find(&risks->cycles, risk_hash(key), risk_eq, key);
}

static struct span keep(struct arena *arena, struct span text) {
    return text.p ? (struct span){arena_text(arena, text), text.n} : text;
}

static struct group keep_group(struct arena *arena, const struct group *group) {
    struct span *texts = arena_alloc(arena, (group->count + 1) * sizeof *texts);
    for (size_t i = 0; i < group->count; i++) texts[i] = keep(arena, group->texts[i]);
    return (struct group){texts, group->count};
}

static struct risk *add_risk(struct risks *risks, const struct warning *warning, struct span subject) {
    struct risk *risk = arena_alloc(&risks->arena, sizeof *risk);
    risk->warning = *warning;
    risk->warning.contact = keep(&risks->arena, warning->contact);
    risk->warning.subject = keep_group(&risks->arena, &warning->subject);
    risk->warning.group = keep_group(&risks->arena, &warning->group);
    risk->subject = keep(&risks->arena, subject);
    map_add(&risks->cycles, risk_hash(risk), risk);
    return risk;
}

static void note_cycle(void *arg, const struct warning *warning, unsigned reached) {
    struct risks *risks = arg;
    struct buf subject = {0};
    subject_json(warning->standard, &warning->subject, &subject);
    add_risk(risks, warning, buf_span(&subject))->reached = reached;
    buf_fini(&subject);
}

struct risks *risks_new(struct service *service) {
    struct risks *risks = mem_zalloc(sizeof *risks);
    bool any = false;
    risks->service = service;
    for (size_t i = 0; i < service->judging->rules.standard_count; i++)
        any = any || service->judging->rules.standards[i]->warning_count;
    if (any) engine_warned(service->engine, note_cycle, risks);
    return risks;
}

void risks_free(struct risks *risks) {
    if (!risks) return;
    map_fini(&risks->cycles);
    arena_fini(&risks->arena);
    free(risks);
}

void risks_effect(struct risks *risks, const struct effect *effect) {
    if (effect->kind != EFFECT_WARNED && effect->kind != EFFECT_WARNING_CHANGED) return;
    const struct warning *warning = &effect->warning;
    bool reached = effect->kind == EFFECT_WARNED || warning->state == WARNING_OPEN;
    struct buf subject = {0};
    subject_json(warning->standard, &warning->subject, &subject);
    struct risk key = {.warning = *warning, .subject = buf_span(&subject)};
    struct risk *risk = find_risk(risks, &key);
    if (!risk && !risks->records_done) risk = add_risk(risks, warning, key.subject);
    if (risk) {
        risk->told = true;
        risk->reached = reached ? risk->reached | 1U << warning->warning : risk->reached & ~(1U << warning->warning);
    }
    buf_fini(&subject);
}

/* ---------------------------------------------------------------- open records of cycles */

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
static int end_record(struct risks *risks, const struct standard *s, const struct warning_record *record, const char *why) {
    struct service *service = risks->service;
    struct told_cycle told = {.standard = s, .record = record};
    struct recall_point all = {.order = RECALL_BY_SEQ, .seq = UINT64_MAX};
    int code = why ? 0 : recall_contact(service->recall, service->engine, record->contact, &all, risks->err);
    if (code) return code;
    bool known = why || engine_story(service->engine, record->contact, note_outcome, &told);
    if (!known) return 0; /* the journal has let go of it: nothing is known any more */
    struct warning_record end = *record;
    end.updated_ms = service->now_ms;
    end.state = told.outcome == OUTCOME_NONE ? BREACH_WITHDRAWN : BREACH_CLOSED;
    end.closed_ms = told.outcome == OUTCOME_NONE ? service->now_ms : told.decided_ms;
    if (told.outcome != OUTCOME_NONE) end.outcome = span_of(outcome_name(told.outcome));
    else end.reason = span_of(why ? why : "not reached any more");
    ++*risks->writes;
    return warning_change(service->store, &end, risks->err);
}

static size_t warning_named(const struct standard *s, struct span text) {
    size_t i = 0;
    while (i < s->warning_count && !span_eq(text, span_of(s->warnings[i].text))) i++;
    return i;
}

static int visit_cycle(struct risks *risks, const struct warning_record *record) {
    const struct standard *s = ruleset_find(&risks->service->judging->rules, record->standard);
    if (!s) {
        ++*risks->writes;
        return close_record(risks->service, record, "standard removed", risks->err);
    }
    size_t warning = warning_named(s, record->warning);
    if (warning == s->warning_count) return end_record(risks, s, record, "standard changed");
    struct risk key = {.warning = {.standard = s, .started_ms = record->started_ms, .nth = record->nth}};
    key.subject = record->subject;
    struct risk *risk = find_risk(risks, &key);
    if (!risk) return end_record(risks, s, record, NULL);
    if (!(risk->reached >> warning & 1)) return end_record(risks, s, record, "not reached any more");
    if (warning == risk->warning.warning) risk->told = true;
    return 0;
}

static void visit_open(void *arg, const struct warning_record *record) {
    struct risks *risks = arg;
    if (!risks->code && record->kind == BREACH_CONTACT) risks->code = visit_cycle(risks, record);
}

/* ---------------------------------------------------------------- a slice */

static int step_records(struct risks *risks, size_t most) {
    int more = warnings_each_open(risks->service->store, &risks->after, most, visit_open, risks, risks->err);
    risks->records_done = more == 0;
    return more < 0 ? more : risks->code ? risks->code : 1;
}

static int step_untold(struct risks *risks, size_t looks, size_t most) {
    struct risk *risk = NULL;
    for (int code = 0; looks-- && *risks->writes < most && !code;) {
        if (!(risk = map_next(&risks->cycles, &risks->cursor))) return 0;
        if (risk->told) continue;
        ++*risks->writes;
        code = record_warning(risks->service, &risk->warning, risks->err);
        if (code) return code;
    }
    return 1;
}

int risks_step(struct risks *risks, size_t looks, size_t most, size_t *writes, struct err *err) {
    risks->writes = writes;
    risks->err = err;
    return risks->records_done ? step_untold(risks, looks, most) : step_records(risks, most);
}
