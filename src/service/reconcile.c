/* Invariants:
 *  1. what the book holds and was `seen` is on record as the engine has it now; so is all that it does not hold any more;
 *  2. records up to run.after are as the engine has them, those beyond run.through were made by it. */
#include "reconcile.h"

#include <stdlib.h>
#include "reconcile_levels.h"
#include "reconcile_warnings.h"
#include "record.h"
#include "slad/base/mem.h"
#include "slad/store/breaches.h"
#include "slad/store/journal.h"
#include "slad/wire/json.h"
#include "slad/wire/report.h"

enum {
    LOOKS_SLICE = 1000, /* records and breaches looked at: some milliseconds */
    WRITES_SLICE = 250, /* of them written: the same */
};
enum stage { HISTORY, RECORDS, MISSING, WARNINGS, DONE };

struct reconcile {
    struct service *service;
    struct book *book;
    enum stage stage;
    struct level_history history;
    struct breach_run run;
    struct risks *risks; /* WARNINGS */
    bool begun;
    size_t writes; /* of the slice in hand */
    uint64_t done, total;
    int code;
    struct err *err;
};

struct reconcile *reconcile_new(struct service *service, struct book *book, int64_t after) {
    struct reconcile *r = mem_zalloc(sizeof *r);
    r->service = service;
    r->book = book;
    r->run.after = after;
    return r;
}

void reconcile_free(struct reconcile *r) {
    if (!r) return;
    level_history_fini(&r->history);
    risks_free(r->risks);
    free(r);
}

uint64_t reconcile_done(const struct reconcile *r) {
    return r->done;
}

uint64_t reconcile_total(const struct reconcile *r) {
    return r->total;
}

/* ---------------------------------------------------------------- a recorded breach */

static bool is_recorded(const struct reconcile *r, const struct breach_record *record, const struct breach *breach) {
    double elapsed = record_in_units(breach->standard, breach->elapsed);
    return record->version == record_version(r->service, breach->standard) && record->due_ms == breach->due_ms &&
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

static struct book_entry *find_entry(
    const struct reconcile *r, const struct standard *standard, const struct breach_record *record) {
    struct json *json = NULL;
    struct err err;
    if (json_parse(record->subject, &json, &err)) return NULL;
    struct span *spans = mem_zalloc((standard->per_count + 1) * sizeof *spans);
    struct breach key = {.standard = standard, .started_ms = record->started_ms, .nth = record->nth};
    key.subject = (struct group){spans, subject_spans(json, spans, standard->per_count)};
    struct book_entry *entry = book_find(r->book, &key);
    free(spans);
    json_free(json);
    return entry && is_named_so(record, &entry->effect.breach) ? entry : NULL;
}

static int write_breach(struct reconcile *r, const struct breach *breach) {
    r->writes++;
    return record_breach(r->service, breach, r->err);
}

/* As long as the journal can tell that it never was. */
static int withdraw(struct reconcile *r, const struct standard *standard, const struct breach_record *record) {
    int lacks = journal_has_contact(r->service->store, record->contact, r->err);
    if (lacks) return lacks < 0 ? lacks : 0;
    struct breach_key key = {record->standard, record->subject, record->started_ms, record->nth};
    bool changed = record->version != record_version(r->service, standard);
    struct breach_end end = {
        .now_ms = r->service->now_ms, .reason = changed ? "standard changed" : "corrected by later events"};
    int64_t id;
    r->writes++;
    int code = breach_withdraw(r->service->store, &key, &end, &id, r->err);
    return code < 0 ? code : 0;
}

static int end_removed(struct reconcile *r, const struct breach_record *record) {
    struct breach_end end = {r->service->now_ms, r->service->now_ms, "standard removed"};
    if (record->state != BREACH_OPEN) return 0;
    r->writes++;
    return breach_close(r->service->store, record->id, &end, r->err);
}

static int visit_contact(struct reconcile *r, const struct breach_record *record) {
    const struct standard *standard = ruleset_find(&r->service->judging->rules, record->standard);
    if (!standard) return end_removed(r, record);
    struct book_entry *entry = find_entry(r, standard, record);
    if (!entry) return withdraw(r, standard, record);
    entry->seen = true;
    return is_recorded(r, record, &entry->effect.breach) ? 0 : write_breach(r, &entry->effect.breach);
}

/* Open levels are as they should be: those were brought in line when the engine took over. */
static void visit(void *arg, const struct breach_record *record) {
    struct reconcile *r = arg;
    if (!r->code && record->kind == BREACH_CONTACT) r->code = visit_contact(r, record);
}

/* ---------------------------------------------------------------- stages: 1: there is more, 0: it is over */

static int begin(struct reconcile *r) {
    int code = level_history_init(&r->history, r->service, r->err);
    if (!code) code = breaches_last(r->service->store, &r->run.through, r->err);
    r->total = (uint64_t)r->run.through + r->book->breaches.count + r->book->level_count;
    r->begun = code == 0;
    return code;
}

static int step_history(struct reconcile *r) {
    size_t from = r->history.next;
    int code = level_history_step(&r->history, r->service, r->book, &r->writes, r->err);
    r->done += r->history.next - from;
    return code;
}

static int step_records(struct reconcile *r) {
    int64_t from = r->run.after;
    int more = 1;
    r->run.rows = WRITES_SLICE; /* of which each may have to be written */
    for (size_t looks = 0; looks < LOOKS_SLICE && r->writes < WRITES_SLICE && more == 1 && !r->code; looks += r->run.rows)
        more = breaches_each_live(r->service->store, &r->run, visit, r, r->err);
    r->done += (uint64_t)(r->run.after - from);
    return more < 0 ? more : r->code ? r->code : more;
}

/* In the order in which they were told. */
static int step_missing(struct reconcile *r) {
    struct book_entry *entry;
    for (size_t looks = 0; looks < LOOKS_SLICE && r->writes < WRITES_SLICE; looks++) {
        if (!(entry = r->book->first)) return 0;
        int code = entry->seen ? 0 : write_breach(r, &entry->effect.breach);
        if (code) return code;
        book_drop(r->book, entry);
        r->done++;
    }
    return 1;
}

static int step_warnings(struct reconcile *r) {
    if (!r->risks) r->risks = risks_new(r->service);
    return risks_step(r->risks, LOOKS_SLICE, WRITES_SLICE, &r->writes, r->err);
}

/* ---------------------------------------------------------------- a slice */

static int step(struct reconcile *r) {
    int code = r->begun ? 0 : begin(r);
    if (code) return code;
    switch (r->stage) {
    case HISTORY: code = step_history(r); break;
    case RECORDS: code = step_records(r); break;
    case MISSING: code = step_missing(r); break;
    case WARNINGS: code = step_warnings(r); break;
    case DONE: return 0;
    }
    if (code == 0) r->stage++;
    return code < 0 ? code : r->stage != DONE;
}

int reconcile_step(struct reconcile *r, struct err *err) {
    struct store *store = r->service->store;
    r->err = err;
    r->writes = 0;
    int code = store_begin(store, err), ended = 0;
    if (!code) code = step(r);
    if (code >= 0 && r->writes) ended = service_write_clock(r->service, err);
    if (code >= 0 && r->writes && !ended) ended = record_commit(r->service, err);
    store_rollback(store); /* failed, or nothing was written */
    return ended ? ended : code;
}

void reconcile_effect(struct reconcile *r, const struct effect *effect) {
    if (effect->kind == EFFECT_MISSED || effect->kind == EFFECT_WITHDRAWN) book_effect(r->book, effect);
    if (effect->kind == EFFECT_MISSED) book_find(r->book, &effect->breach)->seen = true;
    if (r->risks) risks_effect(r->risks, effect);
}
