/* One contact: its events as they came, and every clock they moved, explained. */
#include <stdlib.h>
#include "service/recall.h"
#include "service/closures.h"
#include "service/state.h"
#include "service/view_answer.h"
#include "service/view_params.h"
#include "service/view_sentence.h"
#include "service/view_why.h"
#include "slad/base/mem.h"
#include "slad/base/utf8.h"
#include "slad/service/view.h"
#include "slad/store/journal.h"
#include "slad/store/versions.h"
#include "slad/wire/report.h"

enum {
    CONTACT_EVENTS_MAX = 1000,           /* more than anybody reads of one contact */
    CONTACT_BYTES_MAX = 4 * 1024 * 1024, /* of its lines: an answer is built within one turn */
    CONTACT_CLOCKS_MAX = 1000,
    CONTACT_CLOSURES_MAX = 100,          /* of a clock: three months of nights */
};

/* The version of a standard that is in force, which judges all of its clocks. */
struct judge {
    const struct standard *standard;
    int64_t number, since_ms;
};

struct telling {
    struct service *service;
    struct json_writer w;
    const struct standard *only; /* told about; NULL: all */
    struct judge judge;          /* of the clock in hand */
    int version_failed;          /* a code; version_err says more */
    struct err version_err;
    struct arena names;
    struct story_event *events;
    size_t event_count, event_capacity, clock_count, bytes;
    struct story_context context;
    struct buf sentence;
    bool cut; /* there is more than is told */
};

/* ---------------------------------------------------------------- events */

static bool is_object(struct span line) {
    while (line.n && strchr(" \t\r", *line.p)) line = (struct span){line.p + 1, line.n - 1};
    return line.n && *line.p == '{';
}

static void write_event(struct telling *telling, const struct journal_row *row) {
    struct json_writer *w = &telling->w;
    json_object_begin(w);
    json_field_int(w, "seq", (int64_t)row->seq);
    json_field_instant(w, "at", row->at_ms);
    json_field_instant(w, "received", row->received_ms);
    json_field_string(w, "event", row->event);
    if (is_object(row->line))
        json_field_raw(w, "line", row->line);
    else
        json_field_string(w, "line", row->line); /* of an input that does not speak JSON */
    json_object_end(w);
    telling->bytes += row->line.n;
    telling->events = mem_grow(
        telling->events, &telling->event_capacity, telling->event_count + 1, sizeof *telling->events);
    telling->events[telling->event_count++] =
        (struct story_event){row->at_ms, arena_text(&telling->names, row->event)};
}

static int write_events(
    struct service *service, struct telling *telling, struct span contact, struct err *err) {
    struct journal_cursor *cursor = NULL;
    struct journal_row row;
    int code = journal_contact(service->store, contact, &cursor, err);
    while (!code && !telling->cut && (code = journal_next(cursor, &row, err)) > 0) {
        code = 0;
        telling->cut =
            telling->event_count == CONTACT_EVENTS_MAX || telling->bytes + row.line.n > CONTACT_BYTES_MAX;
        if (!telling->cut) write_event(telling, &row);
    }
    journal_close(cursor);
    return code < 0 ? code : 0;
}

/* ---------------------------------------------------------------- clocks */

static void note_version(void *arg, const struct version *version) {
    struct judge *judge = arg;
    judge->number = version->number;
    judge->since_ms = version->since_ms;
}

/* Clocks come standard by standard: each is looked up once. */
static void find_judge(struct telling *telling, const struct standard *standard) {
    if (telling->judge.standard == standard || telling->version_failed) return;
    telling->judge = (struct judge){standard, 0, INSTANT_NEVER};
    telling->version_failed = version_list(telling->service->store, span_of(standard->name), note_version,
        &telling->judge, &telling->version_err);
}

static void write_standard(struct telling *telling, const struct standard *standard) {
    struct json_writer *w = &telling->w;
    find_judge(telling, standard);
    json_field_text(w, "standard", standard->name);
    json_field_text(w, "file", standard->file);
    json_field_int(w, "line", standard->line);
    json_field_int(w, "version", telling->judge.number);
    json_field_instant(w, "since", telling->judge.since_ms);
}

/* Adds a text that is null when nothing is in it, and empties it. */
static void field_words(struct json_writer *w, const char *name, struct buf *words) {
    json_field_text(w, name, words->size ? buf_text(words) : NULL);
    buf_clear(words);
}

static void write_past_limit(struct telling *telling, const struct standard *s, const struct story_limit *limit) {
    struct json_writer *w = &telling->w;
    json_object_begin(w);
    json_field_instant(w, "since", limit->since_ms);
    json_field_bool(w, "applies", limit->applies);
    if (limit->limit_ms >= 0)
        json_field_decimal(w, "limit", limit->limit_ms, 3);
    else
        json_field_null(w, "limit");
    if (limit->rule >= 0)
        json_field_int(w, "rule", limit->rule + 1);
    else
        json_field_null(w, "rule");
    why_rule(s, limit->rule, &telling->sentence);
    field_words(w, "rule_asks", &telling->sentence);
    json_field_text(w, "calendar", calendar_name(limit->calendar));
    json_field_instant(w, "promised", limit->promised_ms);
    json_object_end(w);
}

static void write_limits(struct telling *telling, const struct story_cycle *cycle) {
    struct json_writer *w = &telling->w;
    json_key(w, "limits");
    json_array_begin(w);
    for (size_t i = 0; i < cycle->limit_count; i++)
        write_past_limit(telling, cycle->standard, &cycle->limits[i]);
    json_array_end(w);
}

static void write_closures(struct telling *telling, const struct story_cycle *cycle) {
    struct json_writer *w = &telling->w;
    struct closure list[CONTACT_CLOSURES_MAX];
    int64_t to = cycle->ended_ms == INSTANT_NEVER ? telling->context.now_ms : cycle->ended_ms;
    size_t count = closures_between(cycle->calendar, cycle->started_ms, to, list, CONTACT_CLOSURES_MAX);
    json_field_decimal(w, "closed", closures_total(cycle->calendar, cycle->started_ms, to), 3);
    json_key(w, "closures");
    json_array_begin(w);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(w);
        json_field_instant(w, "from", list[i].from_ms);
        json_field_instant(w, "to", list[i].to_ms);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_pauses(struct json_writer *w, const struct story_cycle *cycle) {
    json_key(w, "pauses");
    json_array_begin(w);
    for (size_t i = 0; i < cycle->pause_count; i++) {
        json_object_begin(w);
        json_field_instant(w, "from", cycle->pauses[2 * i]);
        json_field_instant(w, "to", cycle->pauses[2 * i + 1]);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_limit(struct telling *telling, const struct story_cycle *cycle) {
    struct json_writer *w = &telling->w;
    if (cycle->limit_ms >= 0)
        json_field_decimal(w, "limit", cycle->limit_ms, 3);
    else
        json_field_null(w, "limit");
    if (cycle->limit_ms >= 0 && cycle->limit_rule >= 0)
        json_field_int(w, "limit_rule", cycle->limit_rule + 1);
    else
        json_field_null(w, "limit_rule");
    if (cycle->limit_ms >= 0) why_rule(cycle->standard, cycle->limit_rule, &telling->sentence);
    field_words(w, "rule_asks", &telling->sentence);
    write_limits(telling, cycle);
    json_field_text(w, "calendar", cycle->standard->is_value ? NULL : calendar_name(cycle->calendar));
    json_field_instant(w, "due", cycle->due_ms);
}

static void write_group(struct json_writer *w, const struct story_cycle *cycle) {
    json_key(w, "group");
    /* A cycle to which the standard never applied has no group. */
    if (cycle->group.count == cycle->standard->by_count)
        report_group(w, cycle->standard, &cycle->group);
    else
        json_null(w);
}

static void write_clock(void *arg, const struct story_cycle *cycle) {
    struct telling *telling = arg;
    struct json_writer *w = &telling->w;
    if (telling->only && cycle->standard != telling->only) return;
    if (telling->clock_count++ >= CONTACT_CLOCKS_MAX) {
        telling->cut = true;
        return;
    }
    json_object_begin(w);
    write_standard(telling, cycle->standard);
    json_key(w, "subject");
    report_subject(w, cycle->standard, &cycle->subject);
    write_group(w, cycle);
    json_field_bool(w, "applies", cycle->applies);
    if (!cycle->applies) why_not_applying(cycle->standard, &cycle->reason, &telling->sentence);
    field_words(w, "why_not", &telling->sentence);
    json_field_instant(w, "started", cycle->started_ms);
    write_limit(telling, cycle);
    json_field_bool(w, "paused", cycle->paused);
    write_pauses(w, cycle);
    write_closures(telling, cycle);
    json_field_text(w, "outcome", cycle->outcome == OUTCOME_NONE ? NULL : outcome_name(cycle->outcome));
    json_field_instant(w, "decided", cycle->outcome == OUTCOME_NONE ? INSTANT_NEVER : cycle->decided_ms);
    json_field_instant(w, "ended", cycle->ended_ms);
    json_field_text(w, "how", cycle->how[0] ? cycle->how : NULL);
    json_field_decimal(w, "elapsed", cycle->elapsed, standard_digits(cycle->standard));
    sentence_tell(&telling->context, cycle, &telling->sentence);
    field_words(w, "text", &telling->sentence);
    json_object_end(w);
}

static int unknown_contact(struct span contact, struct err *err) {
    enum { SHOWN_MAX = 80 }; /* bytes: to recognise it by */
    struct buf shown = {0};
    utf8_escape(&shown, contact, SHOWN_MAX);
    err_set(err, ERR_NOT_FOUND, "the journal holds no event of a contact \"%s\": it is named letter by letter, and kept for retain.events", buf_text(&shown));
    buf_fini(&shown);
    return ERR_NOT_FOUND;
}

/* The standard that was asked about, and why it has no clock. */
static void write_none(struct telling *telling, struct span contact, size_t standard) {
    struct json_writer *w = &telling->w;
    struct story_reason reason = {.why = WHY_APPLIES};
    if (!telling->only || telling->clock_count) return;
    /* A contact without any event that a standard asks for is unknown to the engine: nothing began. */
    engine_why(telling->service->engine, contact, standard, &reason);
    json_key(w, "no_clock");
    json_object_begin(w);
    write_standard(telling, telling->only);
    why_no_clock(telling->only, &reason, &telling->sentence);
    field_words(w, "text", &telling->sentence);
    json_object_end(w);
}

int view_contact(struct service *service, struct span contact, const struct view_query *query, struct buf *out,
    struct err *err) {
    struct telling telling = {.service = service, .w = {.out = out}};
    struct json_writer *w = &telling.w;
    size_t size = out->size, standard;
    int code = param_standard(&service->judging->rules, query->standard, &standard, err);
    if (code) return code;
    if (query->standard) telling.only = service->judging->rules.standards[standard];
    json_object_begin(w);
    json_field_string(w, "contact", contact);
    json_key(w, "events");
    json_array_begin(w);
    struct recall_point all = {.order = RECALL_BY_SEQ, .seq = UINT64_MAX};
    code = recall_contact(service->recall, service->engine, contact, &all, err);
    if (!code) code = write_events(service, &telling, contact, err);
    json_array_end(w);
    if (!code && !telling.event_count) code = unknown_contact(contact, err);
    if (!code) {
        telling.context =
            (struct story_context){engine_now(service->engine), contact, telling.events, telling.event_count};
        json_key(w, "clocks");
        json_array_begin(w);
        engine_story(service->engine, contact, write_clock, &telling);
        json_array_end(w);
        write_none(&telling, contact, standard);
        json_field_bool(w, "complete", !telling.cut);
        json_object_end(w);
    }
    if (!code && (code = telling.version_failed)) *err = telling.version_err;
    if (code) answer_undo(out, size);
    free(telling.events);
    arena_fini(&telling.names);
    buf_fini(&telling.sentence);
    return code;
}
