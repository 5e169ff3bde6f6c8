/* POST /v1/events and /v1/breaches/ID/excuse: taken in at once, answered when it is on disk.
 *
 * Invariants:
 *  1. a request in api->posted has taken something in (or met a duplicate) in the batch it names, and that
 * batch was neither committed nor lost; it is answered when one of these happens;
 *  2. one that met nothing but duplicates may wait for a batch that is never written, because there was
 * nothing to write: once a whole turn has ended, commit included, what it repeats is on disk. */
#include <stdlib.h>
#include "api/answer.h"
#include "api/state.h"
#include "slad/base/mem.h"
#include "slad/service/intake.h"
#include "slad/wire/json.h"

enum { ERRORS_MAX = 100 }; /* listed; the others are counted */

struct posted {
    struct http_request *request;
    struct posted *next;
    uint64_t batch;
    int64_t accepted, duplicate, rejected;
    int64_t excused; /* the breach that it excuses; 0: it is events */
    struct buf errors; /* the members of the list */
    struct json_writer errors_w;
    int turns; /* tasks run since */
};

#define LOST "nothing of this request was stored; send it again"

/* ---------------------------------------------------------------- answers */

static void posted_free(struct posted *posted) {
    buf_fini(&posted->errors);
    free(posted);
}

static void answer_excused(struct posted *posted) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    json_object_begin(&w);
    json_field_int(&w, "excused", posted->excused);
    json_object_end(&w);
    answer_json(posted->request, buf_span(&body));
    buf_fini(&body);
    posted_free(posted);
}

static void answer_posted(struct posted *posted) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    if (posted->excused) {
        answer_excused(posted);
        return;
    }
    json_object_begin(&w);
    json_field_int(&w, "accepted", posted->accepted);
    json_field_int(&w, "duplicate", posted->duplicate);
    json_field_int(&w, "rejected", posted->rejected);
    json_array_end(&posted->errors_w);
    json_field_raw(&w, "errors", buf_span(&posted->errors));
    json_object_end(&w);
    answer_json(posted->request, buf_span(&body));
    buf_fini(&body);
    posted_free(posted);
}

static void answer_lost(struct posted *posted) {
    answer_unable(posted->request, LOST);
    posted_free(posted);
}

/* Takes those out that `which` says, and answers them. */
static void answer_each(struct api *api, bool (*which)(const struct api *, const struct posted *),
    void (*answer)(struct posted *)) {
    for (struct posted **link = &api->posted; *link;) {
        struct posted *posted = *link;
        if (!which(api, posted)) {
            link = &posted->next;
            continue;
        }
        *link = posted->next;
        answer(posted);
    }
}

static bool is_durable(const struct api *api, const struct posted *posted) {
    return posted->batch <= intake_durable(api->service);
}

static bool is_any(const struct api *api, const struct posted *posted) {
    (void)api;
    (void)posted;
    return true;
}

static bool is_settled(const struct api *api, const struct posted *posted) {
    return !posted->accepted && posted->turns > 1 && service_accepts(api->service);
}

void posted_committed(struct api *api) {
    answer_each(api, is_durable, answer_posted);
}

void posted_failed(struct api *api) {
    answer_each(api, is_any, answer_lost);
}

void posted_drop(struct api *api) {
    loop_task_cancel(&api->posted_task);
    posted_failed(api);
}

static void turn_passed(void *arg) {
    struct api *api = arg;
    bool waits = false;
    for (struct posted *p = api->posted; p; p = p->next) p->turns++;
    answer_each(api, is_settled, answer_posted);
    for (struct posted *p = api->posted; p; p = p->next) waits = waits || !p->accepted;
    if (waits) loop_task_schedule(api->loop, &api->posted_task);
}

void posted_init(struct api *api) {
    api->posted_task = (struct loop_task){.run = turn_passed, .arg = api};
}

/* ---------------------------------------------------------------- lines */

static void reject(struct posted *posted, int64_t line, const char *reason) {
    struct json_writer *w = &posted->errors_w;
    if (posted->rejected++ >= ERRORS_MAX) return;
    json_object_begin(w);
    json_field_int(w, "line", line);
    json_field_text(w, "reason", reason);
    json_object_end(w);
}

/* 0, or negative: the service cannot take more. */
static int take_line(
    struct service *service, struct posted *posted, struct span line, int64_t number, struct err *err) {
    switch (intake_line(service, "http", line, err)) {
    case INTAKE_ACCEPTED: posted->accepted++; break;
    case INTAKE_DUPLICATE: posted->duplicate++; break;
    case INTAKE_REJECTED: reject(posted, number, err->text); break;
    case INTAKE_HELLO: /* every request is answered */
    case INTAKE_BLANK: break;
    case INTAKE_UNABLE: return -1;
    }
    return 0;
}

static int take_lines(struct service *service, struct posted *posted, struct span body, struct err *err) {
    const char *p = body.p, *end = body.n ? body.p + body.n : body.p;
    for (int64_t number = 1; p < end; number++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        int code = take_line(service, posted, (struct span){p, (size_t)(stop - p)}, number, err);
        if (code) return code;
        p = stop + 1;
    }
    return 0;
}

void post_events(const struct question *question) {
    struct api *api = question->api;
    struct posted *posted = mem_zalloc(sizeof *posted);
    struct err err;
    posted->request = question->request;
    posted->batch = intake_batch(api->service);
    posted->errors_w = (struct json_writer){.out = &posted->errors};
    json_array_begin(&posted->errors_w);
    if (take_lines(api->service, posted, http_body(question->request), &err)) {
        answer_lost(posted); /* the batch is lost with what was taken in before */
        return;
    }
    if (!posted->accepted && !posted->duplicate) {
        answer_posted(posted);
        return;
    }
    posted->next = api->posted;
    api->posted = posted;
    if (!posted->accepted) loop_task_schedule(api->loop, &api->posted_task);
}

/* ---------------------------------------------------------------- excuses */

enum { EXCUSE_MAX = 1000 }; /* bytes: a sentence or two, for a column in a table */

/* "812/excuse" */
static bool read_excuse_path(struct span path, int64_t *id) {
    static const char end[] = "/excuse";
    size_t digits = 0;
    int64_t number = 0;
    for (; digits < path.n && digits < 18 && path.p[digits] >= '0' && path.p[digits] <= '9'; digits++)
        number = number * 10 + (path.p[digits] - '0');
    if (!digits || !span_eq((struct span){path.p + digits, path.n - digits}, span_of(end))) return false;
    *id = number;
    return true;
}

static void wait_for_excuse(struct api *api, struct http_request *request, int64_t id) {
    struct posted *posted = mem_zalloc(sizeof *posted);
    posted->request = request;
    posted->batch = intake_batch(api->service);
    posted->accepted = 1; /* something was written: its batch will be, too */
    posted->excused = id;
    posted->next = api->posted;
    api->posted = posted;
}

void post_excuse(const struct question *question) {
    struct http_request *request = question->request;
    struct json *body = NULL;
    struct err err;
    int64_t id;
    if (!read_excuse_path(question->name, &id)) {
        answer_problem(request, 404, "a breach is excused at /v1/breaches/ID/excuse");
        return;
    }
    int code = json_parse(http_body(request), &body, &err);
    const char *text = code ? NULL : json_text(json_get(body, "text"));
    if (!code && (!text || !*text || strlen(text) > EXCUSE_MAX))
        code = err_set(&err, ERR_INVALID, "send {\"text\":\"why\"}, of 1 to %d bytes", EXCUSE_MAX);
    if (!code)
        code = intake_excuse(question->api->service, id, http_peer_uid(request), span_of(text), &err);
    json_free(body);
    if (code == ERR_IO) answer_unable(request, err.text);
    else if (code) answer_err(request, &err);
    else wait_for_excuse(question->api, request, id);
}
