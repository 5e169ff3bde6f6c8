#include "slad/service/intake.h"

#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/service/visits.h"
#include "slad/store/breaches.h"
#include "slad/store/journal.h"
#include "slad/store/later.h"
#include "slad/wire/lines.h"
#include "event_batch.h"
#include "recall.h"
#include "state.h"

/* Some 30 ms of the thread that writes. With half as many it took in an eighth less under full load, as more pages are
 * written more than once; with twice as many no more. */
enum { FULL_EVENTS = 8192 };

bool intake_is_full(const struct service *service) {
    return service->batch_accepted >= FULL_EVENTS && store_is_committing(service->store);
}

uint64_t intake_batch(const struct service *service) {
    return service->batch;
}

uint64_t intake_written(const struct service *service) {
    return service->dirty ? service->batch : service->batch - 1;
}

uint64_t intake_durable(const struct service *service) {
    return service->durable;
}

/* A sample of the bad lines goes to the log, all of them are counted. */
static enum intake_verdict rejected(
    struct service *service, const struct intake_source *source, struct span line, struct err *err) {
    counter_inc(events_rejected);
    uint64_t held;
    if (log_allow("event rejected", service->now_ms, &held)) {
        struct span start = {line.p, line.n < 120 ? line.n : 120};
        log_warning("event rejected", "source=%s reason=%s line=%s more=%llu",
            LOG_TEXT(span_of(source->name)), LOG_TEXT(span_of(err->text)), LOG_TEXT(start), (unsigned long long)held);
    }
    return INTAKE_REJECTED;
}

enum intake_verdict intake_too_long(struct service *service, const struct intake_source *source, struct err *err) {
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

/* Its contact may have left memory. */
static int recall_before(struct service *service, const struct event *event, struct err *err) {
    struct recall_point fed = {.order = RECALL_BY_SEQ, .seq = event->seq};
    return recall_contact(service->recall, service->engine, event->contact, &fed, err);
}

static enum intake_verdict take(struct service *service, struct event *event, struct span line, struct err *err) {
    struct journal_row row = {.received_ms = event->received_ms, .at_ms = event->at_ms, .contact = event->contact,
        .event = event->name, .id = event->id, .has_id = event->has_id, .line = line};
    int code = service_begin(service, err);
    if (!code) code = journal_append(service->store, &row, &event->seq, err);
    if (!code) code = recall_before(service, event, err);
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
    code = recall_failure(service->recall, err);
    if (code) service_fail_batch(service, code, err);
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

/* An event that could be taken; of a hello or a blank line only the kind is said. */
static int read_event(
    struct service *service, struct span line, enum line_kind *kind, struct event *event, struct err *err) {
    int code = line_read(service->reader, line, kind, event, err);
    return code || *kind != LINE_EVENT ? code : check_instant(service, event, err);
}

/* `record` is what the sender wrote, where the line is a translation of it. */
static enum intake_verdict take_event_line(struct service *service, const struct intake_source *source,
    struct span line, struct span record, struct err *err) {
    struct event event;
    enum line_kind kind;
    if (read_event(service, line, &kind, &event, err)) return rejected(service, source, record, err);
    if (kind == LINE_BLANK) return INTAKE_BLANK;
    if (kind == LINE_HELLO) return INTAKE_HELLO;
    return take(service, &event, line, err);
}

static int number_visit(void *arg, const struct visit *visit, uint64_t *nth, struct err *err) {
    struct service *service = arg;
    int code = visits_visit(service->visits, visit, nth, err);
    if (code) service_fail_batch(service, code, err);
    return code;
}

const struct translate_options *intake_translate_options(struct service *service) {
    service->translation = (struct translate_options){number_visit, service};
    return &service->translation;
}

/* A sender of any format may say hello, as one of event lines does. */
static bool is_hello(struct service *service, struct span record) {
    struct span start = SPAN("{\"hello\"");
    struct event event;
    enum line_kind kind;
    struct err err;
    if (record.n < start.n || memcmp(record.p, start.p, start.n) != 0) return false;
    return line_read(service->reader, record, &kind, &event, &err) == 0 && kind == LINE_HELLO;
}

/* Of several events none is taken before it is known that all can be. */
static int check_all(struct service *service, const struct translation *events, struct err *err) {
    int code = 0;
    for (size_t i = 0; !code && i < events->count && events->count > 1; i++) {
        struct event event;
        enum line_kind kind;
        code = read_event(service, events->lines[i], &kind, &event, err);
    }
    return code;
}

static enum intake_verdict take_translated(
    struct service *service, const struct intake_source *source, struct span record, struct err *err) {
    struct translation events;
    enum intake_verdict best = INTAKE_BLANK;
    if (is_hello(service, record)) return INTAKE_HELLO;
    if (translate(source->translator, record, &events, err) || check_all(service, &events, err))
        return service->write_failed ? INTAKE_UNABLE : rejected(service, source, record, err);
    for (size_t i = 0; i < events.count; i++) {
        enum intake_verdict verdict = take_event_line(service, source, events.lines[i], record, err);
        if (verdict == INTAKE_UNABLE || verdict == INTAKE_REJECTED) return verdict;
        if (verdict == INTAKE_ACCEPTED || best == INTAKE_BLANK) best = verdict;
    }
    return best;
}

enum intake_verdict intake_line(
    struct service *service, const struct intake_source *source, struct span line, struct err *err) {
    if (unable(service, err)) return INTAKE_UNABLE;
    line = lines_last(line);
    if (line.n > EVENT_LINE_MAX) return intake_too_long(service, source, err);
    return source->translator ? take_translated(service, source, line, err)
                              : take_event_line(service, source, line, line, err);
}

/* The first of the lines that are events and stay as they were read when the next one is: how many. */
static size_t read_together(
    struct service *service, const struct span *lines, size_t count, struct event_batch *batch) {
    struct err err;
    for (size_t i = 0; i < count; i++) {
        struct span line = lines_last(lines[i]);
        struct event event;
        enum line_kind kind;
        if (line.n > EVENT_LINE_MAX || read_event(service, line, &kind, &event, &err)) break;
        if (kind != LINE_EVENT || !line_in_place(service->reader) || event.attr_count > EVENT_BATCH_ATTRS) break;
        (void)event_batch_put(batch, &event);
    }
    return batch->count;
}

_Static_assert((int)INTAKE_TOGETHER <= (int)ENGINE_EXPECT_MOST && (int)INTAKE_TOGETHER <= (int)ENGINE_PREPARE_MOST,
    "what is read together has room");

static void foresee(const struct service *service, const struct event_batch *batch) {
    for (size_t i = 0; i < batch->count; i++)
        if (batch->events[i].has_id) journal_foresee(service->store, batch->events[i].id);
    engine_expect(service->engine, batch->events, batch->count);
}

size_t intake_lines(struct service *service, const struct intake_source *source, const struct span *lines, size_t count,
    enum intake_verdict *verdicts, struct err *err) {
    struct event_batch batch;
    size_t done = 0;
    batch.count = 0;
    if (count > INTAKE_TOGETHER) count = INTAKE_TOGETHER;
    if (count > 1 && !source->translator && !unable(service, err)) count = read_together(service, lines, count, &batch);
    if (batch.count < 2) {
        verdicts[0] = intake_line(service, source, lines[0], err);
        return 1;
    }
    foresee(service, &batch);
    do verdicts[done] = take(service, &batch.events[done], lines_last(lines[done]), err);
    while (verdicts[done++] != INTAKE_UNABLE && done < count);
    service_took(service, done);
    return done;
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

/* What both have alike under one name each: the store's rooms and this one's callers do not know of each other. */
#define SAME_POSITION(p) \
    .name = (p)->name, .device = (p)->device, .inode = (p)->inode, .birth_ns = (p)->birth_ns, .mtime_ns = (p)->mtime_ns, \
    .begun_ns = (p)->begun_ns, \
    .head_hash = (p)->head_hash, .head_bytes = (p)->head_bytes, .tail_hash = (p)->tail_hash, \
    .tail_bytes = (p)->tail_bytes, .offset = (p)->offset, .lines = (p)->lines, .done = (p)->done

static int change_positions(struct service *service, const struct intake_position *p,
    int change(struct store *store, const struct position *position, struct err *err), struct err *err) {
    if (unable(service, err)) return ERR_IO;
    struct position position = {SAME_POSITION(p), .updated_ms = service->now_ms};
    int code = service_begin(service, err);
    if (!code) code = change(service->store, &position, err);
    service->dirty = true;
    if (code) service_fail_batch(service, code, err);
    return code;
}

int intake_position_put(struct service *service, const struct intake_position *position, struct err *err) {
    return change_positions(service, position, later_position, err);
}

int intake_position_drop(struct service *service, const struct intake_position *position, struct err *err) {
    return change_positions(service, position, later_position_drop, err);
}

struct position_visitor {
    intake_position_visit *visit;
    void *arg;
};

static void visit_position(void *arg, const struct position *p) {
    const struct position_visitor *visitor = arg;
    struct intake_position position = {SAME_POSITION(p), .updated_ms = p->updated_ms};
    visitor->visit(visitor->arg, &position);
}

int intake_positions_each(struct service *service, intake_position_visit *visit, void *arg, struct err *err) {
    struct position_visitor visitor = {visit, arg};
    return positions_each(service->store, visit_position, &visitor, err);
}
