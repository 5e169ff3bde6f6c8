/* Invariants:
 *  1. list[next ...] is what is taken and not written; its texts and percentiles lie in `text` and `percentiles`; while
 *     `takes_from` is set there is more to be taken, all as of one instant (engine_figures_begin());
 *  2. of a first publish `visited` has the series on disk of all that was written or found to stand as it was; once the list
 *     is written, series up to `ended` have been looked at. What it compares with is older than itself, so it is on disk:
 *     nothing that is on its way is waited for. */
#include "publish.h"

#include <math.h>
#include <stdlib.h>
#include "published.h"
#include "record.h"
#include "slad/base/counters.h"
#include "slad/base/hash_set.h"
#include "slad/base/mem.h"
#include "slad/store/journal.h"
#include "slad/store/later.h"
#include "slad/wire/report.h"

enum {
    GROUPS_TAKEN = 100, /* in a slice: a millisecond, as their numbers may have to be sorted; all at once 1,800 took 20 */
    GROUPS_SLICE = 200, /* written, or compared with what was: some milliseconds */
    SERIES_SLICE = 500, /* looked at, whether they are no more: the same */
};

struct taken {
    size_t standard, group, end; /* in text */
    struct figures_row row;
    size_t percentile, percentile_count; /* in percentiles */
};
struct publish {
    struct service *service;
    struct engine *takes_from;
    struct published of;
    bool is_first, ends_unvisited;
    struct taken *list;
    size_t count, capacity, next;
    struct buf text;
    struct percentile_row *percentiles;
    size_t percentile_count, percentile_capacity;
    struct hash_set visited; /* ids of series */
    int64_t ended;
};

struct publish *publish_new(void) {
    return mem_zalloc(sizeof(struct publish));
}

void publish_free(struct publish *publish) {
    if (!publish) return;
    publish_drop(publish);
    free(publish->list);
    free(publish->percentiles);
    free(publish);
}

bool publish_waits(const struct publish *publish) {
    return publish->takes_from || publish->next < publish->count || publish->ends_unvisited;
}

static void end_taking(struct publish *publish) {
    if (publish->takes_from) engine_figures_end(publish->takes_from);
    publish->takes_from = NULL;
}

static void take_slice(struct publish *publish) {
    if (publish->takes_from && !engine_figures_step(publish->takes_from, GROUPS_TAKEN)) end_taking(publish);
}

void publish_drop(struct publish *publish) {
    end_taking(publish);
    publish->count = publish->next = publish->percentile_count = 0;
    publish->ends_unvisited = false;
    buf_fini(&publish->text);
    hash_set_fini(&publish->visited);
    publish->visited = (struct hash_set){0};
}

/* ---------------------------------------------------------------- taking */

static struct figures_row row_of(const struct figures *f) {
    struct figures_row row = {f->open, f->met, f->missed, f->excluded, f->state, f->durations, 0, 0, 0};
    if (!f->durations) return row;
    row.mean = (double)((long double)f->sum / (long double)f->durations) / (f->standard->is_value ? 1e6 : 1e3);
    row.min = record_in_units(f->standard, f->min);
    row.max = record_in_units(f->standard, f->max);
    return row;
}

static void take_percentiles(struct publish *publish, const struct figures *f) {
    size_t n = f->standard->percentile_count;
    publish->percentiles = mem_grow(publish->percentiles, &publish->percentile_capacity,
        publish->percentile_count + n, sizeof *publish->percentiles);
    for (size_t i = 0; i < n; i++) {
        const struct decimal *q = &f->standard->percentiles[i];
        publish->percentiles[publish->percentile_count++] = (struct percentile_row){
            .q = (double)q->units / pow(10, q->digits),
            .has_value = f->durations > 0,
            .value = f->durations ? record_in_units(f->standard, f->percentiles[i]) : 0};
    }
}

static void take_group(void *arg, const struct figures *figures) {
    struct publish *publish = arg;
    struct taken taken = {.standard = publish->text.size, .row = row_of(figures),
        .percentile = publish->percentile_count, .percentile_count = figures->standard->percentile_count};
    buf_add_text(&publish->text, figures->standard->name);
    taken.group = publish->text.size;
    group_json(figures->standard, &figures->group, &publish->text);
    taken.end = publish->text.size;
    take_percentiles(publish, figures);
    publish->list = mem_grow(publish->list, &publish->capacity, publish->count + 1, sizeof *publish->list);
    publish->list[publish->count++] = taken;
    feed_publish(publish->service, figures);
}

static struct published known_to(const struct service *service) {
    struct published known = {.at_ms = engine_now(service->engine), .held_ms = engine_held(service->engine),
        .through_seq = (int64_t)journal_last(service->store), .is_whole = true};
    for (size_t i = 0; i < service->judging->rules.standard_count; i++)
        if (service->versions[i] > known.version) known.version = service->versions[i];
    return known;
}

void publish_take(struct publish *publish, struct service *service) {
    publish_drop(publish);
    publish->of = known_to(service);
    publish->is_first = publish->ends_unvisited = service->first_publish;
    publish->ended = 0;
    publish->service = service;
    publish->takes_from = service->engine;
    engine_figures_begin(service->engine, take_group, publish);
    take_slice(publish);
    service->first_publish = false;
    counter_inc(publishes);
}

/* ---------------------------------------------------------------- what stands as it was */

static bool same_figures(const struct figures_row *a, const struct figures_row *b) {
    bool counts = a->open == b->open && a->met == b->met && a->missed == b->missed && a->excluded == b->excluded &&
                  a->state == b->state && a->durations == b->durations;
    return counts && (!a->durations || (!(a->mean < b->mean || a->mean > b->mean) &&
                                           !(a->min < b->min || a->min > b->min) && !(a->max < b->max || a->max > b->max)));
}

static bool same_percentile(const struct percentile_row *a, const struct percentile_row *b) {
    return !(a->q < b->q || a->q > b->q) && a->has_value == b->has_value &&
           (!a->has_value || !(a->value < b->value || a->value > b->value));
}

static bool same_percentiles(
    const struct percentile_row *a, size_t a_count, const struct percentile_row *b, size_t b_count) {
    size_t found = 0;
    for (size_t i = 0; i < a_count; i++)
        for (size_t j = 0; j < b_count; j++) found += same_percentile(&a[i], &b[j]);
    return a_count == b_count && found == a_count;
}

/* 1: the group was last written just so. */
static int was_published(const struct publish *publish, struct store *store, int64_t series, const struct taken *taken,
    struct err *err) {
    struct figures_row last;
    int64_t at;
    size_t count = 0;
    int code = figures_last(store, series, publish->of.at_ms, &at, &last, err);
    if (code) return code < 0 ? code : 0;
    if (!same_figures(&last, &taken->row)) return 0;
    struct percentile_row *rows = mem_zalloc((taken->percentile_count + 1) * sizeof *rows);
    code = percentiles_at(store, series, at, rows, taken->percentile_count + 1, &count, err);
    bool same = !code && same_percentiles(rows, count, publish->percentiles + taken->percentile, taken->percentile_count);
    free(rows);
    return code ? code : same;
}

/* The same of a first publish, which remembers the series. */
static int stands(struct publish *publish, struct store *store, struct span standard, struct span group,
    const struct taken *taken, struct err *err) {
    int64_t series;
    int code = series_find(store, standard, group, &series, err);
    if (code) return code < 0 ? code : 0;
    hash_set_add(&publish->visited, (uint64_t)series);
    return was_published(publish, store, series, taken, err);
}

/* ---------------------------------------------------------------- writing */

static int write_group(struct publish *publish, struct service *service, const struct taken *taken, struct err *err) {
    struct store *store = service->store;
    const char *text = publish->text.data;
    struct span standard = {text + taken->standard, taken->group - taken->standard};
    struct span group = {text + taken->group, taken->end - taken->group};
    int code = publish->is_first ? stands(publish, store, standard, group, taken, err) : 0;
    if (code) return code < 0 ? code : 0;
    service->dirty = true;
    const struct later_figures figures = {standard, group, publish->of.at_ms, taken->row,
        publish->percentiles + taken->percentile, taken->percentile_count};
    return later_figures(store, &figures, err);
}

struct ending {
    struct publish *publish;
    struct service *service;
    int code;
    struct err *err;
};

/* A group that was published before the engine was built, and that it does not know: it counts nothing any more. */
static void end_unvisited(void *arg, int64_t series) {
    struct ending *ending = arg;
    if (ending->code || hash_set_has(&ending->publish->visited, (uint64_t)series)) return;
    ending->service->dirty = true;
    ending->code = later_series_end(ending->service->store, series, ending->publish->of.at_ms, ending->err);
}

static int step_ends(struct publish *publish, struct service *service, struct err *err) {
    struct ending ending = {publish, service, 0, err};
    int more = series_each_live(
        service->store, publish->of.at_ms, &publish->ended, SERIES_SLICE, end_unvisited, &ending, err);
    publish->ends_unvisited = more > 0;
    return more < 0 ? more : ending.code;
}

/* All of it is written: the figures on record are of one state of knowledge. */
static int end_publish(struct publish *publish, struct service *service, struct err *err) {
    service->dirty = true;
    return published_set(service->store, &publish->of, err);
}

void publish_step(struct publish *publish, struct service *service) {
    struct err err = {0};
    take_slice(publish);
    int code = service_begin(service, &err);
    size_t end = publish->next + GROUPS_SLICE < publish->count ? publish->next + GROUPS_SLICE : publish->count;
    bool is_written = !publish->takes_from && publish->next == publish->count;
    if (!code && is_written && publish->ends_unvisited) code = step_ends(publish, service, &err);
    while (publish->next < end && !code) code = write_group(publish, service, &publish->list[publish->next++], &err);
    if (!code && !publish_waits(publish)) code = end_publish(publish, service, &err);
    if (code) service_fail_batch(service, code, &err);
    if (code || !publish_waits(publish)) publish_drop(publish);
}
