/* The file holds a head, by what the image was made, and the image. */
#include "engine_image.h"

#include <stdlib.h>
#include <sys/random.h>
#include "adopt.h"
#include "adopt_versions.h"
#include "publish.h"
#include "recall.h"
#include "record.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/engine/image.h"
#include "slad/store/journal.h"

#define NUMBER "engine_image" /* remembered by the database: that of the image that was left, if one was */

enum { FORMAT = 1 }; /* of images, and of what standards are compiled to: counts up with any change of either */

struct image_start {
    uint64_t made_by_bytes;
    uint64_t first_publish; /* of the service: the engine was not published yet */
};

/* ---------------------------------------------------------------- made by the same */

static void add_calendar(struct buf *out, const struct calendar *calendar) {
    buf_printf(out, " %s %llx", calendar_name(calendar), (unsigned long long)calendar_digest(calendar));
}

/* All that an engine goes by. */
static void add_standard(struct buf *out, const struct standard *s) {
    buf_printf(out, "%s %s ", s->name, s->meaning);
    standard_warn_json(s, out);
    buf_printf(out, " %s %llx", zone_name(s->zone), (unsigned long long)zone_digest(s->zone));
    add_calendar(out, s->calendar);
    for (size_t i = 0; i < s->limit_count; i++) add_calendar(out, s->limits[i].calendar);
    buf_add_char(out, '\n');
}

static struct buf made_by(const struct ruleset *rules) {
    struct buf out = {0};
    buf_printf(&out, "slad %s, image %d\n", SLAD_VERSION, FORMAT);
    for (size_t i = 0; i < rules->standard_count; i++) add_standard(&out, rules->standards[i]);
    return out;
}

/* ---------------------------------------------------------------- a start */

/* Takes off what is before the image; false when it was made by anything else. */
static bool is_made_by(const struct ruleset *rules, struct span *bytes, struct image_start *start) {
    if (bytes->n < sizeof *start) return false;
    memcpy(start, bytes->p, sizeof *start);
    struct span rest = {bytes->p + sizeof *start, bytes->n - sizeof *start};
    if (rest.n < start->made_by_bytes) return false;
    struct buf wanted = made_by(rules);
    size_t size = (size_t)start->made_by_bytes;
    bool same = span_eq((struct span){rest.p, size}, buf_span(&wanted));
    buf_fini(&wanted);
    *bytes = (struct span){rest.p + size, rest.n - size};
    return same;
}

static int load(struct service *service, const struct image_file *file, struct engine **out, struct err *err) {
    const struct ruleset *rules = &service->judging->rules;
    struct span bytes = file->bytes;
    struct image_start start;
    if (!is_made_by(rules, &bytes, &start)) return err_set(err, 1, "standards, time zones or slad itself are others now");
    struct engine_options options = {.grace_ms = service->config->grace_ms};
    struct engine *engine = engine_new(rules, &options);
    int code = engine_load(engine, bytes, err);
    if (!code && adoption_comes_back(service, engine_now(engine))) code = err_set(err, 1, "the clock was set back");
    if (code) engine_free(engine);
    if (code) return code;
    service->first_publish = start.first_publish;
    *out = engine;
    return 0;
}

/* 1: it is to be built, and *err says why. */
static int find(
    struct service *service, const struct engine_image *image, int64_t number, struct engine **out, struct err *err) {
    if (image->code) return *err = image->why, 1;
    if (image->file.number != (uint64_t)number) return err_set(err, 1, "what was left is not of the last stop");
    return load(service, &image->file, out, err) ? 1 : 0;
}

/* Every standard goes on in its version. 1: one does not. */
static int go_on(struct service *service, struct err *err) {
    size_t count = service->judging->rules.standard_count;
    enum reconcile_how *how = mem_zalloc((count + 1) * sizeof *how);
    service->versions = mem_zalloc((count + 1) * sizeof *service->versions);
    int code = adopt_versions(service, how, err);
    for (size_t i = 0; i < count && !code; i++)
        if (how[i] != RECONCILE_SAME) code = err_set(err, 1, "a standard has no version");
    free(how);
    return code;
}

/* In one transaction with the image's end. */
static int settle(struct service *service, bool goes_on, struct err *err) {
    int code = store_begin(service->store, err);
    if (!code) code = store_meta_drop(service->store, NUMBER, err);
    if (!code && goes_on) code = go_on(service, err);
    if (!code) code = record_commit(service, err);
    if (code) {
        store_rollback(service->store);
        free(service->versions);
        service->versions = NULL;
    }
    return code;
}

static int say_why(const struct service *service, const char *why) {
    if (journal_last(service->store))
        log_info("the engine is built from the journal", "reason=%s", LOG_TEXT(span_of(why)));
    return 1;
}

static void begin_with(struct service *service, struct engine *engine) {
    struct engine_size size = engine_size(engine);
    service->engine = engine;
    engine_set_sink(engine, record_effect, service);
    recall_serve(service->recall, engine);
    log_info("the engine goes on as it was when slad stopped", "contacts=%zu records=%zu", size.contacts, size.records);
}

int engine_image_take(struct service *service, const struct engine_image *image, struct err *err) {
    struct engine *engine = NULL;
    struct err why;
    int64_t number;
    int code = store_meta_get(service->store, NUMBER, &number, err);
    if (code) return code < 0 ? code : say_why(service, "slad was not stopped before, but killed");
    if (find(service, image, number, &engine, &why) == 0) {
        code = settle(service, true, &why);
        if (code == 0) return begin_with(service, engine), 0;
        engine_free(engine);
        if (code < 0) return *err = why, code;
    }
    code = settle(service, false, err);
    return code ? code : say_why(service, why.text);
}

/* ---------------------------------------------------------------- a stop */

static bool is_worth_it(const struct service *service) {
    return service->engine && service->store && !service->failed && !service->write_failed && !service->adoption &&
           !publish_waits(service->publish) && !store_in_transaction(service->store) && !store_is_committing(service->store);
}

/* From here on nothing may be written but by a start. */
static int announce(struct service *service, int64_t *number, struct err *err) {
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return err_set(err, ERR_IO, "no random numbers");
    *number = (int64_t)(random >> 1 | UINT64_C(1) << 62); /* of one size, as rows of the database go */
    int code = store_begin(service->store, err);
    if (!code) code = store_meta_set(service->store, NUMBER, *number, err);
    if (!code) code = store_commit(service->store, err);
    if (code) store_rollback(service->store);
    return code;
}

static int add_bytes(void *arg, struct span bytes, struct err *err) {
    return image_file_add(arg, bytes, err);
}

static int write_image(const struct service *service, int64_t number, struct err *err) {
    struct image_writer *writer = NULL;
    int code = image_file_begin(service->opened_with->database, &writer, err);
    if (code) return code;
    struct buf by = made_by(&service->judging->rules);
    struct image_start start = {by.size, service->first_publish};
    code = image_file_add(writer, (struct span){(const char *)&start, sizeof start}, err);
    if (!code) code = image_file_add(writer, buf_span(&by), err);
    if (!code) code = engine_save(service->engine, add_bytes, writer, err);
    buf_fini(&by);
    if (!code) return image_file_end(writer, (uint64_t)number, err);
    image_file_drop(writer);
    return code;
}

void engine_image_leave(struct service *service) {
    struct err err;
    int64_t number;
    if (!is_worth_it(service)) return;
    int code = announce(service, &number, &err);
    if (!code) {
        store_close(service->store);
        service->store = NULL;
        code = write_image(service, number, &err);
    }
    if (code)
        log_warning("the engine is not kept", "error=%s next=\"the next start builds it from the journal\"",
            LOG_TEXT(span_of(err.text)));
}
