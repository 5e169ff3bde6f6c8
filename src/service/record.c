#include "record.h"

#include <math.h>
#include <stdlib.h>
#include "record_warning.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/store/breaches.h"
#include "slad/store/series.h"
#include "slad/wire/report.h"

int64_t record_version(const struct service *service, const struct standard *standard) {
    for (size_t i = 0; i < service->judging->rules.standard_count; i++)
        if (service->judging->rules.standards[i] == standard) return service->versions[i];
    return 0;
}

double record_in_units(const struct standard *standard, int64_t units) {
    return (double)units / (standard->is_value ? 1e6 : 1e3);
}

/* ---------------------------------------------------------------- breaches */

int record_breach(struct service *service, const struct breach *breach, struct err *err) {
    struct buf subject = {0}, group = {0};
    subject_json(breach->standard, &breach->subject, &subject);
    group_json(breach->standard, &breach->group, &group);
    struct breach_record record = {.kind = BREACH_CONTACT, .standard = span_of(breach->standard->name)};
    record.version = record_version(service, breach->standard);
    record.group = buf_span(&group);
    record.contact = breach->contact;
    record.subject = buf_span(&subject);
    record.started_ms = breach->started_ms;
    record.nth = breach->nth;
    record.due_ms = breach->due_ms;
    record.decided_ms = breach->decided_ms;
    record.ended_ms = breach->ended_ms;
    record.has_elapsed = breach->has_elapsed;
    record.elapsed = record_in_units(breach->standard, breach->elapsed);
    record.updated_ms = service->now_ms;
    int64_t id;
    bool is_new = false;
    int code = breach_put(service->store, &record, &id, &is_new, err);
    if (is_new) counter_inc(breaches_missed);
    buf_fini(&subject);
    buf_fini(&group);
    return code;
}

static int withdraw(struct service *service, const struct breach *breach, struct err *err) {
    struct buf subject = {0};
    subject_json(breach->standard, &breach->subject, &subject);
    struct breach_key key = {
        span_of(breach->standard->name), buf_span(&subject), breach->started_ms, breach->nth};
    struct breach_end end = {.now_ms = service->now_ms, .reason = "corrected by later events"};
    int64_t id;
    int code = breach_withdraw(service->store, &key, &end, &id, err);
    if (code == 0) counter_inc(breaches_withdrawn);
    buf_fini(&subject);
    return code < 0 ? code : 0;
}

int record_level(struct service *service, const struct level_change *level, struct err *err) {
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    const char *target = level->standard->targets[level->target].text;
    struct span name = span_of(level->standard->name);
    struct breach_record record = {.kind = BREACH_LEVEL, .standard = name, .target = span_of(target)};
    record.version = record_version(service, level->standard);
    record.group = buf_span(&group);
    record.opened_ms = level->opened_ms;
    record.updated_ms = service->now_ms;
    int64_t id;
    bool is_new = false;
    int code = level_open(service->store, &record, &id, &is_new, err);
    if (is_new) counter_inc(levels_opened);
    if (!code && level->closed_ms != INSTANT_NEVER) {
        struct level_key key = {name, record.group, record.target};
        struct breach_end end = {service->now_ms, level->closed_ms, level->held_again ? "held again" : "too little to judge"};
        code = level_close(service->store, &key, &end, &id, err);
        if (code == 0) counter_inc(levels_closed);
        if (code > 0) code = 0;
    }
    buf_fini(&group);
    return code;
}

void record_effect(void *arg, const struct effect *effect) {
    struct service *service = arg;
    struct err err = {0};
    if (service->write_failed) return;
    int code = service_begin(service, &err);
    service->dirty = true;
    if (!code && effect->kind == EFFECT_MISSED) code = record_breach(service, &effect->breach, &err);
    else if (!code && effect->kind == EFFECT_WITHDRAWN) code = withdraw(service, &effect->breach, &err);
    else if (!code && effect->kind == EFFECT_LEVEL_OPENED) code = record_level(service, &effect->level, &err);
    else if (!code && effect->kind == EFFECT_LEVEL_CLOSED) code = record_level(service, &effect->level, &err);
    else if (!code) code = record_warned(service, effect, &err);
    if (code) service_fail_batch(service, code, &err);
}

/* ---------------------------------------------------------------- figures */

struct series_list {
    int64_t *ids;
    size_t count, capacity;
};
struct publish {
    struct service *service;
    int64_t at_ms;
    struct series_list visited, live; /* of the first one since the start */
};

static void add_series(void *arg, int64_t series) {
    struct series_list *list = arg;
    list->ids = mem_grow(list->ids, &list->capacity, list->count + 1, sizeof *list->ids);
    list->ids[list->count++] = series;
}

static bool same_figures(const struct figures_row *a, const struct figures_row *b) {
    bool counts = a->open == b->open && a->met == b->met && a->missed == b->missed && a->excluded == b->excluded &&
                  a->state == b->state && a->durations == b->durations;
    return counts && (!a->durations || (!(a->mean < b->mean || a->mean > b->mean) &&
                                           !(a->min < b->min || a->min > b->min) && !(a->max < b->max || a->max > b->max)));
}

/* After a start everything counts as changed; what is as it was last written is not written again. */
static bool was_published(const struct publish *publish, int64_t series, const struct figures_row *row) {
    struct figures_row last;
    int64_t at;
    struct err err;
    return publish->service->first_publish &&
           figures_last(publish->service->store, series, publish->at_ms, &at, &last, &err) == 0 &&
           same_figures(&last, row);
}

static struct figures_row row_of(const struct figures *f) {
    struct figures_row row = {f->open, f->met, f->missed, f->excluded, f->state, f->durations, 0, 0, 0};
    if (!f->durations) return row;
    row.mean = (double)((long double)f->sum / (long double)f->durations) / (f->standard->is_value ? 1e6 : 1e3);
    row.min = record_in_units(f->standard, f->min);
    row.max = record_in_units(f->standard, f->max);
    return row;
}

static int put_percentiles(struct service *service, int64_t series, int64_t at, const struct figures *f, struct err *err) {
    size_t n = f->standard->percentile_count;
    if (!n) return 0;
    struct percentile_row *rows = mem_zalloc(n * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const struct decimal *q = &f->standard->percentiles[i];
        rows[i].q = (double)q->units / pow(10, q->digits);
        rows[i].has_value = f->durations > 0;
        rows[i].value = f->durations ? record_in_units(f->standard, f->percentiles[i]) : 0;
    }
    int code = percentiles_put(service->store, series, at, rows, n, err);
    free(rows);
    return code;
}

static void publish_group(void *arg, const struct figures *figures) {
    struct publish *publish = arg;
    struct service *service = publish->service;
    struct err err = {0};
    struct buf group = {0};
    int64_t series;
    if (service->write_failed) return;
    group_json(figures->standard, &figures->group, &group);
    int code = service_begin(service, &err);
    if (!code) code = series_id(service->store, span_of(figures->standard->name), buf_span(&group), &series, &err);
    struct figures_row row = row_of(figures);
    if (!code && service->first_publish) add_series(&publish->visited, series);
    if (!code && !was_published(publish, series, &row)) {
        service->dirty = true;
        feed_publish(service, figures);
        code = figures_put(service->store, series, publish->at_ms, &row, &err);
        if (!code) code = put_percentiles(service, series, publish->at_ms, figures, &err);
    }
    if (code) service_fail_batch(service, code, &err);
    buf_fini(&group);
}

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* A group that was published before the engine was built, and that it does not know: it counts nothing any more. */
static void end_unvisited(struct publish *publish) {
    struct service *service = publish->service;
    struct err err = {0};
    if (service->write_failed) return;
    if (publish->visited.count > 1) qsort(publish->visited.ids, publish->visited.count, sizeof(int64_t), by_id);
    int code = series_each_live(service->store, add_series, &publish->live, &err);
    for (size_t i = 0; i < publish->live.count && !code; i++) {
        const int64_t *id = &publish->live.ids[i];
        if (publish->visited.count && bsearch(id, publish->visited.ids, publish->visited.count, sizeof *id, by_id))
            continue;
        code = service_begin(service, &err);
        service->dirty = true;
        if (!code) code = series_end(service->store, *id, publish->at_ms, &err);
    }
    if (code) service_fail_batch(service, code, &err);
}

void record_publish(struct service *service, int64_t at_ms) {
    struct publish publish = {service, at_ms, {0}, {0}};
    engine_figures_changed(service->engine, publish_group, &publish);
    if (service->first_publish) end_unvisited(&publish);
    free(publish.visited.ids);
    free(publish.live.ids);
    service->first_publish = false;
    counter_inc(publishes);
}
