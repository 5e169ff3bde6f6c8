#include "adopt.h"

#include <stdlib.h>
#include "adopt_versions.h"
#include "published.h"
#include "recall.h"
#include "reconcile.h"
#include "reconcile_levels.h"
#include "reconcile_warnings.h"
#include "record.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "slad/store/journal.h"

enum {
    SLICE_EVENTS = 2000,   /* some milliseconds of a turn */
    CLOCK_BACK_MS = 60000, /* stored clocks further ahead than this are those of a wrong wall clock; less, NTP's steps */
};

struct adoption *adoption_new(struct config *config) {
    struct adoption *adoption = mem_zalloc(sizeof *adoption);
    adoption->config = config;
    adoption->by_uid = -1;
    return adoption;
}

struct adoption *adoption_from_store(void) {
    struct adoption *adoption = adoption_new(NULL);
    adoption->from_store = true;
    return adoption;
}

struct adoption *adoption_from_image(const struct engine_behind *take_behind) {
    struct adoption *adoption = adoption_from_store();
    adoption->from_image = true;
    adoption->behind = *take_behind;
    return adoption;
}

void adoption_free(struct adoption *adoption) {
    if (!adoption) return;
    engine_free(adoption->behind.engine);
    reconcile_free(adoption->reconcile);
    rebuild_free(adoption->rebuild); /* before the rules it was built on */
    book_fini(&adoption->book);
    config_free(adoption->config);
    free(adoption);
}

/* ---------------------------------------------------------------- the change */

/* What is counted by the group is brought in line at once: the engine goes on from it. */
static int write_change(struct service *service, const struct adoption *adoption, struct err *err) {
    enum reconcile_how *how = mem_zalloc((service->judging->rules.standard_count + 1) * sizeof *how);
    int code = store_begin(service->store, err);
    if (!code) code = adopt_versions(service, how, err);
    if (!code) code = reconcile_levels(service, &adoption->book, how, err);
    if (!code) code = reconcile_level_warnings(service, err);
    if (!code && adoption->came_back) code = published_back(service->store, engine_now(service->engine), err);
    if (!code && !adoption->from_image) code = engine_image_forget(service, err); /* it is of another engine */
    if (!code) code = service_write_clock(service, err);
    if (!code) code = record_commit(service, err);
    if (code) store_rollback(service->store);
    free(how);
    return code;
}

/* What has to be put back when the change cannot be written. */
struct before {
    struct config *config, *judging;
    struct engine *engine;
    int64_t *versions;
};

static struct before swap(struct service *service, struct adoption *adoption) {
    struct before before = {service->config, service->judging, service->engine, service->versions};
    if (adoption->config) service->config = service->judging = adoption->config;
    service->engine = rebuild_take_engine(adoption->rebuild);
    service->versions = mem_zalloc((service->judging->rules.standard_count + 1) * sizeof *service->versions);
    engine_set_sink(service->engine, NULL, NULL);
    recall_serve(service->recall, service->engine);
    return before;
}

static void swap_back(struct service *service, struct adoption *adoption, const struct before *before) {
    engine_free(service->engine);
    free(service->versions);
    adoption->config = service->config == before->config ? NULL : service->config;
    service->config = before->config;
    service->judging = before->judging;
    service->engine = before->engine;
    service->versions = before->versions;
}

static void drop_config(const struct service *service, struct config *config) {
    bool needed = config == service->config || config == service->judging || config == service->opened_with;
    if (!needed) config_free(config);
}

static int take_over(struct service *service, struct adoption *adoption, struct err *err) {
    struct before before = swap(service, adoption);
    int code = write_change(service, adoption, err);
    if (code) {
        swap_back(service, adoption, &before);
        return code;
    }
    if (!adoption->from_image) image_keeper_forgotten(&service->keeper);
    engine_free(before.engine);
    free(before.versions);
    drop_config(service, before.config);
    if (before.judging != before.config) drop_config(service, before.judging);
    adoption->config = NULL;
    engine_set_sink(service->engine, record_effect, service);
    service->first_publish = true;
    engine_figures_unread(service->engine);
    adoption->reconcile = reconcile_new(service, &adoption->book, adoption->behind.point.breach);
    return 1;
}

bool adoption_comes_back(const struct service *service, int64_t decided_ms) {
    return decided_ms - service->now_ms > CLOCK_BACK_MS;
}

/* Whether the clocks of the store are those of another time. */
static bool come_back(const struct service *service, int64_t *now, int64_t *held) {
    int64_t wall = service->now_ms;
    char text[INSTANT_TEXT_MAX];
    if (!adoption_comes_back(service, *now)) return false;
    log_warning("the clock was set back", "decided_until=%s next=\"deciding anew what lies after the clock\"",
        instant_text(*now, text));
    *now = wall;
    if (*held > wall - service->config->grace_ms) *held = wall - service->config->grace_ms;
    return true;
}

static int begin(struct service *service, struct adoption *adoption, struct err *err) {
    int64_t *now = &adoption->now_ms, *held = &adoption->held_ms;
    *now = *held = -1;
    int code = store_meta_get(service->store, "clock_now", now, err);
    if (code >= 0) code = store_meta_get(service->store, "clock_held", held, err);
    if (code < 0) return code;
    if (adoption->from_store) adoption->came_back = come_back(service, now, held);
    const struct config *config = adoption->config ? adoption->config : service->config;
    const struct ruleset *rules = adoption->config ? &adoption->config->rules : &service->judging->rules;
    struct rebuild_options options = {.rules = rules, .through_seq = journal_last(service->store)};
    options.engine = (struct engine_options){.grace_ms = config->grace_ms, .effect = book_effect, .arg = &adoption->book};
    options.keep_finished = (size_t)config->keep_finished;
    options.now_ms = *now;
    options.held_ms = *held;
    if (adoption->from_image) {
        options.through_seq = adoption->behind.point.through_seq;
        options.goes_on = adoption->behind.engine;
        adoption->behind.engine = NULL;
    }
    adoption->rebuild = rebuild_new(service->store, &options);
    return 0;
}

/* To where the running engine's clocks are by now; at a start, to where they were when it stopped. */
static int catch_up(struct service *service, struct adoption *adoption, struct err *err) {
    if (adoption->from_store && !adoption->from_image) return 0; /* it is there */
    struct rebuild_goal goal = {journal_last(service->store), adoption->now_ms, adoption->held_ms};
    if (!adoption->from_store) {
        goal.now_ms = engine_now(service->engine);
        goal.held_ms = engine_held(service->engine);
    }
    return rebuild_catch_up(adoption->rebuild, &goal, SLICE_EVENTS, err);
}

/* ---------------------------------------------------------------- no standard means anything else */

/* The standard of this name; an edit seldom moves one. */
static const struct standard *counterpart(const struct ruleset *rules, size_t at, const char *name) {
    if (at < rules->standard_count && strcmp(rules->standards[at]->name, name) == 0) return rules->standards[at];
    return ruleset_find(rules, span_of(name));
}

/* Zones and calendars have names that verdicts are told with; those live in the configuration judged by. */
static bool is_told_alike(const struct standard *a, const struct standard *b) {
    bool same = strcmp(zone_name(a->zone), zone_name(b->zone)) == 0 &&
                strcmp(calendar_name(a->calendar), calendar_name(b->calendar)) == 0;
    for (size_t i = 0; i < a->limit_count && same; i++)
        same = strcmp(calendar_name(a->limits[i].calendar), calendar_name(b->limits[i].calendar)) == 0;
    return same;
}

static bool is_judged_alike(const struct standard *a, const struct standard *b) {
    struct buf x = {0}, y = {0};
    if (strcmp(a->meaning, b->meaning) != 0 || !is_told_alike(a, b)) return false;
    standard_warn_json(a, &x); /* no part of the meaning, but the engine goes by them */
    standard_warn_json(b, &y);
    bool same = span_eq(buf_span(&x), buf_span(&y));
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

/* Whether the engine that runs would do the same by the new standards: it need not be built anew. */
static bool is_same_engine(const struct service *service, const struct config *config) {
    const struct ruleset *judging = &service->judging->rules, *new = &config->rules;
    if (judging->standard_count != new->standard_count) return false;
    for (size_t i = 0; i < new->standard_count; i++) {
        const struct standard *was = counterpart(judging, i, new->standards[i]->name);
        if (!was || !is_judged_alike(was, new->standards[i])) return false;
    }
    return true;
}

static int note_all(struct service *service, const struct ruleset *new, struct err *err) {
    int code = store_begin(service->store, err);
    if (!code) code = adopt_descriptions(service, new, err);
    if (!code) code = record_commit(service, err);
    if (code) store_rollback(service->store);
    return code;
}

/* Those the engine runs by are told of as the new file does; the texts live in the configuration in force. */
static void describe_anew(struct ruleset *judging, const struct ruleset *new) {
    for (size_t i = 0; i < judging->standard_count; i++) {
        const struct standard *noted = counterpart(new, i, judging->standards[i]->name);
        judging->standards[i]->describe = noted->describe;
        judging->standards[i]->file = noted->file;
        judging->standards[i]->line = noted->line;
    }
}

/* Settings and words change; engine, ledgers and record stay as they are. */
static int adopt_settings(struct service *service, struct adoption *adoption, struct err *err) {
    struct config *before = service->config;
    int code = note_all(service, &adoption->config->rules, err);
    if (code) return code;
    service->config = adoption->config;
    adoption->config = NULL;
    describe_anew(&service->judging->rules, &service->config->rules);
    engine_set_grace(service->engine, service->config->grace_ms);
    drop_config(service, before);
    return 0;
}

static int build(struct service *service, struct adoption *adoption, struct err *err) {
    int code = adoption->built ? 0 : rebuild_step(adoption->rebuild, SLICE_EVENTS, err);
    if (code) return code;
    adoption->built = true;
    if ((code = catch_up(service, adoption, err))) return code;
    return take_over(service, adoption, err);
}

int adoption_step(struct service *service, struct adoption *adoption, struct err *err) {
    int code;
    bool first = !adoption->rebuild;
    if (first && adoption->config && is_same_engine(service, adoption->config))
        return adopt_settings(service, adoption, err);
    if (first) return (code = begin(service, adoption, err)) ? code : 1;
    if (!adoption->reconcile) return build(service, adoption, err);
    return reconcile_step(adoption->reconcile, err);
}

void adoption_progress(const struct adoption *adoption, struct service_progress *out) {
    const struct rebuild *rebuild = adoption->rebuild;
    const struct reconcile *reconcile = adoption->reconcile;
    *out = (struct service_progress){.is_recording = reconcile != NULL};
    if (reconcile) {
        out->done = reconcile_done(reconcile);
        out->total = reconcile_total(reconcile);
    } else if (rebuild) {
        out->done = rebuild_done(rebuild);
        out->total = rebuild_total(rebuild);
    }
}
