/* Figures as they stand, and percentiles as they were published. */
#include "service/view_figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "service/gaps.h"
#include "service/state.h"
#include "service/view_answer.h"
#include "service/view_params.h"
#include "slad/store/series.h"
#include "slad/wire/report.h"

struct writing {
    struct json_writer *w;
    const struct view_terms *terms;
};

static void write_figures(void *arg, const struct figures *figures) {
    struct writing *writing = arg;
    if (terms_hold(writing->terms, figures->standard, &figures->group)) report_figures_at_risk(writing->w, figures);
}

void figures_answer(struct engine *engine, const struct ruleset *rules,
    const struct figures_question *question, struct buf *out) {
    struct json_writer w = {.out = out};
    struct writing writing = {&w, &question->terms};
    json_object_begin(&w);
    json_field_instant(&w, "until", question->until_ms);
    json_key(&w, "standards");
    json_array_begin(&w);
    for (size_t i = 0; i < rules->standard_count; i++) {
        if (question->standard != SIZE_MAX && question->standard != i) continue;
        json_object_begin(&w);
        json_field_text(&w, "name", rules->standards[i]->name);
        if (gaps_concern(question->service, rules->standards[i], question->until_ms))
            json_field_bool(&w, "data_gap", true);
        json_key(&w, "groups");
        json_array_begin(&w);
        engine_figures(engine, i, write_figures, &writing);
        json_array_end(&w);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
}

int figures_ask(
    struct service *service, const struct view_query *query, struct figures_question *out, struct err *err) {
    const struct ruleset *rules = &service->judging->rules;
    *out = (struct figures_question){.service = service, .until_ms = engine_now(service->engine)};
    int code = param_standard(rules, query->standard, &out->standard, err);
    if (!code) code = param_terms(query, &out->terms, err);
    if (!code) code = terms_known(&out->terms, rules, err);
    return code;
}

int view_figures(struct service *service, const struct view_query *query, struct buf *out, struct err *err) {
    struct figures_question question;
    int code = figures_ask(service, query, &question, err);
    if (code) return code;
    figures_answer(service->engine, &service->judging->rules, &question, out);
    return 0;
}

/* ---------------------------------------------------------------- percentiles, as published */

/* Where a page ended, as text: the reader need not understand it. */
static void place_text(const struct history_place *place, char *out, size_t size) {
    char q[NUMBER_TEXT_MAX];
    number_text(place->q, q);
    snprintf(out, size, "%" PRId64 "_%" PRId64 "_%s", place->series, place->at_ms, q);
}

static int parse_place(const char *text, struct history_place *out, struct err *err) {
    long long series, at;
    double q;
    int end = 0;
    if (!text) return 0;
    if (sscanf(text, "%18lld_%18lld_%9lf%n", &series, &at, &q, &end) != 3 || text[end] || series < 0 ||
        at < 0)
        return err_set(err, ERR_INVALID, "after: what an earlier answer gave as \"next\" was expected");
    *out = (struct history_place){series, at, q};
    return 0;
}

static void write_percentile(void *arg, const struct history_row *row) {
    struct json_writer *w = arg;
    char q[NUMBER_TEXT_MAX];
    number_text(row->percentile.q, q);
    json_object_begin(w);
    json_field_string(w, "standard", row->standard);
    json_field_raw(w, "group", row->group);
    json_field_instant(w, "at", row->at_ms);
    json_field_text(w, "q", q);
    if (row->percentile.has_value)
        json_field_double(w, "value", row->percentile.value);
    else
        json_field_null(w, "value");
    json_object_end(w);
}

static int read_filter(struct service *service, const struct view_query *query, struct view_terms *terms,
    struct history_filter *filter, struct err *err) {
    int code = param_past_standard(service, query->standard, &filter->standard, err);
    if (!code) code = param_instant("from", query->from, service->now_ms, &filter->from_ms, err);
    if (!code) code = param_instant("to", query->to, service->now_ms, &filter->to_ms, err);
    if (!code) code = param_quantile("q", query->q, &filter->q, err);
    if (!code) code = param_limit(query->limit, HISTORY_LIMIT_MAX, &filter->limit, err);
    if (!code) code = parse_place(query->after, &filter->after, err);
    if (!code) code = param_terms(query, terms, err);
    filter->has_q = query->q != NULL;
    filter->terms = terms->list;
    filter->term_count = terms->count;
    return code;
}

int view_percentiles(
    struct service *service, const struct view_query *query, struct buf *out, struct err *err) {
    struct view_terms terms = {.count = 0};
    struct history_filter filter = {0};
    struct history_page page = {0};
    struct json_writer w = {.out = out};
    size_t size = out->size;
    int code = read_filter(service, query, &terms, &filter, err);
    if (code) return code;
    json_object_begin(&w);
    json_key(&w, "percentiles");
    json_array_begin(&w);
    code = percentiles_query(service->store, &filter, write_percentile, &w, &page, err);
    json_array_end(&w);
    char next[NUMBER_TEXT_MAX + 64];
    place_text(&page.next, next, sizeof next);
    json_field_text(&w, "next", page.more ? next : NULL);
    json_object_end(&w);
    if (code) answer_undo(out, size);
    return code;
}
