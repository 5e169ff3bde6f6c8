#include "reconcile.h"

#include <stdlib.h>
#include "reconcile_warnings.h"
#include "record.h"
#include "slad/base/mem.h"
#include "slad/store/breaches.h"
#include "slad/store/journal.h"
#include "slad/store/warnings.h"
#include "slad/wire/json.h"
#include "slad/wire/report.h"

struct reconcile {
    struct service *service;
    const struct standard *standard;
    size_t index;
    const struct book *book;
    enum reconcile_how how;
    struct arena arena;  /* of what is remembered of recorded levels */
    struct map recorded; /* open levels, of struct recorded_level */
    int code;
    struct err *err;
};

/* ---------------------------------------------------------------- contact breaches */

static bool is_recorded(const struct reconcile *r, const struct breach_record *record, const struct breach *breach) {
    double elapsed = record_in_units(breach->standard, breach->elapsed);
    return record->version == r->service->versions[r->index] && record->due_ms == breach->due_ms &&
           record->decided_ms == breach->decided_ms && record->ended_ms == breach->ended_ms &&
           record->has_elapsed == breach->has_elapsed &&
           (!record->has_elapsed || !(record->elapsed < elapsed || record->elapsed > elapsed)) &&
           span_eq(record->contact, breach->contact);
}

/* The texts of a subject from its JSON: a string, or a list of strings. Borrowed from `json`. */
static size_t subject_spans(const struct json *json, struct span *out, size_t room) {
    if (!json_is_array(json)) {
        out[0] = span_of(json_text(json));
        return 1;
    }
    size_t n = json_size(json) < room ? json_size(json) : room;
    for (size_t i = 0; i < n; i++) out[i] = span_of(json_text(json_at(json, i)));
    return n;
}

/* Whether the record names its subject as the standard does now: `per` may have changed. */
static bool is_named_so(const struct breach_record *record, const struct breach *breach) {
    struct buf subject = {0};
    subject_json(breach->standard, &breach->subject, &subject);
    bool same = span_eq(buf_span(&subject), record->subject);
    buf_fini(&subject);
    return same;
}

static struct book_entry *find_entry(const struct reconcile *r, const struct breach_record *record) {
    struct json *json = NULL;
    struct err err;
    if (json_parse(record->subject, &json, &err)) return NULL;
    struct span *spans = mem_zalloc((r->standard->per_count + 1) * sizeof *spans);
    struct breach key = {.standard = r->standard, .started_ms = record->started_ms, .nth = record->nth};
    key.subject = (struct group){spans, subject_spans(json, spans, r->standard->per_count)};
    struct book_entry *entry = book_find(r->book, &key);
    free(spans);
    json_free(json);
    return entry && is_named_so(record, &entry->effect.breach) ? entry : NULL;
}

static int journal_holds(struct service *service, struct span contact, bool *holds, struct err *err) {
    struct journal_cursor *cursor;
    struct journal_row row;
    int code = journal_contact(service->store, contact, &cursor, err);
    if (code) return code;
    code = journal_next(cursor, &row, err);
    journal_close(cursor);
    *holds = code > 0;
    return code < 0 ? code : 0;
}

/* A recorded breach that the journal does not bear out is withdrawn, as long as the journal can tell. */
static int visit_contact(struct reconcile *r, const struct breach_record *record) {
    struct book_entry *entry = find_entry(r, record);
    if (entry) {
        entry->seen = true;
        return is_recorded(r, record, &entry->effect.breach)
                   ? 0
                   : record_breach(r->service, &entry->effect.breach, r->err);
    }
    bool holds;
    int code = journal_holds(r->service, record->contact, &holds, r->err);
    if (code || !holds) return code;
    struct breach_key key = {record->standard, record->subject, record->started_ms, record->nth};
    struct breach_end end = {.now_ms = r->service->now_ms,
        .reason = r->how == RECONCILE_CHANGED ? "standard changed" : "corrected by later events"};
    int64_t id;
    code = breach_withdraw(r->service->store, &key, &end, &id, r->err);
    return code < 0 ? code : 0;
}

/* ---------------------------------------------------------------- levels */

struct recorded_level {
    size_t target;
    struct span group; /* JSON */
};

static bool level_eq(const void *item, const void *key) {
    const struct recorded_level *a = item, *b = key;
    return a->target == b->target && span_eq(a->group, b->group);
}

static uint64_t level_hash(size_t target, struct span group) {
    return span_hash(group) ^ (target * UINT64_C(0x9E3779B97F4A7C15));
}

static int close_level(struct service *service, const struct breach_record *record, const char *reason, struct err *err) {
    struct level_key key = {record->standard, record->group, record->target};
    struct breach_end end = {service->now_ms, service->now_ms, reason};
    int64_t id;
    int code = level_close(service->store, &key, &end, &id, err);
    return code < 0 ? code : 0;
}

/* It opened at an instant that is yet to come: the clock was set back since. */
static int take_back_level(struct service *service, const struct breach_record *record, struct err *err) {
    struct level_key key = {record->standard, record->group, record->target};
    struct breach_end end = {service->now_ms, record->opened_ms, "the clock was set back"};
    int64_t id;
    int code = level_close(service->store, &key, &end, &id, err);
    return code < 0 ? code : 0;
}

static size_t target_named(const struct standard *standard, struct span text) {
    for (size_t i = 0; i < standard->target_count; i++)
        if (span_eq(span_of(standard->targets[i].text), text)) return i;
    return SIZE_MAX;
}

/* The recorded level goes on in the engine, opened when it was recorded to have opened. */
static void adopt_recorded(struct reconcile *r, size_t target, const struct breach_record *record) {
    struct json *json = NULL;
    struct err err;
    if (json_parse(record->group, &json, &err)) return;
    struct span *spans = mem_zalloc((r->standard->by_count + 1) * sizeof *spans);
    for (size_t i = 0; i < r->standard->by_count; i++) spans[i] = span_of(json_text(json_get(json, r->standard->by[i])));
    struct group group = {spans, r->standard->by_count};
    engine_adopt_level(r->service->engine, r->index, &group, target, record->opened_ms);
    free(spans);
    json_free(json);
    struct recorded_level *level = arena_alloc(&r->arena, sizeof *level);
    *level = (struct recorded_level){target, {arena_text(&r->arena, record->group), record->group.n}};
    map_add(&r->recorded, level_hash(target, level->group), level);
}

static int visit_level(struct reconcile *r, const struct breach_record *record) {
    size_t target = target_named(r->standard, record->target);
    if (record->opened_ms > engine_held(r->service->engine)) return take_back_level(r->service, record, r->err);
    if (r->how == RECONCILE_CHANGED || target == SIZE_MAX)
        return close_level(r->service, record, "standard changed", r->err);
    adopt_recorded(r, target, record);
    return 0;
}

struct unrecorded { /* levels that the engine found open and the store does not have */
    struct reconcile *r;
    struct level_state *list;
    size_t count, capacity;
};

static void find_unrecorded(void *arg, const struct level_state *level) {
    struct unrecorded *u = arg;
    if (level->standard != u->r->standard) return;
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    struct recorded_level key = {level->target, buf_span(&group)};
    if (!map_find(&u->r->recorded, level_hash(key.target, key.group), level_eq, &key)) {
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
        engine_adopt_level(r->service->engine, r->index, &u.list[i].group, u.list[i].target, INSTANT_NEVER);
    free(u.list);
}

static int write_history(struct reconcile *r) {
    int code = 0;
    for (size_t i = 0; i < r->book->level_count && !code; i++)
        if (r->book->levels[i]->effect.level.standard == r->standard)
            code = record_level(r->service, &r->book->levels[i]->effect.level, r->err);
    return code;
}

/* ---------------------------------------------------------------- all of a standard */

static void visit(void *arg, const struct breach_record *record) {
    struct reconcile *r = arg;
    if (r->code) return;
    r->code = record->kind == BREACH_LEVEL ? visit_level(r, record) : visit_contact(r, record);
}

int reconcile_standard(
    struct service *service, size_t standard, const struct book *book, enum reconcile_how how, struct err *err) {
    const struct standard *s = service->judging->rules.standards[standard];
    struct reconcile r = {.service = service, .standard = s, .index = standard, .book = book, .how = how, .err = err};
    int code = breaches_each_live(service->store, span_of(s->name), visit, &r, err);
    if (!code) code = r.code;
    if (!code && how == RECONCILE_CHANGED) code = write_history(&r);
    if (!code && how == RECONCILE_SAME) forget_unrecorded(&r);
    map_fini(&r.recorded);
    arena_fini(&r.arena);
    return code;
}

int reconcile_missing(struct service *service, const struct book *book, struct err *err) {
    size_t count;
    struct book_entry **list = book_breaches(book, &count);
    int code = 0;
    for (size_t i = 0; i < count && !code; i++)
        if (!list[i]->seen) code = record_breach(service, &list[i]->effect.breach, err);
    free(list);
    return code ? code : reconcile_warnings(service, err);
}

int reconcile_removed(struct service *service, struct span name, struct err *err) {
    struct breach_end end = {service->now_ms, service->now_ms, "standard removed"};
    int code = breaches_close(service->store, name, &end, err);
    return code ? code : warnings_close(service->store, name, &end, err);
}
