#include "image_keeper.h"

#include "engine_image.h"
#include "record.h"
#include "slad/base/child.h"
#include "slad/base/clock.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/store/journal.h"
#include "state.h"

enum {
    KEEP_MS = 60 * 60 * 1000,
    AGAIN_EVENTS = 500000, /* some four seconds of a start that catches up */
    /* Each page that the engine changes while the copy lives has to be copied: some 3 us. A thousand events a second touch so
     * few that nobody notices; with 39,000 an acknowledgement waited for half a second. */
    LOAD_PER_S = 2000,
    LATE_EVENTS = 4000000, /* half a minute of a start: not to be exceeded, whatever the load */
    LOAD_US = 1000000,
    RESTS_TIMES = 10,      /* as long as the last took to be written, the next one waits */
};

/* It competes with commits for the disk, and with all else for the processor. */
static const struct image_care CARE = {.leaves_free = 256 << 20, .rests_us = 1000};

/* ---------------------------------------------------------------- when */

void image_keeper_watch(struct service *service) {
    struct image_keeper *k = &service->keeper;
    int64_t now_us = clock_steady_us();
    uint64_t last = journal_last(service->store), came = last - k->watched_seq;
    if (now_us - k->watched_us < LOAD_US) return;
    k->is_loaded = k->watched_us && came * LOAD_US / (uint64_t)(now_us - k->watched_us) > LOAD_PER_S;
    k->watched_us = now_us;
    k->watched_seq = last;
}

bool image_keeper_is_due(const struct service *service) {
    const struct image_keeper *k = &service->keeper;
    int64_t age = service->now_ms - k->tried_ms, looks_in = k->next_look_ms - service->now_ms;
    if (k->child || k->is_off || !service->config->keep_engine) return false;
    if (k->is_loaded && journal_last(service->store) - k->through_seq < LATE_EVENTS) return false;
    if ((looks_in > 0 && looks_in <= RETENTION_QUIET_MS) || clock_steady_us() < k->rests_until_us) return false;
    if (age < 0 || age >= KEEP_MS) return true;
    return !k->has_failed && (!k->is_kept || journal_last(service->store) - k->through_seq >= AGAIN_EVENTS);
}

void image_keeper_found(struct service *service, uint64_t through_seq) {
    service->keeper.is_kept = true;
    service->keeper.through_seq = through_seq;
    service->keeper.tried_ms = service->now_ms;
}

bool image_keeper_lets_prune(const struct service *service) {
    const struct image_keeper *k = &service->keeper;
    return !k->child && (!k->is_kept || !service->config->keep_engine || image_keeper_is_due(service));
}

int image_keeper_pruned(struct service *service, struct err *err) {
    service->keeper.is_kept = false;
    return engine_image_forget(service, err);
}

/* What the disk has of it is left to the next that is written, or the next start. */
void image_keeper_forgotten(struct image_keeper *keeper) {
    child_kill(keeper->child);
    image_file_drop(keeper->writer);
    keeper->child = NULL;
    keeper->writer = NULL;
    keeper->is_kept = keeper->has_failed = false;
}

/* ---------------------------------------------------------------- writing */

struct job {
    const struct service *service;
    struct engine_image_point point;
};

static int write_it(void *arg, struct err *err) {
    const struct job *job = arg;
    const struct image_keeper *k = &job->service->keeper;
    return engine_image_write(job->service, &job->point, k->number, k->writer, err);
}

static void fail(struct image_keeper *k, const struct err *err) {
    image_keeper_forgotten(k);
    k->has_failed = true;
    log_warning("the engine is not kept", "error=%s next=\"trying again in an hour; after a crash until then a start reads "
        "more of the journal\"", LOG_TEXT(span_of(err->text)));
}

static int start(struct service *service, struct job *job, struct err *err) {
    struct image_keeper *k = &service->keeper;
    k->begun_us = clock_steady_us();
    k->writing_seq = job->point.through_seq;
    int code = engine_image_number(&k->number, err);
    if (!code) code = image_file_begin(service->opened_with->database, &CARE, &k->writer, err);
    if (code) return code;
    if (service->options.uses_threads) return child_start(write_it, job, image_file_fd(k->writer), &k->child, err);
    return write_it(job, err);
}

/* 1: a journal so short is read in no time. */
static int look(struct service *service, struct job *job, struct err *err) {
    struct image_keeper *k = &service->keeper;
    uint64_t rows = 0;
    int edited = journal_was_edited(service->store, err);
    if (edited < 0) return edited;
    if (edited) {
        k->is_off = true;
        k->is_kept = false;
        log_warning("the engine is not kept", "%s", "reason=\"rows of the journal were deleted or changed by another "
            "program\" next=\"the next start reads the journal\"");
        return 1;
    }
    int code = journal_rows(service->store, &rows, err);
    if (!code && rows < (uint64_t)service->config->keep_engine) {
        k->next_look_ms = service->now_ms + RETENTION_QUIET_MS;
        return 1;
    }
    return code ? code : engine_image_point(service, &job->point, err);
}

/* ---------------------------------------------------------------- it is written */

bool image_keeper_has_ended(const struct service *service) {
    return service->keeper.child && child_has_ended(service->keeper.child);
}

static int remember(struct service *service, struct err *err) {
    int code = store_begin(service->store, err);
    if (!code) code = engine_image_remember(service, service->keeper.number, err);
    if (!code) code = record_commit(service, err);
    if (code) store_rollback(service->store);
    return code;
}

static int finish(struct service *service, struct err *err) {
    struct image_keeper *k = &service->keeper;
    struct err why;
    int64_t took_us = clock_steady_us() - k->begun_us;
    int failed = k->child ? child_end(k->child, &why) : 0;
    k->child = NULL;
    if (service->options.uses_threads) k->rests_until_us = clock_steady_us() + RESTS_TIMES * took_us;
    int code = failed ? 0 : remember(service, err);
    if (code) return code;
    if (!failed) {
        failed = image_file_put(k->writer, &why);
        k->writer = NULL;
    }
    if (failed) {
        fail(k, &why);
        return 0;
    }
    k->is_kept = true;
    k->has_failed = false;
    k->through_seq = k->writing_seq;
    counter_inc(images_kept);
    log_info("the engine is kept", "events=%llu ms=%lld", (unsigned long long)k->through_seq, (long long)took_us / 1000);
    return 0;
}

/* ---------------------------------------------------------------- a step */

static int begin(struct service *service, struct err *err) {
    struct image_keeper *k = &service->keeper;
    struct job job = {.service = service};
    struct err why;
    k->tried_ms = service->now_ms;
    if (k->is_kept && k->through_seq == journal_last(service->store)) return 0; /* nothing came, and nothing went */
    int code = look(service, &job, err);
    if (code) return code < 0 ? code : 0;
    if (start(service, &job, &why)) {
        fail(k, &why);
        return 0;
    }
    return k->child ? 0 : finish(service, err);
}

int image_keeper_step(struct service *service, struct err *err) {
    if (image_keeper_has_ended(service)) return finish(service, err);
    return image_keeper_is_due(service) ? begin(service, err) : 0;
}
