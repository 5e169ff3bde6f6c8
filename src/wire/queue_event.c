#include "wire/queue_event.h"

#include <inttypes.h>
#include "slad/wire/queue_contact.h"
#include "slad/wire/write.h"

struct queue_event queue_event_of(const char *event, int64_t at_ms) {
    return (struct queue_event){.event = event,
        .at_ms = at_ms,
        .position = QUEUE_UNTOLD,
        .waited_s = QUEUE_UNTOLD,
        .talked_s = QUEUE_UNTOLD,
        .rang_ms = QUEUE_UNTOLD,
        .penalty = QUEUE_UNTOLD};
}

void queue_contact(struct span call, struct span queue, uint64_t visit, struct buf *out) {
    buf_add_span(out, call);
    buf_add_char(out, '/');
    buf_add_span(out, queue);
    if (visit > 1) buf_printf(out, "#%" PRIu64, visit);
}

static void field_contact(struct json_writer *w, const struct queue_event *event) {
    struct buf contact = {0};
    if (event->visit) {
        queue_contact(event->call, event->queue, event->visit, &contact);
    } else {
        buf_add_text(&contact, "agent/");
        buf_add_span(&contact, event->agent);
    }
    json_field_string(w, "contact", buf_span(&contact));
    buf_fini(&contact);
}

static void field_span(struct json_writer *w, const char *name, struct span text) {
    if (text.n) json_field_string(w, name, text);
}

static void field_number(struct json_writer *w, const char *name, int64_t number) {
    if (number != QUEUE_UNTOLD) json_field_int(w, name, number);
}

void queue_event_line(const struct queue_event *event, struct buf *out) {
    struct json_writer w = {.out = out};
    json_object_begin(&w);
    field_contact(&w, event);
    json_field_text(&w, "event", event->event);
    json_field_instant(&w, "at", event->at_ms);
    field_span(&w, "id", event->id);
    if (event->visit) json_field_text(&w, "channel", "phone");
    field_span(&w, "queue", event->queue);
    field_span(&w, "call", event->call);
    field_span(&w, "agent", event->agent);
    field_number(&w, "position", event->position);
    field_number(&w, "waited", event->waited_s);
    if (event->rang_ms != QUEUE_UNTOLD) json_field_decimal(&w, "rang", event->rang_ms, 3);
    field_number(&w, "talked", event->talked_s);
    if (event->ended_by) json_field_text(&w, "ended_by", event->ended_by);
    field_span(&w, "reason", event->reason);
    field_number(&w, "penalty", event->penalty);
    if (event->recovered) json_field_bool(&w, "recovered", true);
    json_object_end(&w);
}

int queue_visit(
    const struct translate_options *options, const struct visit *visit, uint64_t *nth, struct err *err) {
    *nth = 1;
    return options->visit ? options->visit(options->arg, visit, nth, err) : 0;
}

bool queue_number(struct span text, int64_t *out) {
    size_t i = text.n && text.p[0] == '-';
    int64_t number = 0;
    if (i == text.n || text.n > 15) return false; /* far beyond any duration */
    for (size_t k = i; k < text.n; k++) {
        if (text.p[k] < '0' || text.p[k] > '9') return false;
        number = number * 10 + (text.p[k] - '0');
    }
    *out = i ? -number : number;
    return true;
}
