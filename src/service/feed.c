/* Invariants:
 *  1. feed.figures holds what was published in the open batch, and nothing while nobody wants it;
 *  2. what is told of a breach is what the store holds of it, committed. */
#include "feed.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/store/changes.h"
#include "slad/wire/json.h"
#include "slad/wire/report.h"
#include "state.h"
#include "view_params.h"
#include "view_warnings.h"

const char *feed_kind_name(enum feed_kind kind) {
    static const char *const names[] = {"", "breach", "breach", "warning", "reload", "figures"};
    return names[kind];
}

/* ---------------------------------------------------------------- what the store keeps */

int feed_bounds(struct service *service, struct feed_bounds *out, struct err *err) {
    struct changes_bounds bounds;
    int code = changes_bounds(service->store, &bounds, err);
    if (!code) *out = (struct feed_bounds){bounds.first ? bounds.first - 1 : 0, bounds.last};
    return code;
}

struct reading {
    struct service *service;
    feed_visit *visit;
    void *arg;
    struct buf data;
    struct breach_writing writing; /* once one was met */
    bool begun;
    int64_t place;
    bool is_new;
    int code;
    struct err *err;
};

/* What the reader hears of it for the first time was opened, though it may be over already. */
static const char *news_of(const struct reading *reading, enum breach_state state) {
    if (state == BREACH_WITHDRAWN) return "withdrawn";
    if (reading->is_new) return "opened";
    return state == BREACH_CLOSED ? "closed" : "changed";
}

static const char *news_of_breach(const struct reading *reading, const struct breach_record *record) {
    bool excused = record->excused_ms != INSTANT_NEVER && record->excused_ms >= record->updated_ms;
    return excused && !reading->is_new ? "excused" : news_of(reading, record->state);
}

static void tell_record(struct reading *reading, enum feed_kind kind, struct span standard, struct span group) {
    struct feed_message message = {
        .place = reading->place, .kind = kind, .standard = standard, .group = group, .data = buf_span(&reading->data)};
    reading->visit(reading->arg, &message);
}

static void tell_breach(void *arg, const struct breach_record *record) {
    struct reading *reading = arg;
    struct json_writer *w = &reading->writing.w;
    json_object_begin(w);
    json_field_text(w, "what", news_of_breach(reading, record));
    json_key(w, "breach");
    breach_write(&reading->writing, record);
    json_object_end(w);
    tell_record(reading, record->kind == BREACH_LEVEL ? FEED_LEVEL : FEED_CONTACT, record->standard, record->group);
}

static void tell_warning(void *arg, const struct warning_record *record) {
    struct reading *reading = arg;
    struct json_writer *w = &reading->writing.w;
    json_object_begin(w);
    json_field_text(w, "what", news_of(reading, record->state));
    json_key(w, "warning");
    warning_write(&reading->writing, record);
    json_object_end(w);
    tell_record(reading, FEED_WARNING, record->standard, record->group);
}

static void visit_change(void *arg, const struct change *change) {
    struct reading *reading = arg;
    struct store *store = reading->service->store;
    if (!reading->code && !reading->begun)
        reading->code = breach_writing_init(
            reading->service, (struct span){0}, &reading->data, &reading->writing, reading->err);
    if (reading->code) return;
    reading->begun = true;
    reading->place = change->seq;
    reading->is_new = change->is_new;
    buf_clear(&reading->data);
    int code = change->of == CHANGE_BREACH ? breach_get(store, change->id, tell_breach, reading, reading->err)
                                           : warning_get(store, change->id, tell_warning, reading, reading->err);
    if (code < 0) reading->code = code; /* 1: retention has let it go */
}

int feed_read(struct service *service, int64_t after, feed_visit *visit, void *arg, int64_t *through, struct err *err) {
    struct reading reading = {.service = service, .visit = visit, .arg = arg, .err = err};
    int64_t read = after;
    int code = store_read_begin(service->store, err);
    if (code) return code;
    code = changes_read(service->store, after, FEED_WINDOW, visit_change, &reading, &read, err);
    store_read_end(service->store);
    if (!code) code = reading.code;
    if (!code) *through = read;
    if (reading.begun) breach_writing_fini(&reading.writing);
    buf_fini(&reading.data);
    return code;
}

/* ---------------------------------------------------------------- news */

static void tell(struct service *service, const struct feed_message *message) {
    for (size_t i = 0; i < service->listener_count; i++) {
        const struct service_listener *listener = &service->listeners[i];
        if (listener->news) listener->news(listener->arg, message);
    }
}

void feed_want_figures(struct service *service, int more) {
    service->feed.wanted += more;
    if (!service->feed.wanted) feed_failed(service);
}

void feed_publish(struct service *service, const struct figures *figures) {
    struct feed *feed = &service->feed;
    if (!feed->wanted) return;
    if (feed->text.size > FEED_FIGURES_BYTES) {
        feed->cut = true;
        return;
    }
    struct json_writer w = {.out = &feed->text};
    struct feed_figure figure = {.standard = feed->text.size};
    buf_add_text(&feed->text, figures->standard->name);
    figure.group = feed->text.size;
    group_json(figures->standard, &figures->group, &feed->text);
    figure.data = feed->text.size;
    json_object_begin(&w);
    json_field_instant(&w, "at", figures->at_ms);
    json_field_text(&w, "standard", figures->standard->name);
    json_key(&w, "figures");
    report_figures(&w, figures);
    json_object_end(&w);
    figure.end = feed->text.size;
    feed->figures = mem_grow(feed->figures, &feed->capacity, feed->count + 1, sizeof *feed->figures);
    feed->figures[feed->count++] = figure;
}

void feed_committed(struct service *service) {
    struct feed *feed = &service->feed;
    for (size_t i = 0; i < feed->count; i++) {
        const struct feed_figure *f = &feed->figures[i];
        const char *text = feed->text.data;
        struct feed_message message = {.kind = FEED_FIGURES,
            .standard = {text + f->standard, f->group - f->standard},
            .group = {text + f->group, f->data - f->group},
            .data = {text + f->data, f->end - f->data}};
        tell(service, &message);
    }
    if (feed->cut) tell(service, &(struct feed_message){.kind = FEED_FIGURES, .data = SPAN("{\"complete\":false}")});
    feed_failed(service);
}

void feed_failed(struct service *service) {
    struct feed *feed = &service->feed;
    feed->count = 0;
    feed->cut = false;
    buf_fini(&feed->text);
}

void feed_reloaded(struct service *service, struct span findings) {
    struct buf data = {0};
    struct json_writer w = {.out = &data};
    json_object_begin(&w);
    json_field_text(&w, "what", findings.n ? "refused" : "in force");
    json_field_instant(&w, "at", service->now_ms);
    json_field_int(&w, "generation", (int64_t)service->generation);
    if (findings.n) {
        json_key(&w, "findings");
        json_lines(&w, findings);
    }
    json_object_end(&w);
    tell(service, &(struct feed_message){.kind = FEED_RELOAD, .data = buf_span(&data)});
    buf_fini(&data);
}

void feed_fini(struct feed *feed) {
    buf_fini(&feed->text);
    free(feed->figures);
}

/* ---------------------------------------------------------------- filters */

int feed_filter_read(
    struct service *service, const struct view_query *query, struct feed_filter *out, struct err *err) {
    static const char *const kinds[] = {"contact", "level", "warning", "reload"};
    struct view_terms terms = {.count = 0};
    size_t kind = 0;
    *out = (struct feed_filter){
        .attrs = query->group_attrs, .values = query->group_values, .term_count = query->group_count};
    int code = param_past_standard(service, query->standard, &out->standard, err);
    if (!code) code = param_word("kind", query->kind, kinds, sizeof kinds / sizeof *kinds, &kind, err);
    if (!code) code = param_terms(query, &terms, err); /* checked here, kept as the query has them */
    out->kind = (enum feed_kind)kind;
    return code;
}

static bool terms_fit(const struct feed_filter *filter, struct span group) {
    struct json *json = NULL;
    struct err err;
    bool fits = json_parse(group, &json, &err) == 0;
    for (size_t i = 0; i < filter->term_count && fits; i++) {
        const char *value = json_text(json_get(json, filter->attrs[i]));
        fits = *filter->values[i] ? value && strcmp(value, filter->values[i]) == 0 : !value;
    }
    json_free(json);
    return fits;
}

bool feed_fits(const struct feed_filter *filter, const struct feed_message *message) {
    if (filter->kind && message->kind != FEED_FIGURES && message->kind != filter->kind) return false;
    if (!message->standard.p) return true;
    if (filter->standard.p && !span_eq(filter->standard, message->standard)) return false;
    return filter->term_count == 0 || terms_fit(filter, message->group);
}
