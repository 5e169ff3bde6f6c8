#include "reconcile_levels.h"

#include <stdio.h>
#include <stdlib.h>
#include "record.h"
#include "slad/base/mem.h"
#include "slad/store/breaches.h"
#include "slad/wire/json.h"
#include "slad/wire/report.h"

enum {
    HISTORY_LEVELS = 250, /* written in a slice: some milliseconds */
    HISTORY_LOOKS = 20000,
};

struct recorded_level {
    const struct standard *standard;
    size_t target;
    struct span group; /* JSON */
};
struct reconcile {
    struct service *service;
    const enum reconcile_how *how;
    struct arena arena;  /* of what is remembered of recorded levels */
    struct map recorded; /* those that go on, of struct recorded_level */
    int code;
    struct err *err;
};

/* ---------------------------------------------------------------- open levels on record */

static bool level_eq(const void *item, const void *key) {
    const struct recorded_level *a = item, *b = key;
    return a->standard == b->standard && a->target == b->target && span_eq(a->group, b->group);
}

static uint64_t level_hash(const struct recorded_level *level) {
    uint64_t salt = (uint64_t)(uintptr_t)level->standard ^ level->target;
    return span_hash(level->group) ^ salt * UINT64_C(0x9E3779B97F4A7C15);
}

static size_t target_named(const struct standard *standard, struct span text) {
    for (size_t i = 0; i < standard->target_count; i++)
        if (span_eq(span_of(standard->targets[i].text), text)) return i;
    return SIZE_MAX;
}

/* The recorded level goes on in the engine, opened when it was recorded to have opened. */
static void adopt_recorded(struct reconcile *r, size_t index, size_t target, const struct breach_record *record) {
    const struct standard *standard = r->service->judging->rules.standards[index];
    struct json *json = NULL;
    struct err err;
    if (json_parse(record->group, &json, &err)) return;
    struct span *spans = mem_zalloc((standard->by_count + 1) * sizeof *spans);
    for (size_t i = 0; i < standard->by_count; i++) spans[i] = span_of(json_text(json_get(json, standard->by[i])));
    struct group group = {spans, standard->by_count};
    engine_adopt_level(r->service->engine, index, &group, target, record->opened_ms);
    free(spans);
    json_free(json);
    struct recorded_level *level = arena_alloc(&r->arena, sizeof *level);
    *level = (struct recorded_level){standard, target, {arena_text(&r->arena, record->group), record->group.n}};
    map_add(&r->recorded, level_hash(level), level);
}

/* It may have opened later than that, by a clock that was set back since. */
static int close_level(struct reconcile *r, const struct breach_record *record, int64_t at_ms, const char *reason) {
    struct breach_end end = {r->service->now_ms, at_ms > record->opened_ms ? at_ms : record->opened_ms, reason};
    return breach_close(r->service->store, record->id, &end, r->err);
}

static int visit_level(struct reconcile *r, const struct breach_record *record) {
    const struct ruleset *rules = &r->service->judging->rules;
    const struct standard *standard = ruleset_find(rules, record->standard);
    if (!standard) return close_level(r, record, r->service->now_ms, "standard removed");
    size_t index = record_index(r->service, standard), target = target_named(standard, record->target);
    if (record->opened_ms > engine_held(r->service->engine)) /* in an instant that is yet to come */
        return close_level(r, record, record->opened_ms, "the clock was set back");
    if (r->how[index] == RECONCILE_CHANGED || target == SIZE_MAX)
        return close_level(r, record, r->service->now_ms, "standard changed");
    adopt_recorded(r, index, target, record);
    return 0;
}

static void visit(void *arg, const struct breach_record *record) {
    struct reconcile *r = arg;
    if (!r->code) r->code = visit_level(r, record);
}

/* ---------------------------------------------------------------- open levels that the engine found */

struct unrecorded { /* those that the store does not have */
    struct reconcile *r;
    struct level_state *list;
    size_t count, capacity;
};

static void find_unrecorded(void *arg, const struct level_state *level) {
    struct unrecorded *u = arg;
    if (u->r->how[record_index(u->r->service, level->standard)] == RECONCILE_CHANGED) return;
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    struct recorded_level key = {level->standard, level->target, buf_span(&group)};
    if (!map_find(&u->r->recorded, level_hash(&key), level_eq, &key)) {
        u->list = mem_grow(u->list, &u->capacity, u->count + 1, sizeof *u->list);
        u->list[u->count++] = *level;
    }
    buf_fini(&group);
}

/* What the record does not know opens when it is judged next. */
static void forget_unrecorded(struct reconcile *r) {
    struct unrecorded u = {.r = r};
    engine_levels(r->service->engine, find_unrecorded, &u);
    for (size_t i = 0; i < u.count; i++)
        engine_adopt_level(r->service->engine, record_index(r->service, u.list[i].standard), &u.list[i].group,
            u.list[i].target, INSTANT_NEVER);
    free(u.list);
}

static int by_opening(const void *a, const void *b) {
    const struct level_change *x = &(*(struct book_entry *const *)a)->effect.level;
    const struct level_change *y = &(*(struct book_entry *const *)b)->effect.level;
    return (x->opened_ms > y->opened_ms) - (x->opened_ms < y->opened_ms);
}

/* By the new meaning of what changed. */
static int open_new(struct reconcile *r, const struct book *book) {
    struct book_entry **list = mem_alloc((book->open_levels.count + 1) * sizeof *list), *entry;
    size_t count = 0;
    int code = 0;
    for (size_t cursor = 0; (entry = map_next(&book->open_levels, &cursor));)
        if (r->how[record_index(r->service, entry->effect.level.standard)] == RECONCILE_CHANGED) list[count++] = entry;
    if (count > 1) qsort(list, count, sizeof *list, by_opening);
    for (size_t i = 0; i < count && !code; i++) code = record_level(r->service, &list[i]->effect.level, r->err);
    free(list);
    return code;
}

/* ---------------------------------------------------------------- notes of the levels of the past */

#define NOTES "levels_"

static const char *note_name(char out[48], const char *what, int64_t version) {
    snprintf(out, 48, NOTES "%s:%lld", what, (long long)version);
    return out;
}

static int note(struct service *service, const char *what, int64_t version, int64_t value, struct err *err) {
    char name[48];
    return store_meta_set(service->store, note_name(name, what, version), value, err);
}

/* Up to where the engine has judged by now: what closes later is written down as it happens. */
static int note_changed(struct reconcile *r) {
    struct service *service = r->service;
    int code = 0;
    for (size_t i = 0; i < service->judging->rules.standard_count && !code; i++) {
        if (r->how[i] != RECONCILE_CHANGED) continue;
        code = note(service, "after", service->versions[i], INT64_MIN, r->err);
        if (!code) code = note(service, "until", service->versions[i], engine_held(service->engine), r->err);
    }
    return code;
}

int reconcile_levels(
    struct service *service, const struct book *book, const enum reconcile_how *how, struct err *err) {
    struct reconcile r = {.service = service, .how = how, .err = err};
    int code = levels_each_open(service->store, visit, &r, err);
    if (!code) code = r.code;
    if (!code) forget_unrecorded(&r);
    if (!code) code = open_new(&r, book);
    if (!code) code = note_changed(&r);
    map_fini(&r.recorded);
    arena_fini(&r.arena);
    return code;
}

int level_history_init(struct level_history *history, struct service *service, struct err *err) {
    size_t count = service->judging->rules.standard_count;
    int code = 0;
    *history = (struct level_history){.after = mem_zalloc((count + 1) * sizeof *history->after),
        .until = mem_zalloc((count + 1) * sizeof *history->until),
        .touched = mem_zalloc((count + 1) * sizeof *history->touched)};
    for (size_t i = 0; i < count && code >= 0; i++) {
        char name[48];
        history->after[i] = INSTANT_NEVER;
        code = store_meta_get(service->store, note_name(name, "until", service->versions[i]), &history->until[i], err);
        if (code) continue;
        code = store_meta_get(service->store, note_name(name, "after", service->versions[i]), &history->after[i], err);
        history->is_due = true;
    }
    return code < 0 ? code : 0;
}

void level_history_fini(struct level_history *history) {
    free(history->after);
    free(history->until);
    free(history->touched);
}

/* ---------------------------------------------------------------- levels of the past */

static bool is_to_come(const struct level_history *history, size_t index, const struct level_change *level) {
    return history->after[index] != INSTANT_NEVER && level->opened_ms > history->after[index] &&
           level->closed_ms != INSTANT_NEVER && level->closed_ms <= history->until[index];
}

/* Notes how far the slice came. Of one standard levels come by their opening. */
static int note_slice(struct level_history *history, struct service *service, int64_t *reached, struct err *err) {
    int code = 0;
    for (size_t i = 0; i < service->judging->rules.standard_count && !code; i++) {
        if (!history->touched[i]) continue;
        code = note(service, "after", service->versions[i], reached[i], err);
        history->touched[i] = false;
    }
    return code;
}

/* Those that open at one instant are written in one slice: a note tells instants apart, and no more. */
static bool is_cut(const struct level_change *before, const struct level_change *next) {
    return before->standard != next->standard || before->opened_ms != next->opened_ms;
}

int level_history_step(struct level_history *history, struct service *service, const struct book *book,
    size_t *writes, struct err *err) {
    size_t count = book->level_count, first = history->next;
    if (!history->is_due) return 0;
    int64_t *reached = mem_zalloc((service->judging->rules.standard_count + 1) * sizeof *reached);
    int code = 0;
    for (size_t written = 0; history->next < count && !code; history->next++) {
        const struct level_change *level = &book->levels[history->next]->effect.level;
        bool full = written >= HISTORY_LEVELS || history->next - first >= HISTORY_LOOKS;
        if (full && is_cut(&book->levels[history->next - 1]->effect.level, level)) break;
        size_t index = record_index(service, level->standard);
        if (!is_to_come(history, index, level)) continue;
        code = record_past_level(service, level, err);
        reached[index] = level->opened_ms;
        history->touched[index] = true;
        written++;
    }
    ++*writes;
    if (!code && history->next < count) code = note_slice(history, service, reached, err);
    else if (!code) code = store_meta_drop(service->store, NOTES, err);
    free(reached);
    return code ? code : history->next < count;
}
