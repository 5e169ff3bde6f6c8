/* fake_service: the part of the service room that ingest calls, in memory, so that commits can fail at will.
 * Owns: the lines and positions taken in.
 * Must not know: JSON, engines. A line that begins with "bad" is rejected, one with "dup" a duplicate. */
#ifndef SLAD_TESTS_INGEST_FAKE_SERVICE_H
#define SLAD_TESTS_INGEST_FAKE_SERVICE_H

#include "../loop/drive.h"

#include "slad/base/buf.h"
#include "slad/base/counters.h"
#include "slad/ingest/ingest.h"
#include "slad/service/gaps.h"
#include "slad/service/intake.h"
#include "slad/service/service.h"

enum { FAKE_POSITIONS = 64 };

struct fake_positions {
    struct intake_position list[FAKE_POSITIONS];
    char names[FAKE_POSITIONS][256];
    size_t count;
};

struct service {
    struct service_listener listener;
    struct buf batch_lines, lines; /* taken in: in this batch, and on disk */
    struct fake_positions batch_positions, positions;
    uint64_t batch, durable;
    bool dirty, failed, write_failed;
    bool hold;        /* commits later */
    bool flies;       /* what a turn has taken in is on its way until fake_land() */
    bool is_flying;
    bool full;        /* while something is on its way */
    struct buf flying_lines;
    struct fake_positions flying_positions;
    bool blind;       /* positions cannot be read */
    bool no_positions; /* they are not kept: there are too many */
    int fail_commits; /* so many */
    int unable_after; /* fails at the line after so many; 0: never */
    uint64_t rejected, too_long, handed;
    size_t most_line;
};

const struct translate_options *intake_translate_options(struct service *service) {
    (void)service;
    return NULL;
}

static inline void fake_lose(struct service *service) {
    service->failed = true;
    service->dirty = service->write_failed = service->is_flying = false;
    service->batch = service->durable + 1;
    buf_clear(&service->batch_lines);
    buf_clear(&service->flying_lines);
    service->batch_positions = service->positions;
    service->listener.failed(service->listener.arg);
}

static inline int fake_commit(struct service *service) {
    if (service->failed) return ERR_IO;
    if (!service->dirty && !service->write_failed) return 0; /* as the real one: nothing is told */
    if (service->write_failed || service->fail_commits > 0) {
        if (!service->write_failed) service->fail_commits--;
        fake_lose(service);
        return ERR_IO;
    }
    buf_add_span(&service->lines, buf_span(&service->batch_lines));
    buf_clear(&service->batch_lines);
    service->positions = service->batch_positions;
    service->dirty = false;
    service->durable = service->batch++;
    service->listener.committed(service->listener.arg);
    return 0;
}

static inline void fake_take_off(struct service *service) {
    if (!service->dirty || service->is_flying || service->failed) return;
    service->is_flying = true;
    buf_add_span(&service->flying_lines, buf_span(&service->batch_lines));
    buf_clear(&service->batch_lines);
    service->flying_positions = service->batch_positions;
    service->dirty = false;
    service->batch++;
}

static inline void fake_land(struct service *service) {
    assert_true(service->is_flying);
    service->is_flying = false;
    buf_add_span(&service->lines, buf_span(&service->flying_lines));
    buf_clear(&service->flying_lines);
    service->positions = service->flying_positions;
    service->durable = service->batch - 1;
    service->listener.committed(service->listener.arg);
}

static inline void fake_turn_end(void *arg) {
    struct service *service = arg;
    if (service->flies) fake_take_off(service);
    else if (!service->hold) fake_commit(service);
}

static inline void fake_recover(struct service *service) {
    service->failed = service->write_failed = false;
    service->listener.recovered(service->listener.arg);
}

static inline void fake_init(struct service *service) {
    *service = (struct service){.batch = 1};
}

static inline void fake_fini(struct service *service) {
    buf_fini(&service->batch_lines);
    buf_fini(&service->flying_lines);
    buf_fini(&service->lines);
}

static inline bool fake_has(const struct service *service, const char *text) {
    return strcmp(buf_text(&service->lines), text) == 0;
}

void service_turn(struct service *service, int64_t now_ms) {
    (void)service, (void)now_ms;
}

bool service_accepts(const struct service *service) {
    return !service->failed && !service->write_failed;
}

void service_listen(struct service *service, const struct service_listener *listener) {
    service->listener = *listener;
}

bool intake_is_full(const struct service *service) {
    return service->full && service->is_flying;
}

uint64_t intake_batch(const struct service *service) {
    return service->batch;
}

uint64_t intake_written(const struct service *service) {
    return service->dirty ? service->batch : service->batch - 1;
}

uint64_t intake_durable(const struct service *service) {
    return service->durable;
}

static inline bool fake_begins(struct span line, const char *with) {
    return line.n >= strlen(with) && memcmp(line.p, with, strlen(with)) == 0;
}

enum intake_verdict intake_line(
    struct service *service, const struct intake_source *source, struct span line, struct err *err) {
    assert_non_null(source);
    if (!service_accepts(service)) return INTAKE_UNABLE;
    if (line.n == 0) return INTAKE_BLANK;
    if (fake_begins(line, "{\"hello\"")) return INTAKE_HELLO;
    service->handed++;
    if (line.n > service->most_line) service->most_line = line.n;
    if (fake_begins(line, "bad")) {
        service->rejected++;
        err_set(err, ERR_INVALID, "it is bad");
        return INTAKE_REJECTED;
    }
    if (fake_begins(line, "dup")) return INTAKE_DUPLICATE;
    if (service->unable_after > 0 && --service->unable_after == 0) {
        service->write_failed = true;
        return INTAKE_UNABLE;
    }
    service->dirty = true;
    buf_add_span(&service->batch_lines, line);
    buf_add_char(&service->batch_lines, '\n');
    return INTAKE_ACCEPTED;
}

size_t intake_lines(struct service *service, const struct intake_source *source, const struct span *lines, size_t count,
    enum intake_verdict *verdicts, struct err *err) {
    size_t done = 0;
    do verdicts[done] = intake_line(service, source, lines[done], err);
    while (verdicts[done] != INTAKE_REJECTED && verdicts[done] != INTAKE_UNABLE && ++done < count);
    return done < count ? done + 1 : done;
}

enum intake_verdict intake_too_long(struct service *service, const struct intake_source *source, struct err *err) {
    assert_non_null(source);
    service->too_long++;
    err_set(err, ERR_LIMIT, "too long");
    return INTAKE_REJECTED;
}

/* As the table: a row a file. */
static inline size_t fake_place(const struct fake_positions *positions, const struct intake_position *of) {
    size_t i = 0;
    while (i < positions->count && (positions->list[i].inode != of->inode || positions->list[i].device != of->device ||
                                       positions->list[i].birth_ns != of->birth_ns))
        i++;
    return i;
}

int intake_position_put(struct service *service, const struct intake_position *position, struct err *err) {
    struct fake_positions *positions = &service->batch_positions;
    if (!service_accepts(service)) return err_set(err, ERR_IO, "not now");
    if (service->no_positions) return 0;
    size_t i = fake_place(positions, position);
    assert_true(i < FAKE_POSITIONS);
    if (i == positions->count) positions->count++;
    snprintf(positions->names[i], sizeof positions->names[i], "%.*s", SPAN_ARGS(position->name));
    positions->list[i] = *position;
    positions->list[i].updated_ms = clock_wall_ms();
    service->dirty = true;
    return 0;
}

int intake_position_drop(struct service *service, const struct intake_position *position, struct err *err) {
    struct fake_positions *positions = &service->batch_positions;
    if (!service_accepts(service)) return err_set(err, ERR_IO, "not now");
    size_t i = fake_place(positions, position);
    service->dirty = true;
    if (i == positions->count) return 0;
    positions->count--;
    positions->list[i] = positions->list[positions->count];
    memcpy(positions->names[i], positions->names[positions->count], sizeof positions->names[i]);
    return 0;
}

int intake_positions_each(struct service *service, intake_position_visit *visit, void *arg, struct err *err) {
    struct fake_positions *positions = &service->positions;
    if (service->blind) return err_set(err, ERR_IO, "cannot read");
    for (size_t i = 0; i < positions->count; i++) {
        struct intake_position position = positions->list[i];
        position.name = span_of(positions->names[i]);
        visit(arg, &position);
    }
    return 0;
}

const struct config *service_config(const struct service *service) {
    static struct config config = {.retain_events_ms = INT64_C(35) * 24 * 3600 * 1000};
    (void)service;
    return &config;
}

/* Links: nothing is known of any. */

void intake_link_name(const struct endpoint *endpoint, struct buf *out) {
    buf_printf(out, "ami:%s:%d", endpoint->host, endpoint->port);
}

int intake_link_put(struct service *service, struct span name, int64_t seen_ms, struct span knows, struct err *err) {
    (void)service, (void)name, (void)seen_ms, (void)knows, (void)err;
    return 0;
}

int intake_link_get(struct service *service, struct span name, int64_t *seen_ms, struct buf *knows, struct err *err) {
    (void)service, (void)name, (void)seen_ms, (void)knows, (void)err;
    return 1;
}

int intake_gap_open(
    struct service *service, struct span name, int64_t since_ms, const char *reason, struct err *err) {
    (void)name, (void)err;
    service->dirty = true;
    buf_printf(&service->batch_lines, "gap since %lld: %s\n", (long long)since_ms, reason);
    return 0;
}

int intake_gap_end(struct service *service, struct span name, int64_t until_ms, struct err *err) {
    (void)name, (void)err;
    service->dirty = true;
    buf_printf(&service->batch_lines, "until %lld\n", (long long)until_ms);
    return 0;
}

#endif
