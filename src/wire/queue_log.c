/* epoch|call|queue|agent|EVENT|data…: bars within names and texts are not escaped, so a line is read from its
 * EVENT on: data to its right has fixed places from its front or its back, and what lies to its left after
 * the call is the queue and the agent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/base/utf8.h"
#include "wire/queue_event.h"
#include "wire/translator.h"

enum {
    FIELDS_MAX = 64, /* the exchange writes at most 12; names and free text may hold bars of their own */
    EVENT_FIELD = 4, /* where EVENT stands when no name before it holds a bar */
};

enum about { ABOUT_CALL, ABOUT_AGENT, ABOUT_NOTHING };
/* Numbers are places among the data: 1, 2, … from its front, -1, -2, … from its back, 0: it is not there. */
struct kind {
    const char *name; /* as the log has it */
    enum about about;
    const char *event; /* as slad has it */
    const char *reason, *ended_by;
    int required[2]; /* whole numbers must stand here: what tells an event from a text that reads like one */
    int position, waited, talked, rang_s, rang_ms, penalty;
    bool begins;    /* a visit */
    bool of_call;   /* the agent's, with a call in its field */
    bool tells_why; /* its data is free text */
};

static const struct kind kinds[] = {
    {"ENTERQUEUE", ABOUT_CALL, "offered", .begins = true},
    {"CONNECT", ABOUT_CALL, "answered", .required = {1}, .waited = 1, .rang_s = 3},
    {"ABANDON", ABOUT_CALL, "abandoned", .required = {1}, .position = 1, .waited = 3},
    {"COMPLETEAGENT", ABOUT_CALL, "closed", .ended_by = "agent", .required = {1, 2}, .waited = 1,
        .talked = 2},
    {"COMPLETECALLER", ABOUT_CALL, "closed", .ended_by = "caller", .required = {1, 2}, .waited = 1,
        .talked = 2},
    {"BLINDTRANSFER", ABOUT_CALL, "closed", .ended_by = "transfer", .required = {-3, -2}, .waited = -3,
        .talked = -2},
    {"ATTENDEDTRANSFER", ABOUT_CALL, "closed", .ended_by = "transfer", .required = {-3, -2}, .waited = -3,
        .talked = -2},
    {"TRANSFER", ABOUT_CALL, "closed", .ended_by = "transfer", .required = {3, 4}, .waited = 3, .talked = 4},
    {"EXITWITHTIMEOUT", ABOUT_CALL, "left", "timeout", .required = {1}, .position = 1, .waited = 3},
    {"EXITWITHKEY", ABOUT_CALL, "left", "key", .required = {2}, .position = 2, .waited = 4},
    {"EXITEMPTY", ABOUT_CALL, "left", "empty", .required = {1}, .position = 1, .waited = 3},
    {"WITHDRAW", ABOUT_CALL, "left", "withdrawn", .required = {1}, .position = 1, .waited = 3},
    {"SYSCOMPAT", ABOUT_CALL, "left", "incompatible"},
    {"RINGNOANSWER", ABOUT_AGENT, "ring-no-answer", .required = {1}, .rang_ms = 1, .of_call = true},
    {"RINGCANCELED", ABOUT_AGENT, "ring-canceled", .required = {1}, .rang_ms = 1, .of_call = true},
    {"AGENTDUMP", ABOUT_AGENT, "dumped", .of_call = true},
    {"PAUSE", ABOUT_AGENT, "paused", .tells_why = true},
    {"UNPAUSE", ABOUT_AGENT, "unpaused", .tells_why = true},
    {"PAUSEALL", ABOUT_AGENT, "paused-all", .tells_why = true},
    {"UNPAUSEALL", ABOUT_AGENT, "unpaused-all", .tells_why = true},
    {"ADDMEMBER", ABOUT_AGENT, "member-added"},
    {"REMOVEMEMBER", ABOUT_AGENT, "member-removed"},
    {"PENALTY", ABOUT_AGENT, "penalty", .required = {1}, .penalty = 1},
    {"AGENTLOGIN", ABOUT_AGENT, "logged-in"},
    {"AGENTCALLBACKLOGIN", ABOUT_AGENT, "logged-in"},
    {"AGENTLOGOFF", ABOUT_AGENT, "logged-off"},
    {"AGENTCALLBACKLOGOFF", ABOUT_AGENT, "logged-off"},
    {"RINGINUSE", ABOUT_NOTHING},
    {"QUEUESTART", ABOUT_NOTHING},
    {"CONFIGRELOAD", ABOUT_NOTHING},
    {"ROTATE", ABOUT_NOTHING},
};

struct queue_log {
    const struct translate_options *options;
    struct buf line;
    struct span lines[1];
};

struct fields {
    struct span list[FIELDS_MAX]; /* beyond them, the last holds the rest of the line */
    size_t count;
};
struct found {
    const struct kind *kind;
    size_t at; /* its field */
};

static void split(struct span line, struct fields *out) {
    const char *p = line.p, *end = line.p + line.n;
    out->count = 0;
    for (;;) {
        const char *bar = out->count < FIELDS_MAX - 1 ? memchr(p, '|', (size_t)(end - p)) : NULL;
        const char *stop = bar ? bar : end;
        out->list[out->count++] = (struct span){p, (size_t)(stop - p)};
        if (!bar) return;
        p = bar + 1;
    }
}

/* Fields first … last with the bars between them. */
static struct span joined(const struct fields *fields, size_t first, size_t last) {
    const char *p = fields->list[first].p;
    return (struct span){p, (size_t)(fields->list[last].p - p) + fields->list[last].n};
}

static bool number_at(const struct fields *fields, size_t event, int place, int64_t *out) {
    size_t data = fields->count - event - 1, back = (size_t)-place;
    if (place > 0 && (size_t)place <= data) return queue_number(fields->list[event + (size_t)place], out);
    if (place < 0 && back <= data) return queue_number(fields->list[fields->count - back], out);
    return false;
}

static int64_t number_or_untold(const struct fields *fields, size_t event, int place) {
    int64_t number;
    return place && number_at(fields, event, place, &number) ? number : QUEUE_UNTOLD;
}

/* url|number|position, and in some versions the caller's name, which alone has its bars escaped. */
static int64_t entered_at(const struct fields *fields, size_t event) {
    size_t data = fields->count - event - 1;
    if (data <= 4) return number_or_untold(fields, event, 3);
    int64_t number = number_or_untold(fields, event, -2);
    return number != QUEUE_UNTOLD ? number : number_or_untold(fields, event, -1);
}

static bool fits(const struct kind *kind, const struct fields *fields, size_t event) {
    int64_t number;
    for (size_t i = 0; i < 2; i++)
        if (kind->required[i] && !number_at(fields, event, kind->required[i], &number)) return false;
    return true;
}

static const struct kind *kind_of(struct span name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_eq(name, span_of(kinds[i].name))) return &kinds[i];
    return NULL;
}

/* The first field that is an event with the data of one. Without any, out->kind is NULL, or where EVENT
 * should be the one whose data does not fit. */
static bool find_event(const struct fields *fields, struct found *out) {
    for (size_t i = EVENT_FIELD; i < fields->count; i++) {
        *out = (struct found){kind_of(fields->list[i]), i};
        if (out->kind && fits(out->kind, fields, i)) return true;
    }
    *out = (struct found){kind_of(fields->list[EVENT_FIELD]), EVENT_FIELD};
    return false;
}

static int read_stamp(struct span text, int64_t *out, struct err *err) {
    const char *point = text.n ? memchr(text.p, '.', text.n) : NULL;
    struct span whole = {text.p, point ? (size_t)(point - text.p) : text.n};
    int64_t seconds, fraction = 0;
    if (whole.n > 11 || !queue_number(whole, &seconds) || seconds < 0)
        return err_set(
            err, ERR_INVALID, "the line does not begin with a time: seconds since the epoch were expected");
    int64_t digit_ms = 100;
    for (size_t i = whole.n + 1; i < text.n; i++, digit_ms /= 10) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return err_set(
                err, ERR_INVALID, "the time is not a number: seconds since the epoch were expected");
        fraction += (text.p[i] - '0') * digit_ms;
    }
    *out = seconds * 1000 + fraction;
    return 0;
}

/* ---- names */

static struct span or_none(struct span name) {
    return span_eq(name, SPAN("NONE")) ? (struct span){0} : name;
}

/* A bar in the name of the queue or of the agent: `queues` fields are the queue. Of a call it is the longest
 * queue that the call is known to have visited. */
static int split_names(struct queue_log *log, const struct fields *fields, const struct found *found,
    size_t *queues, struct err *err) {
    size_t names = found->at - 2;
    bool of_call = found->kind->about == ABOUT_CALL || found->kind->of_call;
    *queues = of_call ? names - 1 : 1;
    if (names == 2 || !of_call || span_eq(fields->list[found->at - 1], SPAN("NONE"))) return 0;
    for (size_t n = names - 1; n > 0; n--) {
        struct visit visit = {.call = fields->list[1], .queue = joined(fields, 2, 1 + n)};
        uint64_t nth = 0;
        int code = queue_visit(log->options, &visit, &nth, err);
        if (code) return code;
        if (nth == 0) continue;
        *queues = n;
        return 0;
    }
    return 0;
}

static int read_names(struct queue_log *log, const struct fields *fields, const struct found *found,
    struct queue_event *out, struct err *err) {
    size_t queues = 1;
    int code = split_names(log, fields, found, &queues, err);
    if (code) return code;
    out->queue = or_none(joined(fields, 2, 1 + queues));
    out->agent = or_none(joined(fields, 2 + queues, found->at - 1));
    if (found->kind->about == ABOUT_CALL || found->kind->of_call) out->call = or_none(fields->list[1]);
    if (!utf8_valid(out->queue) || !utf8_valid(out->agent) || !utf8_valid(out->call))
        return err_set(err, ERR_INVALID, "a name on the line is not UTF-8");
    if (found->kind->about == ABOUT_AGENT && out->agent.n == 0)
        return err_set(err, ERR_INVALID, "%s names no agent", found->kind->name);
    if (found->kind->about == ABOUT_CALL && (out->call.n == 0 || out->queue.n == 0))
        return err_set(err, ERR_INVALID, "%s names no call or no queue", found->kind->name);
    return 0;
}

/* ---- a line */

static int read_reason(
    const struct fields *fields, const struct found *found, struct span *out, struct err *err) {
    if (found->kind->reason) *out = span_of(found->kind->reason);
    if (!found->kind->tells_why || found->at + 1 >= fields->count) return 0;
    *out = joined(fields, found->at + 1, fields->count - 1);
    return utf8_valid(*out) ? 0 : err_set(err, ERR_INVALID, "the reason on the line is not UTF-8");
}

static void read_numbers(const struct fields *fields, const struct found *found, struct queue_event *out) {
    const struct kind *kind = found->kind;
    int64_t rang_s = number_or_untold(fields, found->at, kind->rang_s);
    out->position =
        kind->begins ? entered_at(fields, found->at) : number_or_untold(fields, found->at, kind->position);
    out->waited_s = number_or_untold(fields, found->at, kind->waited);
    out->talked_s = number_or_untold(fields, found->at, kind->talked);
    out->penalty = number_or_untold(fields, found->at, kind->penalty);
    out->rang_ms =
        rang_s != QUEUE_UNTOLD ? rang_s * 1000 : number_or_untold(fields, found->at, kind->rang_ms);
}

/* FNV-1a, 64 bits: lines are known by it in the journal, so it must never change. A line on a call that comes
 * a second time, byte for byte, is a duplicate; an agent may well be paused and unpaused twice within a
 * second. */
static struct span line_id(struct span line, char out[32]) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < line.n; i++) hash = (hash ^ (unsigned char)line.p[i]) * UINT64_C(1099511628211);
    int n = snprintf(out, 32, "queue_log:%016" PRIx64, hash);
    return (struct span){out, (size_t)n};
}

static int number_visit(
    struct queue_log *log, const struct kind *kind, struct queue_event *event, struct err *err) {
    if (kind->about != ABOUT_CALL) return 0;
    struct visit visit = {event->call, event->queue, kind->begins ? event->id : (struct span){0}};
    int code = queue_visit(log->options, &visit, &event->visit, err);
    if (event->visit == 0) event->visit = 1; /* it began before the log did */
    return code;
}

static int read_event(struct queue_log *log, struct span line, int64_t at_ms, const struct fields *fields,
    const struct found *found, struct err *err) {
    char id[32];
    struct queue_event event = queue_event_of(found->kind->event, at_ms);
    if (found->kind->about == ABOUT_CALL) event.id = line_id(line, id);
    event.ended_by = found->kind->ended_by;
    int code = read_reason(fields, found, &event.reason, err);
    if (!code) code = read_names(log, fields, found, &event, err);
    if (!code) code = number_visit(log, found->kind, &event, err);
    if (code) return code;
    read_numbers(fields, found, &event);
    buf_clear(&log->line);
    queue_event_line(&event, &log->line);
    return 0;
}

static bool is_blank(struct span line) {
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r') return false;
    return true;
}

static int pass_by(const struct found *found, bool fitting, struct err *err) {
    if (found->kind && !fitting)
        return err_set(err, ERR_INVALID, "the data after %s does not fit it: whole numbers were expected",
            found->kind->name);
    if (found->kind)
        counter_inc(queue_records_passed);
    else
        counter_inc(queue_records_other);
    return 0;
}

static int queue_log_translate(void *state, struct span line, struct translation *out, struct err *err) {
    struct queue_log *log = state;
    struct fields fields;
    struct found found;
    int64_t at_ms = 0;
    *out = (struct translation){0};
    if (is_blank(line)) return 0;
    if (memchr(line.p, '\0', line.n)) return err_set(err, ERR_INVALID, "a NUL byte is on the line");
    split(line, &fields);
    int code = read_stamp(fields.list[0], &at_ms, err);
    if (code) return code;
    if (fields.count <= EVENT_FIELD)
        return err_set(err, ERR_INVALID, "epoch|call|queue|agent|EVENT| was expected, and %zu fields found",
            fields.count);
    bool fitting = find_event(&fields, &found);
    if (!fitting || found.kind->about == ABOUT_NOTHING) return pass_by(&found, fitting, err);
    code = read_event(log, line, at_ms, &fields, &found, err);
    if (code) return code;
    log->lines[0] = buf_span(&log->line);
    *out = (struct translation){log->lines, 1};
    return 0;
}

static void *queue_log_new(const struct format *format, const struct translate_options *options) {
    (void)format;
    struct queue_log *log = mem_zalloc(sizeof *log);
    log->options = options;
    return log;
}

static void queue_log_free(void *state) {
    struct queue_log *log = state;
    buf_fini(&log->line);
    free(log);
}

const struct translator_kind queue_log_translator = {
    queue_log_new, queue_log_free, queue_log_translate, NULL, NULL};
