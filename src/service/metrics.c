/* All groups are looked at once and kept, as the samples of a family have to stand together. */
#include "slad/service/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/store/journal.h"
#include "state.h"

/* ---------------------------------------------------------------- the whole */

static void counters(struct exposition *e) {
    for (int i = 0; i < COUNTER_COUNT; i++) {
        char name[64];
        snprintf(name, sizeof name, "slad_%s", counter_name((enum counter)i));
        exposition_one(e, METRIC_COUNTER, name, counter_help((enum counter)i), (int64_t)counter_values[i]);
    }
}

static void daemon_gauges(const struct service *service, struct exposition *e) {
    struct buf version = {0};
    exposition_label(&version, SPAN("version"), span_of(SLAD_VERSION));
    exposition_family(e, METRIC_GAUGE, "slad_build_info", "1; which version runs");
    exposition_int(e, buf_span(&version), 1);
    buf_fini(&version);
    exposition_one(e, METRIC_GAUGE, "slad_running", "1; 0 while a commit has failed and nothing is accepted",
        service_accepts(service));
    exposition_family(e, METRIC_GAUGE, "slad_start_time_seconds", "when the daemon started, since the epoch");
    exposition_double(e, (struct span){0}, (double)service->started_ms / 1000);
    if (service->committed_ms != INSTANT_NEVER) {
        exposition_family(e, METRIC_GAUGE, "slad_last_commit_age_seconds", "since the last transaction was committed");
        exposition_double(e, (struct span){0}, (double)(service->now_ms - service->committed_ms) / 1000);
    }
    exposition_one(e, METRIC_GAUGE, "slad_configuration_generation", "configurations taken over since the start, from 1",
        (int64_t)service->generation);
    exposition_one(e, METRIC_GAUGE, "slad_configuration_refused", "1 when the latest reload found errors",
        service->reload_findings.size != 0);
    exposition_one(e, METRIC_GAUGE, "slad_standards", "standards in force",
        (int64_t)service->judging->rules.standard_count);
}

static void engine_gauges(const struct service *service, struct exposition *e) {
    struct engine_size size = engine_size(service->engine);
    int64_t held = engine_held(service->engine);
    exposition_one(e, METRIC_GAUGE, "slad_contacts", "contacts in memory", (int64_t)size.contacts);
    exposition_one(e, METRIC_GAUGE, "slad_open_cycles", "clocks that run", (int64_t)size.open_cycles);
    exposition_one(e, METRIC_GAUGE, "slad_groups", "groups of all standards", (int64_t)size.groups);
    exposition_one(e, METRIC_GAUGE, "slad_records", "outcomes and durations in windows", (int64_t)size.records);
    exposition_one(
        e, METRIC_GAUGE, "slad_waiting_events", "events whose instant has not come", (int64_t)size.waiting_events);
    if (held < 0) return; /* before its first instant */
    exposition_family(e, METRIC_GAUGE, "slad_decided_until_seconds", "limits that ran out before it are decided, since the epoch");
    exposition_double(e, (struct span){0}, (double)held / 1000);
}

static void store_gauges(const struct service *service, struct exposition *e) {
    struct store_size size;
    uint64_t bytes;
    exposition_one(e, METRIC_COUNTER, "slad_journal_events", "the number of the latest event in the journal",
        (int64_t)journal_last(service->store));
    if (store_size(service->store, &size, NULL) == 0) {
        exposition_one(e, METRIC_GAUGE, "slad_database_bytes", "size of the database", (int64_t)size.database_bytes);
        exposition_one(e, METRIC_GAUGE, "slad_wal_bytes", "size of its write-ahead log", (int64_t)size.wal_bytes);
    }
    if (store_free_bytes(service->store, &bytes, NULL) == 0)
        exposition_one(e, METRIC_GAUGE, "slad_disk_free_bytes", "what its file system still has", (int64_t)bytes);
}

/* ---------------------------------------------------------------- groups */

struct shown_group {
    struct span labels; /* standard and group */
    const struct standard *standard;
    int64_t open, met, missed, excluded;
    enum state state;
    int64_t durations;
    const int64_t *percentiles;
};
struct gathering {
    struct arena arena;
    struct shown_group *list;
    size_t count, capacity, left_out;
};

static void add_labels(struct buf *labels, const struct standard *standard, const struct group *group) {
    exposition_label(labels, SPAN("standard"), span_of(standard->name));
    for (size_t i = 0; i < group->count; i++)
        if (group->texts[i].p) exposition_label(labels, span_of(standard->by[i]), group->texts[i]); /* absent: no label */
}

static void gather(void *arg, const struct figures *f) {
    struct gathering *g = arg;
    struct buf labels = {0};
    if (g->count == METRICS_GROUPS_MAX) {
        g->left_out++;
        return;
    }
    add_labels(&labels, f->standard, &f->group);
    size_t bytes = f->standard->percentile_count * sizeof(int64_t);
    int64_t *percentiles = arena_alloc(&g->arena, bytes + 1);
    if (f->durations && bytes) memcpy(percentiles, f->percentiles, bytes);
    g->list = mem_grow(g->list, &g->capacity, g->count + 1, sizeof *g->list);
    g->list[g->count++] = (struct shown_group){
        {arena_text(&g->arena, buf_span(&labels)), labels.size}, f->standard, f->open, f->met, f->missed, f->excluded, f->state,
        f->durations, percentiles};
    buf_fini(&labels);
}

static void attainment(const struct gathering *g, struct exposition *e) {
    exposition_family(e, METRIC_GAUGE, "slad_attainment_ratio", "met of all counted, 0 to 1; none while nothing counted");
    for (size_t i = 0; i < g->count; i++) {
        int64_t counted = g->list[i].met + g->list[i].missed;
        if (counted) exposition_double(e, g->list[i].labels, (double)g->list[i].met / (double)counted);
    }
}

static void breached(const struct gathering *g, struct exposition *e) {
    exposition_family(e, METRIC_GAUGE, "slad_breached", "1 where a target does not hold, 0 where all do; none without data");
    for (size_t i = 0; i < g->count; i++)
        if (g->list[i].state != STATE_NO_DATA)
            exposition_int(e, g->list[i].labels, g->list[i].state == STATE_BREACHED);
}

static void counts(const struct gathering *g, struct exposition *e) {
    static const struct {
        const char *name, *help;
        size_t offset;
    } families[] = {{"slad_window_met", "met within the window", offsetof(struct shown_group, met)},
        {"slad_window_missed", "missed within the window", offsetof(struct shown_group, missed)},
        {"slad_window_excluded", "excluded within the window", offsetof(struct shown_group, excluded)},
        {"slad_running_clocks", "clocks of the group that run", offsetof(struct shown_group, open)}};
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        exposition_family(e, METRIC_GAUGE, families[f].name, families[f].help);
        for (size_t i = 0; i < g->count; i++)
            exposition_int(
                e, g->list[i].labels, *(const int64_t *)(const void *)((const char *)&g->list[i] + families[f].offset));
    }
}

static void percentiles(const struct gathering *g, struct exposition *e) {
    exposition_family(e, METRIC_GAUGE, "slad_percentile",
        "percentiles within the window, in seconds, or as the values are; quantile is 0 to 1");
    for (size_t i = 0; i < g->count; i++) {
        const struct shown_group *group = &g->list[i];
        for (size_t p = 0; p < group->standard->percentile_count && group->durations; p++) {
            const struct decimal *q = &group->standard->percentiles[p];
            char text[32];
            struct buf labels = {0};
            snprintf(text, sizeof text, "%.10g", (double)q->units / pow(10, q->digits) / 100);
            buf_add_span(&labels, group->labels);
            exposition_label(&labels, SPAN("quantile"), span_of(text));
            exposition_double(
                e, buf_span(&labels), (double)group->percentiles[p] / (group->standard->is_value ? 1e6 : 1e3));
            buf_fini(&labels);
        }
    }
}

struct levels {
    struct exposition *e;
    size_t count;
};

static void level(void *arg, const struct level_state *state) {
    struct levels *levels = arg;
    struct buf labels = {0};
    if (levels->count++ >= METRICS_GROUPS_MAX) return;
    add_labels(&labels, state->standard, &state->group);
    exposition_label(&labels, SPAN("target"), span_of(state->standard->targets[state->target].text));
    exposition_double(levels->e, buf_span(&labels), (double)state->opened_ms / 1000);
    buf_fini(&labels);
}

static void groups(struct service *service, struct exposition *e) {
    struct gathering g = {0};
    for (size_t i = 0; i < service->judging->rules.standard_count; i++) engine_figures(service->engine, i, gather, &g);
    attainment(&g, e);
    breached(&g, e);
    counts(&g, e);
    percentiles(&g, e);
    exposition_family(e, METRIC_GAUGE, "slad_level_open_since_seconds",
        "since when a target does not hold, since the epoch; none while it holds");
    engine_levels(service->engine, level, &(struct levels){e, 0});
    exposition_one(e, METRIC_GAUGE, "slad_groups_left_out",
        "groups without samples, as there are more than a scrape shows", (int64_t)g.left_out);
    free(g.list);
    arena_fini(&g.arena);
}

void service_metrics(struct service *service, struct exposition *e) {
    daemon_gauges(service, e);
    engine_gauges(service, e);
    store_gauges(service, e);
    groups(service, e);
    counters(e);
}
