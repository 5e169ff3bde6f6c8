#include "slad/service/intake.h"

#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/store/breaches.h"
#include "slad/store/journal.h"
#include "slad/store/positions.h"
#include "state.h"

uint64_t intake_batch(const struct service *service) {
    return service->batch;
}

uint64_t intake_durable(const struct service *service) {
    return service->durable;
}

/* A sample of the bad lines goes to the log, all of them are counted. */
static enum intake_verdict rejected(struct service *service, const char *source, struct span line, struct err *err) {
    counter_inc(events_rejected);
    uint64_t held;
    if (log_allow("event rejected", service->now_ms, &held)) {
        struct span start = {line.p, line.n < 120 ? line.n : 120};
        log_warning("event rejected", "source=%s reason=%s line=%s more=%llu", source, LOG_TEXT(span_of(err->text)),
            LOG_TEXT(start), (unsigned long long)held);
    }
    return INTAKE_REJECTED;
}

enum intake_verdict intake_too_long(struct service *service, const char *source, struct err *err) {
    counter_inc(lines_too_long);
    err_set(err, ERR_LIMIT, "the line is longer than 64 KiB");
    return rejected(service, source, SPAN("(too long)"), err);
}

static int check_instant(const struct service *service, struct event *event, struct err *err) {
    event->received_ms = service->now_ms;
    if (!event->has_at) event->at_ms = service->now_ms;
    if (event->at_ms - service->now_ms <= service->config->max_ahead_ms) return 0;
    char at[INSTANT_TEXT_MAX];
    return err_set(err, ERR_INVALID, "\"at\" is %s, further ahead of the clock than max_ahead allows",
        instant_text(event->at_ms, at));
}

static enum intake_verdict take(struct service *service, struct event *event, struct span line, struct err *err) {
    struct journal_row row = {.received_ms = event->received_ms, .at_ms = event->at_ms, .contact = event->contact,
        .event = event->name, .id = event->id, .has_id = event->has_id, .line = line};
    int code = service_begin(service, err);
    if (!code) code = journal_append(service->store, &row, &event->seq, err);
    if (code < 0) {
        service_fail_batch(service, code, err);
        return INTAKE_UNABLE;
    }
    if (code > 0) {
        counter_inc(events_duplicate);
        return INTAKE_DUPLICATE;
    }
    service->dirty = true;
    engine_event(service->engine, event);
    if (service->write_failed) {
        *err = service->write_err;
        return INTAKE_UNABLE;
    }
    service->batch_accepted++;
    return INTAKE_ACCEPTED;
}

static int unable(const struct service *service, struct err *err) {
    if (!service->failed && !service->write_failed) return 0;
    return err_set(err, ERR_IO, "events are not accepted at the moment: %s",
        service->failed ? service->failure : service->write_err.text);
}

enum intake_verdict intake_line(struct service *service, const char *source, struct span line, struct err *err) {
    if (unable(service, err)) return INTAKE_UNABLE;
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    struct event event;
    enum line_kind kind;
    if (line.n > EVENT_LINE_MAX) return intake_too_long(service, source, err);
    if (line_read(service->reader, line, &kind, &event, err)) return rejected(service, source, line, err);
    if (kind == LINE_BLANK) return INTAKE_BLANK;
    if (kind == LINE_HELLO) return INTAKE_HELLO;
    if (check_instant(service, &event, err)) return rejected(service, source, line, err);
    return take(service, &event, line, err);
}

int intake_excuse(struct service *service, int64_t breach, int64_t uid, struct span text, struct err *err) {
    if (unable(service, err)) return ERR_IO;
    struct breach_excuse excuse = {.uid = uid, .text = text, .now_ms = service->now_ms};
    int code = service_begin(service, err);
    if (!code) code = breach_excuse(service->store, breach, &excuse, err);
    if (code < 0) service_fail_batch(service, code, err);
    if (code > 0) return err_set(err, ERR_NOT_FOUND, "there is no breach %lld", (long long)breach);
    if (code == 0) service->dirty = true;
    return code;
}

int intake_position_put(struct service *service, const struct intake_position *p, struct err *err) {
    if (unable(service, err)) return ERR_IO;
    struct position position = {.name = p->name, .device = p->device, .inode = p->inode, .birth_ns = p->birth_ns,
        .head_hash = p->head_hash, .head_bytes = p->head_bytes, .tail_hash = p->tail_hash, .tail_bytes = p->tail_bytes,
        .offset = p->offset, .lines = p->lines, .updated_ms = service->now_ms};
    int code = service_begin(service, err);
    if (!code) code = position_put(service->store, &position, err);
    service->dirty = true;
    if (code < 0) service_fail_batch(service, code, err);
    return code;
}

int intake_position_get(struct service *service, struct span name, struct intake_position *out, struct err *err) {
    struct position p;
    int code = position_get(service->store, name, &p, err);
    if (code) return code;
    *out = (struct intake_position){name, p.device, p.inode, p.birth_ns, p.head_hash, p.head_bytes, p.tail_hash,
        p.tail_bytes, p.offset, p.lines};
    return 0;
}
