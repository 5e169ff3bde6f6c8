#include "gaps.h"

#include "slad/store/gaps.h"
#include "state.h"

enum { GAPS_SHOWN = 20 }; /* in the status: what somebody reads; the table has them all */

void intake_link_name(const struct endpoint *endpoint, struct buf *out) {
    const char *host = endpoint->host;
    buf_printf(out, strchr(host, ':') ? "ami:[%s]:%d" : "ami:%s:%d", host, endpoint->port);
}

/* ---- writing */

static int begin(struct service *service, struct err *err) {
    if (!service_accepts(service)) return err_set(err, ERR_IO, "nothing is written at the moment");
    int code = service_begin(service, err);
    if (code) service_fail_batch(service, code, err);
    return code;
}

static int end(struct service *service, int code, const struct err *err) {
    service->dirty = true;
    if (code < 0) service_fail_batch(service, code, err);
    return code < 0 ? code : 0;
}

int intake_link_put(
    struct service *service, struct span name, int64_t seen_ms, struct span knows, struct err *err) {
    int code = begin(service, err);
    return code ? code : end(service, link_put(service->store, name, seen_ms, knows, err), err);
}

int intake_link_get(
    struct service *service, struct span name, int64_t *seen_ms, struct buf *knows, struct err *err) {
    return link_get(service->store, name, seen_ms, knows, err);
}

int intake_gap_open(
    struct service *service, struct span name, int64_t since_ms, const char *reason, struct err *err) {
    int code = begin(service, err);
    return code ? code : end(service, gap_open(service->store, name, since_ms, reason, err), err);
}

int intake_gap_end(struct service *service, struct span name, int64_t until_ms, struct err *err) {
    int code = begin(service, err);
    if (!code) code = end(service, gap_end(service->store, name, until_ms, err), err);
    if (code) return code;
    return end(
        service, gaps_drop(service->store, service->now_ms - service->config->retain_breaches_ms, err), err);
}

/* ---- at the start */

struct leftovers {
    const struct config *config;
    struct buf names; /* each with its NUL */
};

static bool is_configured(const struct config *config, struct span name) {
    bool found = false;
    for (size_t i = 0; i < config->input_count && !found; i++) {
        struct buf own = {0};
        if (config->inputs[i].kind == ENDPOINT_AMI) intake_link_name(&config->inputs[i], &own);
        found = span_eq(buf_span(&own), name);
        buf_fini(&own);
    }
    return found;
}

static void note_leftover(void *arg, const struct data_gap *gap) {
    struct leftovers *left = arg;
    if (gap->until_ms != INSTANT_NEVER || is_configured(left->config, gap->input)) return;
    buf_add_span(&left->names, gap->input);
    buf_add_char(&left->names, '\0');
}

int gaps_start(struct service *service, struct err *err) {
    struct leftovers left = {.config = service->config};
    int code = gaps_each(service->store, SIZE_MAX >> 1, note_leftover, &left, err);
    for (size_t at = 0; at < left.names.size && !code; at += strlen(left.names.data + at) + 1)
        code = intake_gap_end(service, span_of(left.names.data + at), service->now_ms, err);
    buf_fini(&left.names);
    return code;
}

/* ---- reading */

static int64_t window_start(const struct standard *standard, int64_t until_ms) {
    switch (standard->window) {
    case WINDOW_ROLLING: return until_ms - standard->window_ms;
    case WINDOW_PERIOD: return zone_period_start(standard->zone, standard->period, until_ms);
    case WINDOW_ALL: break;
    }
    return 0;
}

/* All contacts of such an input are on the phone: a standard on chats lacks nothing. */
static bool excludes_phones(const struct match_all *all) {
    for (size_t i = 0; i < all->count; i++) {
        const struct pattern *pattern = &all->conditions[i].pattern;
        if (strcmp(all->conditions[i].attr, "channel") == 0 && pattern->kind == PATTERN_EQUALS &&
            !(pattern->value.kind == VALUE_TEXT && span_eq(pattern->value.text, SPAN("phone"))))
            return true;
    }
    return false;
}

static bool is_about_phones(const struct standard *standard) {
    const struct match *match = standard->match;
    for (size_t i = 0; match && i < match->count; i++)
        if (!excludes_phones(&match->alternatives[i])) return true;
    return !match;
}

bool gaps_concern(struct service *service, const struct standard *standard, int64_t until_ms) {
    bool touch = false;
    if (!is_about_phones(standard)) return false;
    return gaps_touch(service->store, window_start(standard, until_ms), until_ms, &touch, NULL) == 0 && touch;
}

static void write_gap(void *arg, const struct data_gap *gap) {
    struct json_writer *w = arg;
    json_object_begin(w);
    json_field_string(w, "input", gap->input);
    json_field_instant(w, "since", gap->since_ms);
    json_field_instant(w, "until", gap->until_ms);
    json_field_string(w, "reason", gap->reason);
    json_object_end(w);
}

void gaps_status(struct service *service, struct json_writer *w) {
    json_array_begin(w);
    (void)!gaps_each(service->store, GAPS_SHOWN, write_gap, w, NULL); /* what cannot be known is left out */
    json_array_end(w);
}
