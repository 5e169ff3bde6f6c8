#include "record.h"

#include "adopt.h"
#include "record_warning.h"
#include "slad/base/counters.h"
#include "slad/store/later.h"
#include "slad/wire/report.h"

size_t record_index(const struct service *service, const struct standard *standard) {
    size_t i = 0;
    while (service->judging->rules.standards[i] != standard) i++;
    return i;
}

int64_t record_version(const struct service *service, const struct standard *standard) {
    return service->versions[record_index(service, standard)];
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
    int code = later_breach(service->store, &record, err);
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
    int code = later_withdraw(service->store, &key, &end, err);
    buf_fini(&subject);
    return code;
}

static struct breach_record level_record(
    const struct service *service, const struct level_change *level, struct span group) {
    return (struct breach_record){.kind = BREACH_LEVEL,
        .standard = span_of(level->standard->name),
        .version = record_version(service, level->standard),
        .group = group,
        .target = span_of(level->standard->targets[level->target].text),
        .opened_ms = level->opened_ms,
        .closed_ms = level->closed_ms,
        .updated_ms = service->now_ms};
}

static const char *reason_of(const struct level_change *level) {
    return level->held_again ? "held again" : "too little to judge";
}

int record_level(struct service *service, const struct level_change *level, struct err *err) {
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    struct breach_record record = level_record(service, level, buf_span(&group));
    struct breach_end end = {service->now_ms, level->closed_ms, reason_of(level)};
    int code = later_level(service->store, &record, level->closed_ms == INSTANT_NEVER ? NULL : &end, err);
    buf_fini(&group);
    return code;
}

int record_past_level(struct service *service, const struct level_change *level, struct err *err) {
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    struct breach_record record = level_record(service, level, buf_span(&group));
    record.reason = span_of(reason_of(level));
    int code = level_past(service->store, &record, err);
    if (!code) counter_inc(levels_opened);
    if (!code) counter_inc(levels_closed);
    buf_fini(&group);
    return code;
}

void record_count(struct service *service) {
    struct later_found found = later_found(service->store);
    counter_add(breaches_missed, found.breaches);
    counter_add(breaches_withdrawn, found.withdrawn);
    counter_add(levels_opened, found.levels_opened);
    counter_add(levels_closed, found.levels_closed);
    counter_add(warnings_told, found.warnings);
}

int record_commit(struct service *service, struct err *err) {
    int code = store_commit(service->store, err);
    if (!code) record_count(service);
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
    else if (service->adoption && service->adoption->reconcile)
        reconcile_effect(service->adoption->reconcile, effect);
}
