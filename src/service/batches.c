/* Two batches at a time:
 *
 *     collects (batch) ──send_off()──▶ is being committed (batch - 1) ──landed()──▶ durable
 *
 * Invariant: one is being committed at most; it was written before anything of the one that collects is. */
#include "batches.h"

#include "feed.h"
#include "publish.h"
#include "record.h"
#include "slad/base/clock.h"
#include "slad/base/counters.h"
#include "watch_log.h"

enum {
    BATCH_EVENTS = 16384, /* more wait for the commit before, and so does all else: inputs stop before (intake_is_full()) */
    BUSY_EVENTS = 32,     /* so many in a batch are a load */
    /* Under a load between one commit and the next: each writes every page that it touches as a whole, so fewer of them
     * write a third less, and take a tenth less time of the processor. What is acknowledged comes so much later. */
    SPACING_US = 5000,
};

/* Of what was published, once all of it is on disk. */
static void tell_published(struct service *service) {
    if (!publish_waits(service->publish) && service->published_batch <= service->durable) feed_committed(service);
}

/* What was on its way is on disk. */
static void landed(struct service *service) {
    record_count(service);
    counter_inc(commits);
    counter_add(events_accepted, service->flying_accepted);
    service->durable = service->batch - 1;
    watch_log(service);
    service->committed_ms = service->now_ms;
    for (size_t i = 0; i < service->listener_count; i++)
        if (service->listeners[i].committed) service->listeners[i].committed(service->listeners[i].arg);
    tell_published(service);
}

static int look_after_commit(struct service *service, enum store_wait wait, struct err *err) {
    int code = store_committed(service->store, wait, err);
    if (code > 0) landed(service);
    return code < 0 ? code : 0;
}

/* Hands the open batch over to be committed; the next begins. */
static int send_off(struct service *service, struct err *err) {
    int code = service_write_clock(service, err);
    if (!code) code = store_commit_later(service->store, err);
    if (code) return code;
    service->batch++;
    service->sent_us = clock_steady_us();
    service->flying_accepted = service->batch_accepted;
    service->flying_began = service->batch_began;
    service->batch_began = engine_now(service->engine);
    service->batch_accepted = 0;
    service->dirty = false;
    return 0;
}

int64_t batches_space_ms(const struct service *service) {
    bool waits = service->dirty && !store_is_committing(service->store) && service->options.uses_threads;
    if (!waits || service->flying_accepted < BUSY_EVENTS) return 0;
    int64_t left_us = service->sent_us + SPACING_US - clock_steady_us();
    return left_us > 0 ? (left_us + 999) / 1000 : 0;
}

/* The open batch goes on while the one before it is being committed, or has just been, unless it is large, or lost. */
static bool goes_on_collecting(const struct service *service, enum store_wait wait) {
    return wait == STORE_ASK && (store_is_committing(service->store) || batches_space_ms(service)) &&
           !service->write_failed && service->batch_accepted < BATCH_EVENTS;
}

int batches_end_turn(struct service *service, enum store_wait wait, struct err *err) {
    int code = look_after_commit(service, wait, err);
    if (code) return code;
    if (!service->dirty && !service->write_failed) {
        if (!store_is_committing(service->store)) store_rollback(service->store); /* begun, and nothing written */
        return 0;
    }
    if (goes_on_collecting(service, wait)) return 0;
    code = look_after_commit(service, STORE_WAIT, err);
    if (!code && service->write_failed) {
        *err = service->write_err;
        code = service->write_failed;
    }
    if (!code) code = send_off(service, err);
    return code ? code : look_after_commit(service, wait, err);
}

uint64_t service_committing(const struct service *service) {
    return store_is_committing(service->store) ? service->batch - 1 : 0;
}

int64_t batches_on_disk_until(const struct service *service) {
    if (store_is_committing(service->store)) return service->flying_began;
    return store_in_transaction(service->store) ? service->batch_began : INSTANT_NEVER;
}
