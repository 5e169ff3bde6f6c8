#include "wire/ami_calls.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/wire/json.h"
#include "slad/wire/write.h"

static const char *const phase_names[] = {"waiting", "leaving", "talking"};

static void call_free(struct ami_call *call) {
    free(call->call);
    free(call->queue);
    free(call->agent);
    free(call->leg);
    free(call);
}

struct ami_call *ami_calls_add(struct ami_calls *calls, struct span call, struct span queue, uint64_t visit) {
    if (calls->count == AMI_CALLS_MAX) ami_calls_remove(calls, calls->list[0]);
    struct ami_call *new = mem_zalloc(sizeof *new);
    new->call = mem_dup_text(call);
    new->queue = mem_dup_text(queue);
    new->visit = visit;
    calls->list = mem_grow(calls->list, &calls->capacity, calls->count + 1, sizeof *calls->list);
    calls->list[calls->count++] = new;
    return new;
}

static bool is(const char *text, struct span other) {
    return text && span_eq(span_of(text), other);
}

struct ami_call *ami_calls_queued(const struct ami_calls *calls, struct span call, struct span queue) {
    for (size_t i = 0; i < calls->count; i++) {
        struct ami_call *c = calls->list[i];
        if (c->phase != AMI_TALKING && is(c->call, call) && is(c->queue, queue)) return c;
    }
    return NULL;
}

struct ami_call *ami_calls_talking(const struct ami_calls *calls, struct span call, struct span queue) {
    for (size_t i = 0; i < calls->count; i++) {
        struct ami_call *c = calls->list[i];
        if (c->phase == AMI_TALKING && is(c->call, call) && is(c->queue, queue)) return c;
    }
    return NULL;
}

struct ami_call *ami_calls_of_agent(const struct ami_calls *calls, struct span queue, struct span agent,
    struct span leg, int64_t answered_ms) {
    struct ami_call *nearest = NULL;
    for (size_t i = 0; i < calls->count; i++) {
        struct ami_call *c = calls->list[i];
        if (c->phase != AMI_TALKING || !is(c->queue, queue)) continue;
        if (leg.n && is(c->leg, leg)) return c;
        if (!is(c->agent, agent)) continue;
        if (!nearest || llabs(c->answered_ms - answered_ms) < llabs(nearest->answered_ms - answered_ms))
            nearest = c;
    }
    return nearest;
}

static void set(char **text, struct span value) {
    free(*text);
    *text = value.p ? mem_dup_text(value) : NULL;
}

void ami_calls_answer(struct ami_call *call, struct span agent, struct span leg, int64_t at_ms) {
    call->phase = AMI_TALKING;
    call->answered_ms = at_ms;
    set(&call->agent, agent);
    set(&call->leg, leg);
}

void ami_calls_confirm(struct ami_calls *calls, struct span queue, struct span agent) {
    for (size_t i = 0; i < calls->count; i++) {
        struct ami_call *c = calls->list[i];
        if (c->phase == AMI_TALKING && is(c->queue, queue) && is(c->agent, agent)) c->doubtful = false;
    }
}

void ami_calls_remove(struct ami_calls *calls, struct ami_call *call) {
    size_t i = 0;
    while (calls->list[i] != call) i++;
    memmove(&calls->list[i], &calls->list[i + 1], (--calls->count - i) * sizeof *calls->list);
    call_free(call);
}

void ami_calls_clear(struct ami_calls *calls) {
    for (size_t i = 0; i < calls->count; i++) call_free(calls->list[i]);
    free(calls->list);
    *calls = (struct ami_calls){0};
}

/* ---- as text */

static void save(const struct ami_call *call, struct json_writer *w) {
    json_object_begin(w);
    json_field_text(w, "call", call->call);
    json_field_text(w, "queue", call->queue);
    json_field_int(w, "visit", (int64_t)call->visit);
    json_field_text(w, "phase", phase_names[call->phase]);
    json_field_int(w, "answered", call->answered_ms);
    json_field_text(w, "agent", call->agent);
    json_field_text(w, "leg", call->leg);
    json_object_end(w);
}

void ami_calls_save(const struct ami_calls *calls, struct buf *out) {
    struct json_writer w = {.out = out};
    json_array_begin(&w);
    for (size_t i = 0; i < calls->count; i++) save(calls->list[i], &w);
    json_array_end(&w);
}

static struct span text_of(const struct json *json, const char *key) {
    return span_of(json_text(json_get(json, key)));
}

static bool load(struct ami_calls *calls, const struct json *json) {
    struct span call = text_of(json, "call"), queue = text_of(json, "queue"), phase = text_of(json, "phase");
    int64_t visit = json_integer(json_get(json, "visit"), 0);
    if (!call.p || !queue.p || visit < 1) return false;
    struct ami_call *new = ami_calls_add(calls, call, queue, (uint64_t)visit);
    if (!span_eq(phase, span_of(phase_names[AMI_TALKING])))
        return true; /* who was leaving is in doubt, as one who waits */
    ami_calls_answer(
        new, text_of(json, "agent"), text_of(json, "leg"), json_integer(json_get(json, "answered"), 0));
    return true;
}

int ami_calls_load(struct ami_calls *calls, struct span text, struct err *err) {
    struct json *json = NULL;
    int code = json_parse(text, &json, err);
    if (code) return code;
    bool fine = json_is_array(json);
    for (const struct json *item = json_first(json); item && fine; item = json_next(item))
        fine = load(calls, item);
    json_free(json);
    if (fine) return 0;
    ami_calls_clear(calls);
    return err_set(err, ERR_INVALID, "a list of calls was expected");
}
