#include "record_warning.h"

#include "record.h"
#include "slad/store/later.h"
#include "slad/wire/report.h"

static int change(struct service *service, const struct warning *warning, struct warning_record *record, struct err *err) {
    enum outcome decided = warning->state == WARNING_MET      ? OUTCOME_MET
                           : warning->state == WARNING_MISSED ? OUTCOME_MISSED
                                                              : OUTCOME_EXCLUDED;
    record->state = warning->state == WARNING_OPEN        ? BREACH_OPEN
                    : warning->state == WARNING_WITHDRAWN ? BREACH_WITHDRAWN
                                                          : BREACH_CLOSED;
    record->closed_ms = warning->ended_ms;
    if (record->state == BREACH_CLOSED) record->outcome = span_of(outcome_name(decided));
    if (record->state == BREACH_WITHDRAWN) record->reason = SPAN("not reached any more");
    return later_warning_change(service->store, record, err);
}

int record_warning(struct service *service, const struct warning *warning, struct err *err) {
    const struct standard *s = warning->standard;
    struct buf subject = {0}, group = {0};
    subject_json(s, &warning->subject, &subject);
    group_json(s, &warning->group, &group);
    struct warning_record record = {.standard = span_of(s->name), .warning = span_of(s->warnings[warning->warning].text)};
    record.version = record_version(service, s);
    record.group = buf_span(&group);
    record.contact = warning->contact;
    record.subject = buf_span(&subject);
    record.started_ms = warning->started_ms;
    record.nth = warning->nth;
    record.due_ms = warning->due_ms;
    record.reached_ms = warning->reached_ms;
    record.updated_ms = service->now_ms;
    bool told = warning->reached_ms != INSTANT_NEVER;
    int code = told ? later_warning(service->store, &record, err) : change(service, warning, &record, err);
    buf_fini(&subject);
    buf_fini(&group);
    return code;
}

static int record_level_warning(struct service *service, const struct level_change *level, struct err *err) {
    const struct standard *s = level->standard;
    struct buf group = {0};
    group_json(s, &level->group, &group);
    struct warning_record record = {.standard = span_of(s->name), .warning = span_of(s->warn_below->text)};
    record.version = record_version(service, s);
    record.group = buf_span(&group);
    record.target = span_of(s->targets[level->target].text);
    record.reached_ms = level->opened_ms;
    record.updated_ms = service->now_ms;
    struct breach_end end = {service->now_ms, level->closed_ms,
        level->broke ? "breached" : level->held_again ? "above again" : "too little to judge"};
    int code = later_warning_level(service->store, &record, level->closed_ms == INSTANT_NEVER ? NULL : &end, err);
    buf_fini(&group);
    return code;
}

int record_warned(struct service *service, const struct effect *effect, struct err *err) {
    bool of_contact = effect->kind == EFFECT_WARNED || effect->kind == EFFECT_WARNING_CHANGED;
    return of_contact ? record_warning(service, &effect->warning, err)
                      : record_level_warning(service, &effect->level, err);
}
