/* running: a service over a temporary folder, with a clock of the test's own. */
#ifndef SLAD_TESTS_SERVICE_RUNNING_H
#define SLAD_TESTS_SERVICE_RUNNING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "slad/service/intake.h"
#include "slad/service/service.h"
#include "slad/service/view.h"
#include "slad/wire/json.h"

struct running {
    char folder[40], config[64];
    struct service *service;
    struct err err;
    struct buf answer;
    struct json *json; /* of the latest answer */
};

#define RUNNING_OK(r, call)                                                                                  \
    do {                                                                                                     \
        int running_code = (call);                                                                           \
        if (running_code != 0) fail_msg("%s: %d %s", #call, running_code, (r)->err.text);                    \
    } while (0)

static inline int64_t running_instant(const char *text) {
    int64_t at;
    struct err err;
    assert_int_equal(instant_parse(span_of(text), &at, &err), 0);
    return at;
}

static inline void running_write_config(struct running *r, const char *yaml) {
    FILE *file = fopen(r->config, "w");
    assert_non_null(file);
    fprintf(file, "database: %s/slad.db\n%s", r->folder, yaml);
    fclose(file);
}

static inline void running_open(struct running *r, const char *now) {
    static const struct service_options options = {.progress = NULL};
    struct config *config;
    struct findings findings = {0};
    if (config_load(r->config, &config, &findings)) {
        struct buf text = {0};
        findings_render(&findings, &text);
        fail_msg("%s", buf_text(&text));
    }
    findings_fini(&findings);
    RUNNING_OK(r, service_open(config, &options, running_instant(now), &r->service, &r->err));
}

static inline void running_start(struct running *r, const char *yaml, const char *now) {
    memset(r, 0, sizeof *r);
    strcpy(r->folder, "/tmp/slad-service-XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->config, sizeof r->config, "%s/slad.yaml", r->folder);
    running_write_config(r, yaml);
    running_open(r, now);
}

static inline void running_stop(struct running *r) {
    char command[80];
    service_close(r->service);
    json_free(r->json);
    buf_fini(&r->answer);
    snprintf(command, sizeof command, "rm -rf '%s'", r->folder);
    assert_int_equal(system(command), 0);
}

/* A turn at this instant that takes these lines in. */
static inline void running_turn(struct running *r, const char *now, const char *const *lines) {
    service_turn(r->service, running_instant(now));
    for (; lines && *lines; lines++) {
        enum intake_verdict verdict = intake_line(r->service, &(struct intake_source){"test", NULL}, span_of(*lines), &r->err);
        if (verdict != INTAKE_ACCEPTED) fail_msg("%s: %s", *lines, r->err.text);
    }
    RUNNING_OK(r, service_commit(r->service, &r->err));
}
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The answer just added to r->answer, read. */
static inline const struct json *running_answer(struct running *r) {
    json_free(r->json);
    r->json = NULL;
    if (json_parse(buf_span(&r->answer), &r->json, &r->err))
        fail_msg("%s: %s", r->err.text, buf_text(&r->answer));
    return r->json;
}

#define ASK(r, call) (buf_clear(&(r)->answer), running_ask((r), (call), #call))
static inline const struct json *running_ask(struct running *r, int code, const char *call) {
    if (code) fail_msg("%s: %d %s", call, code, r->err.text);
    return running_answer(r);
}

/* The text at a path of keys and indices, "a.0.b"; "null" for null, numbers as written by printf. */
static inline const char *at(const struct json *json, const char *path) {
    static char number[40];
    char copy[200];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part = strtok(copy, "."); part; part = strtok(NULL, "."))
        json = json_is_array(json) ? json_at(json, (size_t)atoi(part)) : json_get(json, part);
    if (!json) return "(none)";
    if (json_is_null(json)) return "null";
    if (json_is_bool(json)) return json_is_true(json) ? "true" : "false";
    if (json_is_number(json)) {
        snprintf(number, sizeof number, "%.15g", json_number(json, 0));
        return number;
    }
    return json_text(json) ? json_text(json) : "(list)";
}
static inline size_t size_at(const struct json *json, const char *key) {
    return json_size(json_get(json, key));
}

#endif
