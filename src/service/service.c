/* Invariants:
 *  1. whatever is in the store came with its cause: an event's row, its effects and its input's position are written in
 *     one transaction, with the engine's clocks as of its end;
 *  2. outside a failed state, rebuilding the engine from the journal to those clocks gives the engine that runs;
 *  3. `durable` is the last batch that was committed; nothing of a later one is acknowledged;
 *  4. the engine was built with the standards of `judging`, which mean what those of the configuration in force do. */
#include "slad/service/service.h"

#include <stdio.h>
#include "adopt.h"
#include "batches.h"
#include "recall.h"
#include "gaps.h"
#include "published.h"
#include "publish.h"
#include "record.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/service/visits.h"
#include "slad/store/changes.h"
#include "slad/store/journal.h"
#include "slad/store/later.h"
#include "slad/store/retention.h"

enum {
    RETENTION_ROWS = 500,         /* of a slice: a few milliseconds */
    RETENTION_BUSY_MS = 20,       /* between slices while there is more to let go: a quarter of the time at most */
    LEAP_MS = 86400000,           /* forward, the clock may be wrong: nothing is let go by it for as long */
    RECOVERY_FREE_BYTES = 16 << 20, /* the ballast, and room for the log of some batches */
    RECOVERY_MS = 1000,           /* between tries to write again */
    BARRIER_RETRY_MS = 20,        /* a followed file still has lines that a due limit waits for */
    LET_GO_MOST = 256,            /* contacts, at the end of a turn */
    LET_GO_LINES = 64,            /* so many that come are followed by a piece of it: all at the end took up to 6 ms */
    LET_GO_PIECE = 32,            /* contacts: twice as many as so many lines of a day finish; the turn's end has what is left */
    CLOCK_BEHIND_MS = 60000,      /* further back than NTP steps a clock that was nearly right */
};

/* ---------------------------------------------------------------- the transaction */

int service_begin(struct service *service, struct err *err) {
    return store_in_transaction(service->store) ? 0 : store_begin(service->store, err);
}

void service_fail_batch(struct service *service, int code, const struct err *err) {
    if (service->write_failed) return;
    service->write_failed = code;
    service->write_err = *err;
}

int service_write_clock(struct service *service, struct err *err) {
    int code = later_meta(service->store, "clock_now", engine_now(service->engine), err);
    return code ? code : later_meta(service->store, "clock_held", engine_held(service->engine), err);
}

int service_commit_now(struct service *service, struct err *err) {
    if (service->write_failed) {
        *err = service->write_err;
        return service->write_failed;
    }
    int code = service_write_clock(service, err);
    return code ? code : record_commit(service, err);
}

/* Than at the next instant for it: the interval is shorter by now, or the clock was set back. */
static void publish_no_later(struct service *service) {
    int64_t next = publish_after(service->now_ms, service->config);
    if (next < service->next_publish_ms) service->next_publish_ms = next;
}

static void adoption_ended(struct service *service, const char *outcome) {
    struct adoption *adoption = service->adoption;
    service->adoption = NULL;
    if (adoption->done) adoption->done(adoption->arg, outcome);
    adoption_free(adoption);
}

static void reload_done(struct service *service, const char *outcome) {
    service->generation++;
    service->loaded_ms = service->now_ms;
    publish_no_later(service);
    buf_clear(&service->reload_findings);
    service->reload_refused_ms = INSTANT_NEVER;
    counter_inc(reloads);
    log_info("reload done", "generation=%llu standards=%zu", (unsigned long long)service->generation,
        service->config->rules.standard_count);
    feed_reloaded(service, (struct span){0});
    adoption_ended(service, outcome);
}

/* What was computed of a change was over a journal that is not the one on disk. Once the new standards are in force they
 * stay so: whatever is not on record yet is found when the engine is built anew. */
static void give_adoption_up(struct service *service) {
    static const char *const reason = "the database could not be written meanwhile; reload again once it can";
    if (!service->adoption) return;
    if (service->adoption->from_store) {
        adoption_ended(service, reason);
    } else if (adoption_has_taken_over(service->adoption)) {
        reload_done(service, "the new standards are in force, but breaches could not be written down: that is made up "
                             "for once the database can be written");
    } else {
        log_warning("reload not done", "reason=\"%s\"", reason);
        adoption_ended(service, reason);
    }
}

static void fail(struct service *service, const struct err *err) {
    counter_inc(commits_failed);
    store_rollback(service->store);
    service->batch = service->durable + 1; /* whoever waited for one that is lost is told */
    visits_clear(service->visits);
    service->failed = err->code ? err->code : ERR_IO;
    service->dirty = false;
    service->batch_accepted = 0;
    snprintf(service->failure, sizeof service->failure, "%s", err->text);
    feed_failed(service);
    publish_drop(service->publish);
    log_error("commit failed", "error=%s next=%s", LOG_TEXT(span_of(err->text)),
        "\"taking no events; trying again each second\"");
    for (size_t i = 0; i < service->listener_count; i++)
        if (service->listeners[i].failed) service->listeners[i].failed(service->listeners[i].arg);
    give_adoption_up(service);
}

/* ---------------------------------------------------------------- clocks */

static int64_t read_as_of(const struct service *service, int64_t now) {
    int64_t as_of = now;
    for (size_t i = 0; i < service->listener_count; i++) {
        const struct service_listener *l = &service->listeners[i];
        int64_t read = l->read_as_of ? l->read_as_of(l->arg, now) : now;
        if (read < as_of) as_of = read;
    }
    return as_of;
}

/* Moves the engine to this instant: limits up to grace before it, and not past what followed files have shown. */
static void advance(struct service *service, int64_t now) {
    int64_t held = now - service->config->grace_ms;
    if (engine_next(service->engine) <= held) held = read_as_of(service, now) - service->config->grace_ms;
    struct err err;
    engine_advance(service->engine, now, held);
    engine_judge(service->engine, engine_held(service->engine));
    int code = recall_failure(service->recall, &err);
    if (code) service_fail_batch(service, code, &err);
}

static void publish_if_due(struct service *service, int64_t now) {
    if (now < service->next_publish_ms || publish_waits(service->publish)) return; /* one after the other */
    int64_t at = now - now % service->config->publish_ms;
    service->next_publish_ms = at + service->config->publish_ms;
    if (at <= engine_now(service->engine)) return; /* figures of then are not to be had any more */
    advance(service, at);
    publish_take(service->publish, service);
}

/* Once for each time the wall clock falls behind what was decided by it. */
static void watch_clock(struct service *service) {
    int64_t decided = engine_now(service->engine);
    char text[INSTANT_TEXT_MAX];
    bool behind = service->now_ms < decided - CLOCK_BEHIND_MS;
    if (behind && !service->clock_behind)
        log_warning("the clock was set back", "decided_until=%s next=\"limits before that are decided at once; after a "
            "restart they are decided by the clock again\"", instant_text(decided, text));
    service->clock_behind = behind;
}

/* How long nothing of a new database can be old enough to be let go. */
static int64_t young_ms(const struct config *config) {
    int64_t least = config->retain_events_ms;
    if (config->retain_figures_ms < least) least = config->retain_figures_ms;
    if (config->retain_breaches_ms < least) least = config->retain_breaches_ms;
    return least < LEAP_MS ? least : LEAP_MS;
}

/* A wrong clock must not empty the journal before somebody can put it right. */
void service_watch_leap(struct service *service, int64_t from_ms, int64_t to_ms) {
    if (from_ms < 0)
        service->next_retention_ms = to_ms + young_ms(service->config);
    else if (to_ms - from_ms > LEAP_MS)
        service->next_retention_ms = to_ms + LEAP_MS;
    else if (to_ms < from_ms && service->next_retention_ms > to_ms + LEAP_MS)
        service->next_retention_ms = to_ms + RETENTION_QUIET_MS;
}

void service_turn(struct service *service, int64_t now_ms) {
    if (now_ms == service->now_ms) return;
    service_watch_leap(service, service->now_ms, now_ms);
    service->now_ms = now_ms;
    publish_no_later(service);
    if (service->failed) return;
    watch_clock(service);
    publish_if_due(service, now_ms);
    advance(service, now_ms);
}

static void step_publish(struct service *service) {
    if (!publish_waits(service->publish)) return;
    publish_step(service->publish, service);
    service->published_batch = service->batch;
}

/* Nothing is let go, as the clock has leapt (service_watch_leap()): what keeps the engine is not to wait as long. */
static bool retention_rests(const struct service *service) {
    return service->next_retention_ms - service->now_ms > RETENTION_QUIET_MS;
}

static bool wants_to_keep(const struct service *service) {
    return image_keeper_has_ended(service) || (retention_rests(service) && image_keeper_is_due(service));
}

/* Work that wants the store to itself: then nothing may stay on its way. */
static bool wants_store(const struct service *service) {
    return service->stopping || service->adoption || service->now_ms >= service->next_retention_ms || wants_to_keep(service);
}

int service_commit(struct service *service, struct err *err) {
    if (service->failed) return err_set(err, ERR_IO, "%s", service->failure);
    advance(service, service->now_ms);
    image_keeper_watch(service);
    enum store_wait wait = wants_store(service) ? STORE_WAIT : STORE_ASK;
    step_publish(service);
    int code = batches_end_turn(service, wait, err);
    if (code) {
        fail(service, err);
        return code;
    }
    return 0;
}

int service_wake_fd(const struct service *service) {
    return store_wake_fd(service->store);
}

int64_t service_next_ms(const struct service *service) {
    if (service->failed) return service->now_ms + RECOVERY_MS;
    int64_t next = service->next_publish_ms;
    if (service->next_retention_ms < next) next = service->next_retention_ms;
    int64_t engine = engine_next(service->engine);
    if (engine != INSTANT_NEVER) {
        int64_t at = engine + service->config->grace_ms;
        if (at <= service->now_ms) at = service->now_ms + BARRIER_RETRY_MS;
        if (at < next) next = at;
    }
    int64_t space = batches_space_ms(service);
    if (space && service->now_ms + space < next) next = service->now_ms + space;
    return next;
}

/* ---------------------------------------------------------------- work that can wait */

static void dropped(void *arg, struct span contact) {
    struct service *service = arg;
    struct recall_point all = {.order = RECALL_BY_SEQ, .seq = UINT64_MAX};
    struct err err;
    int code = recall_contact(service->recall, service->engine, contact, &all, &err);
    if (code) service_fail_batch(service, code, &err);
    else engine_forget(service->engine, contact);
}

/* What a slice of it has left to do: at all, and in the journal. */
struct retained {
    bool more, more_events;
};

static int retain(struct service *service, struct retained *out, struct err *err) {
    const struct config *c = service->config;
    struct journal_pruning pruning = {
        service->now_ms - c->retain_events_ms, RETENTION_ROWS, dropped, service, service->now_ms + LEAP_MS};
    struct retention retention = {
        service->now_ms - c->retain_figures_ms, service->now_ms - c->retain_breaches_ms, RETENTION_ROWS};
    size_t rows = 0, more_rows;
    int code = service_begin(service, err), pruned = 0, let_go = 0, trimmed = 0;
    if (!code && image_keeper_lets_prune(service)) pruned = journal_prune(service->store, &pruning, &rows, err);
    if (!code && pruned >= 0) let_go = retention_slice(service->store, &retention, &more_rows, err);
    if (!code) code = pruned < 0 ? pruned : let_go < 0 ? let_go : 0;
    if (!code && rows) code = published_let_go(service->store, err);
    if (!code && rows) code = image_keeper_pruned(service, err);
    if (!code) trimmed = changes_trim(service->store, RETENTION_ROWS, err);
    if (trimmed < 0) code = trimmed;
    *out = (struct retained){pruned > 0 || let_go > 0 || trimmed > 0, pruned > 0};
    return code ? code : service_commit_now(service, err);
}

/* A slice more, when the turn's found nothing to write. */
static void publish_turn(struct service *service) {
    struct err err;
    step_publish(service);
    if (batches_end_turn(service, STORE_ASK, &err)) fail(service, &err);
}

/* Retention, and then the engine is kept: it stands for events that may not go before the next one is. */
static void upkeep_turn(struct service *service) {
    bool is_due = service->now_ms >= service->next_retention_ms;
    struct retained left = {0};
    struct err err;
    int code = is_due ? retain(service, &left, &err) : 0;
    if (is_due) service->next_retention_ms = service->now_ms + (left.more ? RETENTION_BUSY_MS : RETENTION_QUIET_MS);
    if (!code && !left.more_events && (is_due || wants_to_keep(service))) code = image_keeper_step(service, &err);
    if (code) fail(service, &err);
}

/* A rebuild after a failed commit has given the engine that the store says: events are taken again. */
static void recovered(struct service *service) {
    service->failed = 0;
    service->write_failed = 0;
    service->failure[0] = '\0';
    struct err ballast;
    (void)!store_restore_ballast(service->store, &ballast); /* tried again at the next start */
    log_info("recovered", "%s", "next=\"taking events again\"");
    for (size_t i = 0; i < service->listener_count; i++)
        if (service->listeners[i].recovered) service->listeners[i].recovered(service->listeners[i].arg);
}

static void adoption_failed(struct service *service, const struct err *err) {
    if (service->failed) { /* recovering: it begins anew */
        snprintf(service->failure, sizeof service->failure, "%s", err->text);
        adoption_ended(service, err->text);
    } else if (adoption_has_taken_over(service->adoption)) {
        fail(service, err);
    } else {
        counter_inc(reloads_refused);
        log_error("reload failed", "error=%s next=\"keeping standards of generation %llu\"",
            LOG_TEXT(span_of(err->text)), (unsigned long long)service->generation);
        adoption_ended(service, err->text);
    }
}

static void adoption_turn(struct service *service) {
    struct err err;
    struct adoption *adoption = service->adoption;
    int code = adoption_step(service, adoption, &err);
    if (code < 0) {
        adoption_failed(service, &err);
        return;
    }
    if (service->failed && adoption_has_taken_over(adoption)) recovered(service);
    if (code > 0) return;
    if (adoption->from_store) adoption_ended(service, "");
    else reload_done(service, "");
}

static void let_go(struct service *service, size_t most) {
    if (service->failed) return;
    recall_let_go(service->engine, batches_on_disk_until(service), (size_t)service->config->keep_finished, most);
}

void service_took(struct service *service, size_t lines) {
    service->lines_taken += lines;
    if (service->lines_taken < LET_GO_LINES) return;
    service->lines_taken = 0;
    let_go(service, LET_GO_PIECE);
}

int service_idle(struct service *service) {
    bool is_busy = store_in_transaction(service->store) || store_is_committing(service->store);
    let_go(service, LET_GO_MOST);
    if (is_busy) return 0;
    if (publish_waits(service->publish)) publish_turn(service);
    else if (service->adoption) adoption_turn(service);
    else if (!service->failed) upkeep_turn(service);
    return service->adoption || publish_waits(service->publish);
}

/* ---------------------------------------------------------------- after a failure */

/* On a full disk a small write succeeds long before a batch does; so much must be free before the journal is read
 * again. */
static int check_space(const struct service *service, struct err *err) {
    uint64_t bytes = 0;
    int code = store_free_bytes(service->store, &bytes, err);
    if (code || bytes >= RECOVERY_FREE_BYTES) return code;
    return err_set(err, ERR_FULL, "the disk is full: %llu MiB must be free before events are taken again",
        (unsigned long long)RECOVERY_FREE_BYTES >> 20);
}

int service_recover(struct service *service, int64_t now_ms, struct err *err) {
    if (!service->failed || service->adoption) return 0;
    int code = store_release_ballast(service->store, err);
    if (!code && service->failed == ERR_FULL) code = check_space(service, err);
    if (!code) code = store_begin(service->store, err);
    if (!code) code = store_meta_set(service->store, "recovered", now_ms, err);
    if (!code) code = record_commit(service, err);
    if (code) {
        store_rollback(service->store);
        return code;
    }
    service->now_ms = now_ms;
    service->adoption = adoption_from_store();
    return 0;
}

/* ---------------------------------------------------------------- asking */

const struct config *service_config(const struct service *service) {
    return service->config;
}

bool service_accepts(const struct service *service) {
    return !service->failed && !service->write_failed;
}

const char *service_failure(const struct service *service) {
    return service->failure;
}

void service_listen(struct service *service, const struct service_listener *listener) {
    if (service->listener_count < SERVICE_LISTENERS_MAX) service->listeners[service->listener_count++] = *listener;
}
