/* Invariants:
 * 1. every call in `calls` had an event "offered" or "answered" of its visit told, and none that ends it;
 * 2. a call is told to have left when it is LEAVING and settled, never before. */
#include "slad/wire/ami.h"

#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "wire/ami_events.h"

struct ami *ami_new(const struct translate_options *options) {
    struct ami *ami = mem_zalloc(sizeof *ami);
    if (options) ami->options = *options;
    return ami;
}

void ami_free(struct ami *ami) {
    if (!ami) return;
    ami_calls_clear(&ami->calls);
    buf_fini(&ami->text);
    free(ami->lines);
    free(ami);
}

bool ami_is_untimed(const struct ami *ami) {
    return ami->untimed;
}

int64_t ami_last_ms(const struct ami *ami) {
    return ami->last_ms;
}

size_t ami_waiting(const struct ami *ami) {
    size_t waiting = 0;
    for (size_t i = 0; i < ami->calls.count; i++) waiting += ami->calls.list[i]->phase != AMI_TALKING;
    return waiting;
}

/* ---- lines */

static void begin_lines(struct ami *ami) {
    buf_clear(&ami->text);
    ami->line_count = 0;
}

void ami_add_line(struct ami *ami, const struct queue_event *event) {
    size_t before = ami->text.size;
    queue_event_line(event, &ami->text);
    ami->lines = mem_grow(ami->lines, &ami->line_capacity, ami->line_count + 1, sizeof *ami->lines);
    ami->lines[ami->line_count++] = (struct span){NULL, ami->text.size - before};
}

static void end_lines(struct ami *ami, struct translation *out) {
    const char *p = ami->text.data;
    for (size_t i = 0; i < ami->line_count; i++) {
        ami->lines[i].p = p;
        p += ami->lines[i].n;
    }
    *out = (struct translation){ami->lines, ami->line_count};
}

struct queue_event ami_call_event(const struct ami_call *call, const char *name, int64_t at_ms) {
    struct queue_event event = queue_event_of(name, at_ms);
    event.call = span_of(call->call);
    event.queue = span_of(call->queue);
    event.visit = call->visit;
    return event;
}

/* ---- those who left */

void ami_tell_left(struct ami *ami, struct ami_call *call) {
    struct queue_event event = ami_call_event(call, "left", call->left_ms);
    event.reason = SPAN("key");
    ami_add_line(ami, &event);
    ami_calls_remove(&ami->calls, call);
}

/* Those who left so long before, by either clock, that an answer would have been told. */
static void settle_before(struct ami *ami, int64_t at_ms, int64_t now_ms) {
    for (size_t i = 0; i < ami->calls.count;) {
        struct ami_call *call = ami->calls.list[i];
        bool settled =
            call->left_ms + AMI_LEAVE_SETTLES_MS < at_ms || call->heard_ms + AMI_LEAVE_SETTLES_MS <= now_ms;
        if (call->phase == AMI_LEAVING && settled)
            ami_tell_left(ami, call);
        else
            i++;
    }
}

void ami_settle(struct ami *ami, int64_t now_ms, struct translation *out) {
    begin_lines(ami);
    settle_before(ami, INT64_MIN, now_ms);
    end_lines(ami, out);
}

int64_t ami_settles_ms(const struct ami *ami) {
    int64_t first = INSTANT_NEVER;
    for (size_t i = 0; i < ami->calls.count; i++) {
        const struct ami_call *call = ami->calls.list[i];
        int64_t at = call->heard_ms + AMI_LEAVE_SETTLES_MS;
        if (call->phase == AMI_LEAVING && at < first) first = at;
    }
    return first;
}

/* ---- events */

/* "1795284644.034974", rounded to the millisecond. */
static bool read_stamp(struct span text, int64_t *out) {
    const char *point = text.n ? memchr(text.p, '.', text.n) : NULL;
    int64_t seconds, micro;
    if (!point || text.n - (size_t)(point - text.p) != 7) return false;
    if (!queue_number((struct span){text.p, (size_t)(point - text.p)}, &seconds) || seconds < 0) return false;
    if (!queue_number((struct span){point + 1, 6}, &micro) || micro < 0 || seconds >= INSTANT_END / 1000)
        return false;
    *out = seconds * 1000 + (micro + 500) / 1000;
    return true;
}

bool ami_lacks_time(struct span message) {
    int64_t at_ms;
    return ami_kind(ami_value(message, "Event")) == AMI_EVENT &&
           !read_stamp(ami_value(message, "Timestamp"), &at_ms);
}

static void read_message(struct ami *ami, struct span text, int64_t received_ms, struct ami_message *out) {
    *out = (struct ami_message){.text = text,
        .at_ms = received_ms,
        .received_ms = received_ms,
        .call = ami_value(text, "Uniqueid"),
        .queue = ami_value(text, "Queue"),
        .agent = ami_value(text, "MemberName")};
    out->timed = read_stamp(ami_value(text, "Timestamp"), &out->at_ms);
    if (out->timed) ami->last_ms = out->at_ms;
}

int ami_event(
    struct ami *ami, struct span message, int64_t received_ms, struct translation *out, struct err *err) {
    enum ami_kind kind = ami_kind(ami_value(message, "Event"));
    struct ami_message m;
    if (kind != AMI_OTHER && memchr(message.p, '\0', message.n))
        return err_set(err, ERR_INVALID, "a NUL byte is in the message");
    begin_lines(ami);
    read_message(ami, message, received_ms, &m);
    int code = kind == AMI_OTHER ? 0 : ami_take(ami, &m, err);
    if (code) return code;
    if (kind == AMI_OTHER) counter_inc(queue_records_passed);
    if (kind == AMI_EVENT && !m.timed) ami->untimed = true;
    if (m.timed) settle_before(ami, m.at_ms, INT64_MIN);
    end_lines(ami, out);
    return 0;
}

/* ---- gaps */

void ami_away(struct ami *ami) {
    for (size_t i = 0; i < ami->calls.count; i++) {
        struct ami_call *call = ami->calls.list[i];
        call->doubtful = true;
        if (call->phase == AMI_LEAVING) call->phase = AMI_WAITING;
    }
}

void ami_listed(struct ami *ami, int64_t now_ms, struct translation *out) {
    begin_lines(ami);
    for (size_t i = 0; i < ami->calls.count;) {
        struct ami_call *call = ami->calls.list[i];
        if (!call->doubtful) {
            i++;
            continue;
        }
        struct queue_event event = ami_call_event(call, "lost", now_ms);
        ami_add_line(ami, &event);
        ami_calls_remove(&ami->calls, call);
    }
    end_lines(ami, out);
}

void ami_save(const struct ami *ami, struct buf *out) {
    ami_calls_save(&ami->calls, out);
}

int ami_load(struct ami *ami, struct span text, struct err *err) {
    ami_calls_clear(&ami->calls);
    int code = ami_calls_load(&ami->calls, text, err);
    ami_away(ami);
    return code;
}
