/* fake_service: the part of the service room that ingest calls, in memory, so that commits can fail at will.
 * Owns: the lines and positions taken in.
 * Must not know: JSON, engines. A line that begins with "bad" is rejected, one with "dup" a duplicate. */
#ifndef SLAD_TESTS_INGEST_FAKE_SERVICE_H
#define SLAD_TESTS_INGEST_FAKE_SERVICE_H

#include "../loop/drive.h"

#include "slad/base/buf.h"
#include "slad/base/counters.h"
#include "slad/ingest/ingest.h"
#include "slad/service/intake.h"
#include "slad/service/service.h"

enum { FAKE_POSITIONS = 16 };

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
    int fail_commits; /* so many */
    int unable_after; /* fails at the line after so many; 0: never */
    uint64_t rejected, too_long, handed;
    size_t most_line;
};

static inline void fake_lose(struct service *service) {
    service->failed = true;
    service->dirty = service->write_failed = false;
    buf_clear(&service->batch_lines);
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

static inline void fake_turn_end(void *arg) {
    struct service *service = arg;
    if (!service->hold) fake_commit(service);
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

uint64_t intake_batch(const struct service *service) {
    return service->batch;
}

uint64_t intake_durable(const struct service *service) {
    return service->durable;
}

static inline bool fake_begins(struct span line, const char *with) {
    return line.n >= strlen(with) && memcmp(line.p, with, strlen(with)) == 0;
}

enum intake_verdict intake_line(
    struct service *service, const char *source, struct span line, struct err *err) {
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

enum intake_verdict intake_too_long(struct service *service, const char *source, struct err *err) {
    assert_non_null(source);
    service->too_long++;
    err_set(err, ERR_LIMIT, "too long");
    return INTAKE_REJECTED;
}

static inline size_t fake_place(const struct fake_positions *positions, struct span name) {
    size_t i = 0;
    while (i < positions->count && !span_eq(span_of(positions->names[i]), name)) i++;
    return i;
}

int intake_position_put(struct service *service, const struct intake_position *position, struct err *err) {
    struct fake_positions *positions = &service->batch_positions;
    if (!service_accepts(service)) return err_set(err, ERR_IO, "not now");
    size_t i = fake_place(positions, position->name);
    assert_true(i < FAKE_POSITIONS);
    if (i == positions->count) positions->count++;
    snprintf(positions->names[i], sizeof positions->names[i], "%.*s", SPAN_ARGS(position->name));
    positions->list[i] = *position;
    service->dirty = true;
    return 0;
}

int intake_position_get(
    struct service *service, struct span name, struct intake_position *out, struct err *err) {
    struct fake_positions *positions = &service->batch_positions;
    size_t i = fake_place(positions, name);
    (void)err;
    if (i == positions->count) return 1;
    *out = positions->list[i];
    out->name = name;
    return 0;
}

#endif
