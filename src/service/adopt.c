#include "adopt.h"

#include <stdlib.h>
#include "reconcile.h"
#include "record.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "slad/store/journal.h"
#include "slad/store/versions.h"

enum {
    SLICE_EVENTS = 2000,   /* some milliseconds of a turn */
    CLOCK_BACK_MS = 60000, /* stored clocks further ahead than this are those of a wrong wall clock; less, NTP's steps */
};

struct adoption *adoption_new(struct config *config) {
    struct adoption *adoption = mem_zalloc(sizeof *adoption);
    adoption->config = config;
    return adoption;
}

void adoption_free(struct adoption *adoption) {
    if (!adoption) return;
    rebuild_free(adoption->rebuild); /* before the rules it was built on */
    book_fini(&adoption->book);
    config_free(adoption->config);
    free(adoption);
}

/* ---------------------------------------------------------------- versions */

struct in_force {
    int64_t id;
    char *name, *meaning, *describe, *file;
    int line;
    bool kept;
};
struct versions {
    struct in_force *list;
    size_t count, capacity;
};

static void remember(void *arg, const struct version *v) {
    struct versions *versions = arg;
    versions->list = mem_grow(versions->list, &versions->capacity, versions->count + 1, sizeof *versions->list);
    versions->list[versions->count++] = (struct in_force){v->id, mem_dup_text(v->name), mem_dup_text(v->meaning),
        mem_dup_text(v->describe), mem_dup_text(v->file), v->line, false};
}

static void versions_free(struct versions *versions) {
    for (size_t i = 0; i < versions->count; i++) {
        free(versions->list[i].name);
        free(versions->list[i].meaning);
        free(versions->list[i].describe);
        free(versions->list[i].file);
    }
    free(versions->list);
}

static struct in_force *find(struct versions *versions, const char *name) {
    for (size_t i = 0; i < versions->count; i++)
        if (strcmp(versions->list[i].name, name) == 0) return &versions->list[i];
    return NULL;
}

static struct version version_of(const struct service *service, const struct standard *s) {
    return (struct version){.name = span_of(s->name), .meaning = span_of(s->meaning), .describe = span_of(s->describe),
        .file = span_of(s->file), .line = s->line, .since_ms = service->now_ms};
}

/* The version goes on; where the standard is described or placed otherwise, that is noted. */
static int keep_version(
    struct service *service, const struct standard *s, const struct in_force *old, struct err *err) {
    if (strcmp(old->describe, s->describe) == 0 && strcmp(old->file, s->file) == 0 && old->line == s->line) return 0;
    struct version noted = version_of(service, s);
    int code = version_note(service->store, old->id, &noted, err);
    return code < 0 ? code : 0;
}

static int new_version(struct service *service, size_t i, const struct in_force *old, struct err *err) {
    struct version version = version_of(service, service->judging->rules.standards[i]);
    int code = old ? version_end(service->store, old->id, service->now_ms, "standard changed", err) : 0;
    return code < 0 ? code : version_begin(service->store, &version, &service->versions[i], err);
}

/* ---------------------------------------------------------------- the change */

static int adopt_standard(
    struct service *service, size_t i, struct versions *versions, const struct book *book, struct err *err) {
    const struct standard *s = service->judging->rules.standards[i];
    struct in_force *old = find(versions, s->name);
    if (old) old->kept = true;
    bool same = old && strcmp(old->meaning, s->meaning) == 0;
    if (same) service->versions[i] = old->id;
    int code = same ? keep_version(service, s, old, err) : new_version(service, i, old, err);
    if (code) return code;
    return reconcile_standard(service, i, book, same ? RECONCILE_SAME : RECONCILE_CHANGED, err);
}

static int adopt_all(struct service *service, const struct book *book, struct err *err) {
    struct versions versions = {0};
    int code = service_begin(service, err);
    if (!code) code = versions_in_force(service->store, remember, &versions, err);
    for (size_t i = 0; i < service->judging->rules.standard_count && !code; i++)
        code = adopt_standard(service, i, &versions, book, err);
    if (!code) code = reconcile_missing(service, book, err);
    for (size_t i = 0; i < versions.count && !code; i++) {
        if (versions.list[i].kept) continue;
        code = version_end(service->store, versions.list[i].id, service->now_ms, "standard removed", err);
        if (code >= 0) code = reconcile_removed(service, span_of(versions.list[i].name), err);
    }
    versions_free(&versions);
    if (!code) code = service_write_clock(service, err);
    if (!code) code = store_commit(service->store, err);
    if (code) store_rollback(service->store);
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

static int finish(struct service *service, struct adoption *adoption, struct err *err) {
    struct before before = swap(service, adoption);
    int code = adopt_all(service, &adoption->book, err);
    if (code) {
        swap_back(service, adoption, &before);
        return code;
    }
    engine_free(before.engine);
    free(before.versions);
    drop_config(service, before.config);
    if (before.judging != before.config) drop_config(service, before.judging);
    adoption->config = NULL;
    engine_set_sink(service->engine, record_effect, service);
    service->first_publish = true;
    return 0;
}

/* The wall clock was wrong, and is far behind what was decided by it: limits would be decided by a time that is yet to
 * come, for as long as that takes. */
static void come_back(const struct service *service, int64_t *now, int64_t *held) {
    int64_t wall = service->now_ms;
    char text[INSTANT_TEXT_MAX];
    if (*now - wall <= CLOCK_BACK_MS) return;
    log_warning("the clock was set back", "decided_until=%s next=\"deciding anew what lies after the clock\"",
        instant_text(*now, text));
    *now = wall;
    if (*held > wall - service->config->grace_ms) *held = wall - service->config->grace_ms;
}

static int begin(struct service *service, struct adoption *adoption, struct err *err) {
    int64_t now = -1, held = -1;
    int code = store_meta_get(service->store, "clock_now", &now, err);
    if (code >= 0) code = store_meta_get(service->store, "clock_held", &held, err);
    if (code < 0) return code;
    if (adoption->from_store) come_back(service, &now, &held);
    const struct config *config = adoption->config ? adoption->config : service->config;
    const struct ruleset *rules = adoption->config ? &adoption->config->rules : &service->judging->rules;
    struct rebuild_options options = {.rules = rules, .through_seq = journal_last(service->store)};
    options.engine = (struct engine_options){config->grace_ms, book_effect, &adoption->book};
    options.now_ms = now;
    options.held_ms = held;
    adoption->rebuild = rebuild_new(service->store, &options);
    return 0;
}

/* Where the running engine's clocks are by now; at a start, where they were when it stopped. */
static int catch_up(struct service *service, struct adoption *adoption, struct err *err) {
    if (adoption->from_store) return 0;
    return rebuild_catch_up(adoption->rebuild, journal_last(service->store), engine_now(service->engine),
        engine_held(service->engine), err);
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
    struct versions versions = {0};
    int code = service_begin(service, err);
    if (!code) code = versions_in_force(service->store, remember, &versions, err);
    for (size_t i = 0; i < new->standard_count && !code; i++) {
        const struct in_force *old = find(&versions, new->standards[i]->name);
        if (old) code = keep_version(service, new->standards[i], old, err);
    }
    versions_free(&versions);
    if (!code) code = store_commit(service->store, err);
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

int adoption_step(struct service *service, struct adoption *adoption, struct err *err) {
    int code;
    bool first = !adoption->rebuild;
    if (first && adoption->config && is_same_engine(service, adoption->config))
        return adopt_settings(service, adoption, err);
    if (first) return (code = begin(service, adoption, err)) ? code : 1;
    code = rebuild_step(adoption->rebuild, SLICE_EVENTS, err);
    if (code) return code;
    if ((code = catch_up(service, adoption, err))) return code;
    return finish(service, adoption, err);
}
