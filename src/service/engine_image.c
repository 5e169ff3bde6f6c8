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
#include "slad/store/breaches.h"
#include "slad/store/journal.h"

/* Remembered by the database: the number of the image that the last stop left, if one did; of the one that may be fed what
 * came after it. */
#define NUMBER "engine_image"
#define NUMBER_LEFT NUMBER "_left"
#define NUMBER_KEPT NUMBER "_kept"

extern const char engine_digest[]; /* of its sources (cmake/digest.cmake) */

struct image_start {
    uint64_t made_by_bytes;
    uint64_t first_publish; /* of the service: the engine was not published yet */
    struct engine_image_point point;
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
    buf_printf(&out, "%s\n", engine_digest);
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

/* What the database remembers; 0: of none. */
struct remembered {
    int64_t left, kept, clock_ms;
};

static int load(struct service *service, const struct image_file *file, int64_t clock_ms, struct engine_behind *out,
    struct err *err) {
    const struct ruleset *rules = &service->judging->rules;
    struct span bytes = file->bytes;
    struct image_start start;
    if (!is_made_by(rules, &bytes, &start)) return err_set(err, 1, "standards, time zones or the engine of slad are others now");
    if (adoption_comes_back(service, clock_ms)) return err_set(err, 1, "the clock was set back");
    struct engine_options options = {.grace_ms = service->config->grace_ms};
    struct engine *engine = engine_new(rules, &options);
    int code = engine_load(engine, bytes, err);
    if (code) engine_free(engine);
    if (code) return code;
    service->first_publish = start.first_publish;
    *out = (struct engine_behind){engine, start.point};
    return 0;
}

static int remember(struct service *service, struct remembered *out, struct err *err) {
    *out = (struct remembered){.clock_ms = -1};
    int code = store_meta_get(service->store, NUMBER_LEFT, &out->left, err);
    if (code >= 0) code = store_meta_get(service->store, NUMBER_KEPT, &out->kept, err);
    if (code >= 0) code = store_meta_get(service->store, "clock_now", &out->clock_ms, err);
    return code < 0 ? code : 0;
}

static int refuse(struct err *err, const char *why) {
    return err_set(err, ENGINE_IMAGE_NONE, "%s", why);
}

/* What the image is good for, and why, when it is for nothing. Negative: the store's error. */
static int find(struct service *service, const struct engine_image *image, struct engine_behind *out, struct err *err) {
    struct remembered known;
    int code = remember(service, &known, err), edited = code ? 0 : journal_was_edited(service->store, err);
    if (code || edited < 0) return code ? code : edited;
    if (!known.left && !known.kept) return refuse(err, "slad was not stopped before, but killed");
    if (image->code) return *err = image->why, ENGINE_IMAGE_NONE;
    bool is_left = image->file.number == (uint64_t)known.left;
    if (!is_left && image->file.number != (uint64_t)known.kept) return refuse(err, "what was left is another's");
    if (edited || (is_left && !image->file.is_untouched)) return refuse(err, "the database was edited");
    if (load(service, &image->file, known.clock_ms, out, err)) return ENGINE_IMAGE_NONE; /* *err says why */
    return is_left ? 0 : ENGINE_IMAGE_BEHIND;
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

/* What the database remembers of images from here on, in one transaction with what the start changes. `found` as of
 * find(). The one that goes on is kept: what comes from now on comes after it. */
static int settle(struct service *service, int found, uint64_t number, struct err *err) {
    struct store *store = service->store;
    int code = store_begin(store, err);
    if (!code) code = store_meta_drop(store, found == ENGINE_IMAGE_BEHIND ? NUMBER_LEFT : NUMBER, err);
    if (!code && found == ENGINE_IMAGE_NONE) code = journal_forget_edits(store, err);
    if (!code && found == 0) code = engine_image_remember(service, number, err);
    if (!code && found == 0) code = go_on(service, err);
    if (!code) code = record_commit(service, err);
    if (code) {
        store_rollback(store);
        free(service->versions);
        service->versions = NULL;
    }
    return code;
}

static void say_why(const struct service *service, const char *why) {
    if (journal_last(service->store))
        log_info("the engine is built from the journal", "reason=%s", LOG_TEXT(span_of(why)));
}

static void begin_with(struct service *service, struct engine *engine) {
    struct engine_size size = engine_size(engine);
    service->engine = engine;
    engine_set_sink(engine, record_effect, service);
    recall_serve(service->recall, engine);
    log_info("the engine goes on as it was when slad stopped", "contacts=%zu records=%zu", size.contacts, size.records);
}

static void say_how_far(const struct service *service, const struct engine_behind *behind) {
    log_info("the engine goes on from where it was kept", "events=%llu since=%llu",
        (unsigned long long)behind->point.through_seq,
        (unsigned long long)(journal_last(service->store) - behind->point.through_seq));
}

int engine_image_take(struct service *service, const struct engine_image *image, struct engine_behind *behind,
    struct err *err) {
    struct err why;
    *behind = (struct engine_behind){0};
    int found = find(service, image, behind, &why);
    int code = found < 0 ? found : settle(service, found, image->file.number, &why);
    if (found >= 0 && code == 1) { /* a standard has no version */
        engine_free(behind->engine);
        behind->engine = NULL;
        found = ENGINE_IMAGE_NONE;
        code = settle(service, found, 0, &why);
    }
    if (code) {
        engine_free(behind->engine);
        return *err = why, code;
    }
    if (found == 0) begin_with(service, behind->engine);
    else if (found == ENGINE_IMAGE_BEHIND) say_how_far(service, behind);
    else say_why(service, why.text);
    return found;
}

/* ---------------------------------------------------------------- writing */

int engine_image_point(const struct service *service, struct engine_image_point *out, struct err *err) {
    out->through_seq = journal_last(service->store);
    return breaches_last(service->store, &out->breach, err);
}

int engine_image_number(uint64_t *out, struct err *err) {
    if (getrandom(out, sizeof *out, 0) != sizeof *out) return err_set(err, ERR_IO, "no random numbers");
    *out = *out >> 1 | UINT64_C(1) << 62; /* of one size, as rows of the database go */
    return 0;
}

static int add_bytes(void *arg, struct span bytes, struct err *err) {
    return image_file_add(arg, bytes, err);
}

int engine_image_write(const struct service *service, const struct engine_image_point *point, uint64_t number,
    struct image_writer *writer, struct err *err) {
    struct buf by = made_by(&service->judging->rules);
    struct image_start start = {by.size, service->first_publish, *point};
    int code = image_file_add(writer, (struct span){(const char *)&start, sizeof start}, err);
    if (!code) code = image_file_add(writer, buf_span(&by), err);
    if (!code) code = engine_save(service->engine, add_bytes, writer, err);
    if (!code) code = image_file_finish(writer, number, err);
    buf_fini(&by);
    return code;
}

int engine_image_remember(struct service *service, uint64_t number, struct err *err) {
    return store_meta_set(service->store, NUMBER_KEPT, (int64_t)number, err);
}

int engine_image_forget(struct service *service, struct err *err) {
    return store_meta_drop(service->store, NUMBER_KEPT, err);
}

/* ---------------------------------------------------------------- a stop */

static bool is_worth_it(const struct service *service) {
    return service->engine && service->store && !service->failed && !service->write_failed && !service->adoption &&
           !publish_waits(service->publish) && !store_in_transaction(service->store) && !store_is_committing(service->store);
}

/* From here on nothing may be written but by a start. */
static int announce(struct service *service, uint64_t number, struct err *err) {
    int code = store_begin(service->store, err);
    if (!code) code = store_meta_set(service->store, NUMBER_LEFT, (int64_t)number, err);
    if (!code) code = store_commit(service->store, err);
    if (code) store_rollback(service->store);
    return code;
}

static int leave(struct service *service, const struct engine_image_point *point, uint64_t number, struct err *err) {
    struct image_writer *writer = NULL;
    store_close(service->store);
    service->store = NULL;
    int code = image_file_begin(service->opened_with->database, &(struct image_care){0}, &writer, err);
    if (code) return code;
    code = engine_image_write(service, point, number, writer, err);
    if (!code) return image_file_put(writer, err);
    image_file_drop(writer);
    return code;
}

void engine_image_leave(struct service *service) {
    struct engine_image_point point;
    struct err err;
    uint64_t number;
    if (!is_worth_it(service)) return;
    int code = engine_image_point(service, &point, &err);
    if (!code) code = engine_image_number(&number, &err);
    if (!code) code = announce(service, number, &err);
    if (!code) code = leave(service, &point, number, &err);
    if (code)
        log_warning("the engine is not kept", "error=%s next=\"the next start builds it from the journal\"",
            LOG_TEXT(span_of(err.text)));
}
