#include "wire/ami_events.h"

#include "slad/base/utf8.h"

static int64_t number_of(const struct ami_message *m, const char *key) {
    int64_t number;
    return queue_number(ami_value(m->text, key), &number) ? number : QUEUE_UNTOLD;
}

/* Of a call that is not among ours: it came while nobody looked. */
static int event_of_stranger(struct ami *ami, const struct ami_message *m, const char *name,
    struct queue_event *out, struct err *err) {
    struct visit visit = {.call = m->call, .queue = m->queue};
    *out = queue_event_of(name, m->at_ms);
    out->call = m->call;
    out->queue = m->queue;
    int code = queue_visit(&ami->options, &visit, &out->visit, err);
    if (out->visit == 0) out->visit = 1;
    return code;
}

static int event_about(struct ami *ami, const struct ami_message *m, const struct ami_call *call,
    const char *name, struct queue_event *out, struct err *err) {
    if (!call) return event_of_stranger(ami, m, name, out, err);
    *out = ami_call_event(call, name, m->at_ms);
    return 0;
}

/* ---- calls that wait */

/* `before` is left by the same caller in the same queue, or NULL. */
static int begin_visit(struct ami *ami, const struct ami_message *m, struct ami_call *before,
    struct queue_event *event, struct err *err) {
    struct buf id = {0};
    buf_printf(&id, "ami:%lld:", (long long)event->at_ms);
    buf_add_span(&id, m->call);
    buf_add_char(&id, '/');
    buf_add_span(&id, m->queue);
    struct visit visit = {m->call, m->queue, buf_span(&id)};
    int code = queue_visit(&ami->options, &visit, &event->visit, err);
    if (!code) {
        event->call = m->call;
        event->queue = m->queue;
        event->id = visit.id;
        event->position = number_of(m, "Position");
        if (before) ami_tell_left(ami, before);
        ami_add_line(ami, event);
        ami_calls_add(&ami->calls, m->call, m->queue, event->visit);
    }
    buf_fini(&id);
    return code;
}

static int on_join(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct ami_call *call = ami_calls_queued(&ami->calls, m->call, m->queue);
    struct queue_event event = queue_event_of(name, m->at_ms);
    if (!call || call->phase == AMI_LEAVING) return begin_visit(ami, m, call, &event, err);
    call->doubtful = false; /* the list of those who wait was quicker than its event */
    return 0;
}

/* An item of the list of those who wait. */
static int on_entry(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct ami_call *call = ami_calls_queued(&ami->calls, m->call, m->queue);
    int64_t waited_s = number_of(m, "Wait");
    struct queue_event event = queue_event_of(name, m->received_ms);
    if (waited_s > 0 && waited_s <= event.at_ms / 1000) event.at_ms -= waited_s * 1000;
    event.recovered = true;
    if (!call) return begin_visit(ami, m, NULL, &event, err);
    call->doubtful = false;
    return 0;
}

static int on_leave(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct ami_call *call = ami_calls_queued(&ami->calls, m->call, m->queue);
    (void)name, (void)err;
    if (!call) return 0; /* it was told to have abandoned */
    call->phase = AMI_LEAVING;
    call->left_ms = m->at_ms;
    call->heard_ms = m->received_ms;
    call->doubtful = false;
    return 0;
}

static int on_abandon(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct ami_call *call = ami_calls_queued(&ami->calls, m->call, m->queue);
    struct queue_event event;
    int code = event_about(ami, m, call, name, &event, err);
    if (code) return code;
    event.position = number_of(m, "Position");
    event.waited_s = number_of(m, "HoldTime");
    ami_add_line(ami, &event);
    if (call) ami_calls_remove(&ami->calls, call);
    return 0;
}

/* ---- calls that are talked to */

static int on_connect(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct ami_call *call = ami_calls_queued(&ami->calls, m->call, m->queue);
    struct queue_event event;
    int code = event_about(ami, m, call, name, &event, err);
    if (code) return code;
    int64_t rang_s = number_of(m, "RingTime");
    event.agent = m->agent;
    event.waited_s = number_of(m, "HoldTime");
    if (rang_s != QUEUE_UNTOLD) event.rang_ms = rang_s * 1000;
    ami_add_line(ami, &event);
    if (!call) call = ami_calls_add(&ami->calls, m->call, m->queue, event.visit);
    ami_calls_answer(call, m->agent, ami_value(m->text, "DestUniqueid"), m->at_ms);
    call->doubtful = false;
    return 0;
}

/* Some come without the call's id: then it is the one that this agent has had for as long. */
static struct ami_call *completed(struct ami *ami, const struct ami_message *m) {
    if (m->call.n) return ami_calls_talking(&ami->calls, m->call, m->queue);
    int64_t talked_s = number_of(m, "TalkTime");
    return ami_calls_of_agent(&ami->calls, m->queue, m->agent, ami_value(m->text, "DestUniqueid"),
        m->at_ms - (talked_s == QUEUE_UNTOLD ? 0 : talked_s * 1000));
}

static int on_complete(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    static const char *const reasons[] = {"agent", "caller", "transfer"};
    struct ami_call *call = completed(ami, m);
    struct queue_event event;
    if (!call && m->call.n == 0)
        return err_set(
            err, ERR_INVALID, "the event has no Uniqueid, and its member no call that slad knows of");
    int code = event_about(ami, m, call, name, &event, err);
    if (code) return code;
    event.agent = m->agent;
    event.waited_s = number_of(m, "HoldTime");
    event.talked_s = number_of(m, "TalkTime");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (ami_is(m->text, "Reason", reasons[i])) event.ended_by = reasons[i];
    ami_add_line(ami, &event);
    if (call) ami_calls_remove(&ami->calls, call);
    return 0;
}

/* An item of the list of agents: one who is in a call, or of whom that is not told, may have the one we know
 * of. */
static int on_member(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct span agent = ami_value(m->text, "Name");
    (void)name, (void)err;
    if (!ami_is(m->text, "InCall", "0")) ami_calls_confirm(&ami->calls, m->queue, agent);
    return 0;
}

/* ---- agents */

static int on_agent(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct queue_event event = queue_event_of(name, m->at_ms);
    (void)err;
    event.call = m->call;
    event.queue = m->queue;
    event.agent = m->agent;
    event.rang_ms = number_of(m, "RingTime");
    ami_add_line(ami, &event);
    return 0;
}

static int on_pause(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct queue_event event = queue_event_of(ami_is(m->text, "Paused", "1") ? name : "unpaused", m->at_ms);
    (void)err;
    event.queue = m->queue;
    event.agent = m->agent;
    event.reason = ami_value(m->text, "PausedReason");
    ami_add_line(ami, &event);
    return 0;
}

static int on_penalty(struct ami *ami, const struct ami_message *m, const char *name, struct err *err) {
    struct queue_event event = queue_event_of(name, m->at_ms);
    (void)err;
    event.queue = m->queue;
    event.agent = m->agent;
    event.penalty = number_of(m, "Penalty");
    ami_add_line(ami, &event);
    return 0;
}

/* ---- all of them */

enum names { CALL_NAMES, AGENT_NAMES, NO_NAMES }; /* what has to be there, beside the queue */
static const struct row {
    const char *event;
    enum ami_kind kind;
    enum names names;
    int (*take)(struct ami *ami, const struct ami_message *m, const char *name, struct err *err);
    const char *name; /* as slad has it */
} rows[] = {
    {"QueueCallerJoin", AMI_EVENT, CALL_NAMES, on_join, "offered"},
    {"QueueCallerLeave", AMI_EVENT, CALL_NAMES, on_leave, NULL},
    {"QueueCallerAbandon", AMI_EVENT, CALL_NAMES, on_abandon, "abandoned"},
    {"AgentConnect", AMI_EVENT, CALL_NAMES, on_connect, "answered"},
    {"AgentComplete", AMI_EVENT, AGENT_NAMES, on_complete, "closed"},
    {"AgentRingNoAnswer", AMI_EVENT, AGENT_NAMES, on_agent, "ring-no-answer"},
    {"AgentDump", AMI_EVENT, AGENT_NAMES, on_agent, "dumped"},
    {"QueueMemberPause", AMI_EVENT, AGENT_NAMES, on_pause, "paused"},
    {"QueueMemberAdded", AMI_EVENT, AGENT_NAMES, on_agent, "member-added"},
    {"QueueMemberRemoved", AMI_EVENT, AGENT_NAMES, on_agent, "member-removed"},
    {"QueueMemberPenalty", AMI_EVENT, AGENT_NAMES, on_penalty, "penalty"},
    {"QueueEntry", AMI_ITEM, CALL_NAMES, on_entry, "offered"},
    {"QueueMember", AMI_ITEM, NO_NAMES, on_member, NULL},
};

static const struct row *row_of(struct span event) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (span_eq(event, span_of(rows[i].event))) return &rows[i];
    return NULL;
}

enum ami_kind ami_kind(struct span event) {
    const struct row *row = row_of(event);
    return row ? row->kind : AMI_OTHER;
}

static int check_names(const struct ami_message *m, enum names names, struct err *err) {
    if (m->queue.n == 0) return err_set(err, ERR_INVALID, "the event names no queue");
    if (names == CALL_NAMES && m->call.n == 0) return err_set(err, ERR_INVALID, "the event has no Uniqueid");
    if (names == AGENT_NAMES && m->agent.n == 0)
        return err_set(err, ERR_INVALID, "the event names no member");
    if (!utf8_valid(m->queue) || !utf8_valid(m->call) || !utf8_valid(m->agent))
        return err_set(err, ERR_INVALID, "a name in the event is not UTF-8");
    return 0;
}

int ami_take(struct ami *ami, const struct ami_message *message, struct err *err) {
    const struct row *row = row_of(ami_value(message->text, "Event"));
    int code = check_names(message, row->names, err);
    return code ? code : row->take(ami, message, row->name, err);
}
