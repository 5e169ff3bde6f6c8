/* What runs now, the most urgent first.
 *
 * The engine walks its subjects by the next limit or warning of any of their cycles, and tells all cycles of a
 * subject together; so what comes later in the walk may be due earlier than what came before, but no earlier
 * than where the walk has come. The best `limit` are kept sorted, and the walk ends once it has passed the
 * last. */
#include <stdlib.h>
#include "service/state.h"
#include "service/view_params.h"
#include "slad/base/mem.h"
#include "slad/wire/report.h"

enum {
    OPEN_LIMIT = 100,
    OPEN_LIMIT_MAX = 1000,
    OPEN_VISITS_MAX = 100000, /* a tenth of a second's work: no question may hold up the loop for longer */
};

enum rank { RANK_DUE, RANK_MISSED, RANK_NO_DUE };
struct kept {
    enum rank rank;
    int64_t due_ms;
    struct buf json;
};
struct gathering {
    const struct view_terms *terms;
    const struct ruleset *rules;
    size_t standard, limit, count, visits, matching;
    bool at_risk_only, to_the_end, stopped;
    bool due_soon; /* only what is due no later than horizon_ms */
    int64_t now_ms, horizon_ms;
    int64_t slack_ms;           /* a limit may be put off by so much, and stands so much later in the walk */
    struct kept *list;          /* sorted; room for `limit` */
};

static bool comes_before(const struct kept *a, enum rank rank, int64_t due_ms) {
    return a->rank != rank ? a->rank < rank : a->due_ms <= due_ms;
}

static void field_seconds(struct json_writer *w, const char *name, bool known, int64_t ms) {
    if (known)
        json_field_decimal(w, name, ms, 3);
    else
        json_field_null(w, name);
}

static void write_cycle(struct buf *out, const struct open_cycle *cycle, int64_t now_ms) {
    struct json_writer w = {.out = out};
    bool due = cycle->due_ms != INSTANT_NEVER;
    json_object_begin(&w);
    json_field_text(&w, "standard", cycle->standard->name);
    json_field_string(&w, "contact", cycle->contact);
    json_key(&w, "subject");
    report_subject(&w, cycle->standard, &cycle->subject);
    json_key(&w, "group");
    report_group(&w, cycle->standard, &cycle->group);
    json_field_instant(&w, "started", cycle->started_ms);
    json_field_instant(&w, "due", cycle->due_ms);
    field_seconds(&w, "limit", cycle->limit_ms >= 0, cycle->limit_ms);
    field_seconds(&w, "elapsed", true, cycle->elapsed_ms);
    field_seconds(&w, "left", due, due ? cycle->due_ms - now_ms : 0);
    json_field_bool(&w, "paused", cycle->paused);
    json_field_bool(&w, "missed", cycle->missed);
    json_field_bool(&w, "at_risk", cycle->at_risk);
    bool warned = cycle->warning < WARNINGS_MAX;
    json_field_text(&w, "warning", warned ? cycle->standard->warnings[cycle->warning].text : NULL);
    json_field_instant(&w, "warned", cycle->warning_ms);
    json_field_instant(&w, "next_warning", cycle->next_warning_ms);
    json_object_end(&w);
}

static enum rank rank_of(const struct open_cycle *cycle) {
    return cycle->missed ? RANK_MISSED : cycle->due_ms == INSTANT_NEVER ? RANK_NO_DUE : RANK_DUE;
}

static bool fits(const struct gathering *g, const struct open_cycle *cycle) {
    if (g->standard != SIZE_MAX && g->rules->standards[g->standard] != cycle->standard) return false;
    if (g->at_risk_only && !cycle->at_risk) return false;
    if (g->due_soon && (rank_of(cycle) != RANK_DUE || cycle->due_ms > g->horizon_ms)) return false;
    return terms_hold(g->terms, cycle->standard, &cycle->group);
}

static void keep(struct gathering *g, const struct open_cycle *cycle) {
    enum rank rank = rank_of(cycle);
    size_t at = g->count;
    while (at > 0 && !comes_before(&g->list[at - 1], rank, cycle->due_ms)) at--;
    if (at == g->limit) return;
    if (g->count < g->limit) g->count++;
    struct buf json = g->list[g->count - 1].json; /* of the one that gives way, or unused */
    memmove(&g->list[at + 1], &g->list[at], (g->count - 1 - at) * sizeof *g->list);
    buf_clear(&json);
    write_cycle(&json, cycle, g->now_ms);
    g->list[at] = (struct kept){rank, cycle->due_ms, json};
}

/* Whether nothing in the walk from here on can be among the best. */
static bool is_past(const struct gathering *g, const struct open_cycle *cycle) {
    int64_t last = g->due_soon ? g->horizon_ms : INSTANT_NEVER;
    if (g->to_the_end) return false;
    if (g->count == g->limit && g->list[g->limit - 1].rank == RANK_DUE && g->list[g->limit - 1].due_ms < last)
        last = g->list[g->limit - 1].due_ms;
    return last < INSTANT_END && cycle->walk_ms > last + 1 + g->slack_ms;
}

static bool visit(void *arg, const struct open_cycle *cycle) {
    struct gathering *g = arg;
    if (fits(g, cycle)) {
        g->matching++;
        keep(g, cycle);
    }
    g->stopped = is_past(g, cycle) || ++g->visits == OPEN_VISITS_MAX;
    return !g->stopped;
}

/* Where a limit that runs out decides nothing before the end, the walk does not know of it. */
static bool has_silent_limits(const struct ruleset *rules) {
    for (size_t i = 0; i < rules->standard_count; i++)
        if (rules->standards[i]->abandon.count && rules->standards[i]->after_limit == OUTCOME_EXCLUDED)
            return true;
    return false;
}

/* A duration: due within so long; true or 1: at risk by the standard. */
static int read_at_risk(const char *text, struct gathering *g, struct err *err) {
    int64_t within = 0;
    if (!text) return 0;
    g->at_risk_only = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    g->due_soon = !g->at_risk_only;
    int code = g->due_soon ? param_duration("at_risk", text, &within, err) : 0;
    g->horizon_ms = g->now_ms + within;
    return code;
}

static int read_question(struct service *service, const struct view_query *query, struct view_terms *terms,
    struct gathering *g, struct err *err) {
    int code = param_standard(g->rules, query->standard, &g->standard, err);
    if (!code) code = param_terms(query, terms, err);
    if (!code) code = terms_known(terms, g->rules, err);
    if (!code) code = param_limit(query->limit, OPEN_LIMIT_MAX, &g->limit, err);
    if (!code) code = read_at_risk(query->at_risk, g, err);
    g->slack_ms = 6 * service->config->grace_ms; /* docs/STANDARDS.md, "Time, live" */
    return code;
}

int view_open(struct service *service, const struct view_query *query, struct buf *out, struct err *err) {
    struct view_terms terms = {.count = 0};
    struct gathering g = {.terms = &terms, .rules = &service->judging->rules, .limit = OPEN_LIMIT};
    g.now_ms = engine_now(service->engine);
    g.to_the_end = has_silent_limits(g.rules);
    int code = read_question(service, query, &terms, &g, err);
    if (code) return code;
    g.list = mem_zalloc(g.limit * sizeof *g.list);
    engine_open(service->engine, SIZE_MAX, visit, &g);
    struct json_writer w = {.out = out};
    json_object_begin(&w);
    json_field_instant(&w, "until", g.now_ms);
    json_key(&w, "open");
    json_array_begin(&w);
    for (size_t i = 0; i < g.count; i++) json_raw(&w, buf_span(&g.list[i].json));
    json_array_end(&w);
    bool past_horizon = g.visits < OPEN_VISITS_MAX && g.count < g.limit;
    json_field_bool(&w, "complete", g.matching == g.count && (!g.stopped || past_horizon));
    json_object_end(&w);
    for (size_t i = 0; i < g.count; i++) buf_fini(&g.list[i].json);
    free(g.list);
    return 0;
}
