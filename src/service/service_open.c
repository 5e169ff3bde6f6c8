/* Opening and closing: the engine goes on as the last stop left it, or is built from the journal. */
#include <stdlib.h>
#include "adopt.h"
#include "engine_image.h"
#include "gaps.h"
#include "publish.h"
#include "recall.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/service/visits.h"

enum { PROGRESS_EVERY = 16 }; /* slices of a rebuild between two reports */

static void close_all(struct service *service) {
    adoption_free(service->adoption);
    publish_free(service->publish); /* before the engine that it takes from */
    engine_free(service->engine);
    recall_free(service->recall);
    store_close(service->store);
    visits_free(service->visits);
    line_reader_free(service->reader);
    free(service->versions);
    buf_fini(&service->reload_findings);
    feed_fini(&service->feed);
    if (service->judging != service->config && service->judging != service->opened_with) config_free(service->judging);
    if (service->config != service->opened_with) config_free(service->config);
    config_free(service->opened_with);
    free(service);
}

static int open_store(struct service *service, struct err *err) {
    int code = store_open(service->config->database, &service->store, err);
    if (!code && service->options.uses_threads) code = store_use_threads(service->store, err);
    if (code) return code;
    service->recall = recall_new(service->store);
    service->visits = visits_new(service->store);
    return 0;
}

static bool goes_on(const struct service *service, const struct adoption *adoption, uint64_t slices) {
    struct service_progress progress = {0};
    if (!service->options.progress || slices % PROGRESS_EVERY != 0) return true;
    adoption_progress(adoption, &progress);
    return service->options.progress(service->options.arg, &progress);
}

/* At a start nobody can be served meanwhile. 1: it was to stop. */
static int adopt_now(struct service *service, struct adoption *take_adoption, struct err *err) {
    int code = 1;
    bool stopped = false;
    for (uint64_t slices = 0; !stopped && (code = adoption_step(service, take_adoption, err)) > 0; slices++)
        stopped = !goes_on(service, take_adoption, slices);
    adoption_free(take_adoption);
    return code;
}

/* That of the last stop goes on, or the one that was kept before a crash, where it can. */
static int make_engine(struct service *service, const struct engine_image *image, struct err *err) {
    struct engine_behind behind;
    int code = engine_image_take(service, image, &behind, err);
    if (code == ENGINE_IMAGE_NONE) {
        image_file_remove(service->config->database);
        return adopt_now(service, adoption_from_store(), err);
    }
    if (code < 0) return code;
    image_keeper_found(service, behind.point.through_seq);
    return code == ENGINE_IMAGE_BEHIND ? adopt_now(service, adoption_from_image(&behind), err) : 0;
}

/* Limits that passed meanwhile wait for the first turn: followed files may have something to say about them. */
static int go_on_from(struct service *service, int64_t now_ms, struct err *err) {
    service_watch_leap(service, engine_now(service->engine), now_ms);
    engine_advance(service->engine, now_ms, engine_held(service->engine));
    int code = recall_failure(service->recall, err);
    if (!code) code = gaps_start(service, err);
    if (!code && service->dirty) code = service_commit_now(service, err);
    service->dirty = false;
    return code;
}

int service_open(struct config *config, const struct service_options *options, int64_t now_ms,
    struct service **out, struct err *err) {
    struct service *service = mem_zalloc(sizeof *service);
    service->config = service->judging = service->opened_with = config;
    service->options = *options;
    service->reader = line_reader_new();
    service->publish = publish_new();
    service->batch = 1;
    service->generation = 1;
    service->now_ms = service->started_ms = service->loaded_ms = now_ms;
    service->reload_refused_ms = service->committed_ms = INSTANT_NEVER;
    service->next_publish_ms = publish_after(now_ms, config);
    service->next_retention_ms = now_ms + RETENTION_QUIET_MS;
    struct engine_image image = {0};
    image.code = image_file_open(config->database, &image.file, &image.why); /* opening the database may change it */
    int code = open_store(service, err);
    if (!code) code = make_engine(service, &image, err);
    image_file_close(&image.file);
    if (!code) code = go_on_from(service, now_ms, err);
    if (code) {
        close_all(service);
        return code;
    }
    service->now_ms = now_ms - 1; /* so that the first turn is one */
    *out = service;
    return 0;
}

void service_stop(struct service *service) {
    struct err err;
    if (!service) return;
    service->stopping = true;
    while (!service->failed && !service->write_failed && publish_waits(service->publish))
        publish_step(service->publish, service);
    if (service->engine && !service->failed && service_commit(service, &err))
        log_error("last commit failed", "error=%s next=\"what was not acknowledged is sent again\"",
            LOG_TEXT(span_of(err.text)));
    service->listener_count = 0;
}

void service_close(struct service *service) {
    if (!service) return;
    service_stop(service);
    image_keeper_forgotten(&service->keeper);
    engine_image_leave(service);
    close_all(service);
}
