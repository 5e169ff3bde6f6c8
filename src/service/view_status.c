/* How the daemon is. Whatever fails, this still answers. */
#include <unistd.h>
#include "service/adopt.h"
#include "service/gaps.h"
#include "service/publish.h"
#include "service/state.h"
#include "slad/base/counters.h"
#include "slad/service/view.h"
#include "slad/store/journal.h"
#include "slad/wire/report.h"

/* ---------------------------------------------------------------- configuration */

static void field_refused(struct json_writer *w, const struct service *service) {
    if (service->reload_findings.size == 0) {
        json_field_null(w, "refused");
        return;
    }
    json_key(w, "refused");
    json_object_begin(w);
    json_field_instant(w, "at", service->reload_refused_ms);
    json_key(w, "findings");
    json_lines(w, buf_span(&service->reload_findings));
    json_object_end(w);
}

static void field_adopting(struct json_writer *w, const struct service *service) {
    if (!service->adoption) {
        json_field_null(w, "adopting");
        return;
    }
    struct service_progress progress = {.total = journal_last(service->store)}; /* before its first slice */
    if (service->adoption->rebuild) adoption_progress(service->adoption, &progress);
    json_key(w, "adopting");
    json_object_begin(w);
    json_field_text(w, "step", progress.is_recording ? "recording" : "computing");
    json_field_int(w, "done", (int64_t)progress.done);
    json_field_int(w, "total", (int64_t)progress.total);
    json_object_end(w);
}

static void field_configuration(struct json_writer *w, const struct service *service) {
    const struct config *config = service->config;
    json_key(w, "configuration");
    json_object_begin(w);
    json_field_text(w, "path", config->path);
    json_key(w, "files");
    json_array_begin(w);
    for (size_t i = 0; i < config->file_count; i++) json_string(w, span_of(config->files[i]));
    json_array_end(w);
    json_field_int(w, "generation", (int64_t)service->generation);
    json_field_instant(w, "loaded", service->loaded_ms);
    field_refused(w, service);
    field_adopting(w, service);
    json_object_end(w);
}

/* ---------------------------------------------------------------- database and engine */

static void field_bytes(struct json_writer *w, const char *name, bool known, uint64_t bytes) {
    if (known)
        json_field_int(w, name, (int64_t)bytes);
    else
        json_field_null(w, name);
}

/* What the engine knows is not all on disk yet. */
static bool is_writing(const struct service *service) {
    return store_in_transaction(service->store) || store_is_committing(service->store) || publish_waits(service->publish);
}

static void field_database(struct json_writer *w, const struct service *service) {
    struct store_size size = {0};
    uint64_t unused = 0;
    bool sized = store_size(service->store, &size, NULL) == 0;
    bool measured = store_free_bytes(service->store, &unused, NULL) == 0;
    json_key(w, "database");
    json_object_begin(w);
    json_field_text(w, "path", service->opened_with->database);
    field_bytes(w, "bytes", sized, size.database_bytes);
    field_bytes(w, "wal_bytes", sized, size.wal_bytes);
    field_bytes(w, "free_bytes", measured, unused);
    json_field_int(w, "events", (int64_t)journal_last(service->store));
    json_field_bool(w, "writing", is_writing(service));
    json_object_end(w);
}

static void field_engine(struct json_writer *w, const struct service *service) {
    struct engine_size size = engine_size(service->engine);
    int64_t held = engine_held(service->engine);
    json_key(w, "engine");
    json_object_begin(w);
    json_field_int(w, "contacts", (int64_t)size.contacts);
    json_field_int(w, "quiet_contacts", (int64_t)size.evicted);
    json_field_int(w, "resting_contacts", (int64_t)size.resting);
    json_field_int(w, "open", (int64_t)size.open_cycles);
    json_field_int(w, "groups", (int64_t)size.groups);
    json_field_int(w, "records", (int64_t)size.records);
    json_field_int(w, "waiting", (int64_t)size.waiting_events);
    json_field_instant(w, "clock", held < 0 ? INSTANT_NEVER : held); /* before its first instant: none */
    json_object_end(w);
}

/* ---------------------------------------------------------------- standards */

struct tally {
    int64_t groups, breached, met, open;
};

static void count_group(void *arg, const struct figures *figures) {
    struct tally *tally = arg;
    tally->groups++;
    tally->breached += figures->state == STATE_BREACHED;
    tally->met += figures->state == STATE_MET;
    tally->open += figures->open;
}

static void field_standards(struct json_writer *w, struct service *service) {
    const struct ruleset *rules = &service->judging->rules;
    json_key(w, "standards");
    json_array_begin(w);
    for (size_t i = 0; i < rules->standard_count; i++) {
        struct tally tally = {0};
        engine_figures(service->engine, i, count_group, &tally);
        enum state state = tally.breached ? STATE_BREACHED : tally.met ? STATE_MET : STATE_NO_DATA;
        json_object_begin(w);
        json_field_text(w, "name", rules->standards[i]->name);
        json_field_text(w, "state", state_name(state));
        json_field_int(w, "groups", tally.groups);
        json_field_int(w, "breached", tally.breached);
        json_field_int(w, "open", tally.open);
        json_object_end(w);
    }
    json_array_end(w);
}

static void field_counters(struct json_writer *w) {
    json_key(w, "counters");
    json_object_begin(w);
    for (int i = 0; i < COUNTER_COUNT; i++)
        json_field_int(w, counter_name((enum counter)i), (int64_t)counter_values[i]);
    json_object_end(w);
}

static void status_members(struct service *service, struct json_writer *w) {
    bool failed = !service_accepts(service);
    json_field_text(w, "version", SLAD_VERSION);
    json_field_text(w, "state", !failed ? "running" : service->adoption ? "recovering" : "failed");
    json_field_text(w, "failure", failed ? service_failure(service) : NULL);
    json_field_instant(w, "now", service->now_ms);
    json_field_instant(w, "started", service->started_ms);
    json_field_int(w, "pid", getpid());
    field_configuration(w, service);
    field_database(w, service);
    field_engine(w, service);
    field_standards(w, service);
    json_key(w, "data_gaps");
    gaps_status(service, w);
    field_counters(w);
}

int view_status(struct service *service, struct buf *out, struct err *err) {
    struct json_writer w = {.out = out};
    (void)err; /* what cannot be known is null */
    json_object_begin(&w);
    status_members(service, &w);
    json_object_end(&w);
    return 0;
}
