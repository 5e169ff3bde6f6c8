#include "adopt_versions.h"

#include <stdlib.h>
#include "adopt.h"
#include "slad/base/mem.h"
#include "slad/store/versions.h"

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

/* Who asked for it; -1: a start or a signal. */
static int64_t asker(const struct service *service) {
    return service->adoption ? service->adoption->by_uid : -1;
}

static int end_version(struct service *service, int64_t id, const char *reason, struct err *err) {
    struct version_end end = {service->now_ms, asker(service), reason};
    return version_end(service->store, id, &end, err);
}

static struct version version_of(const struct service *service, const struct standard *s) {
    return (struct version){.name = span_of(s->name), .meaning = span_of(s->meaning), .describe = span_of(s->describe),
        .file = span_of(s->file), .line = s->line, .since_ms = service->now_ms, .by_uid = asker(service)};
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
    int code = old ? end_version(service, old->id, "standard changed", err) : 0;
    return code < 0 ? code : version_begin(service->store, &version, &service->versions[i], err);
}

static int adopt_standard(
    struct service *service, size_t i, struct versions *versions, enum reconcile_how *how, struct err *err) {
    const struct standard *s = service->judging->rules.standards[i];
    struct in_force *old = find(versions, s->name);
    if (old) old->kept = true;
    bool same = old && strcmp(old->meaning, s->meaning) == 0;
    *how = same ? RECONCILE_SAME : RECONCILE_CHANGED;
    if (same) service->versions[i] = old->id;
    return same ? keep_version(service, s, old, err) : new_version(service, i, old, err);
}

int adopt_versions(struct service *service, enum reconcile_how *how, struct err *err) {
    struct versions versions = {0};
    int code = versions_in_force(service->store, remember, &versions, err);
    for (size_t i = 0; i < service->judging->rules.standard_count && !code; i++)
        code = adopt_standard(service, i, &versions, &how[i], err);
    for (size_t i = 0; i < versions.count && code >= 0; i++)
        if (!versions.list[i].kept)
            code = end_version(service, versions.list[i].id, "standard removed", err);
    versions_free(&versions);
    return code < 0 ? code : 0;
}

int adopt_descriptions(struct service *service, const struct ruleset *rules, struct err *err) {
    struct versions versions = {0};
    int code = versions_in_force(service->store, remember, &versions, err);
    for (size_t i = 0; i < rules->standard_count && !code; i++) {
        const struct in_force *old = find(&versions, rules->standards[i]->name);
        if (old) code = keep_version(service, rules->standards[i], old, err);
    }
    versions_free(&versions);
    return code;
}
