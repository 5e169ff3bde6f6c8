/* POST /v1/events: taken in a slice a turn, answered when all of it is on disk. A body is large (8 MiB are 40,000
 * events), and each turn commits what it took in, so a slice is as much as the others can be made to wait for.
 *
 * Invariants:
 *  1. a request in api->posted has records that are still to be taken, or has taken something in (or met a duplicate) in
 *     the batch it names, and that batch was neither committed nor lost;
 *  2. `durable` is what was done with when a batch was last committed: what came before it is on disk, or was rejected,
 *     and when a later batch is lost, nothing of what came after it is; while one is being committed, the next collects:
 *     `sealed` is what was done with when it began;
 *  3. one that met nothing but duplicates waits for a batch that was written already, or for none: no commit may come that
 *     tells, so it is looked after each turn;
 *  4. while the intake is full nothing is taken: the commit that is on its way goes on with it, or gives it up. */
#include <stdio.h>
#include <stdlib.h>
#include "api/answer.h"
#include "api/post_body.h"
#include "api/state.h"
#include "slad/base/mem.h"
#include "slad/wire/problem.h"

enum {
    ERRORS_MAX = 100,         /* listed; the others are counted */
    SLICE_BYTES = 128 * 1024, /* some 600 events, 2 to 3 ms of a turn; twice what a socket is read at once */
};

struct tally {
    int64_t records, accepted, duplicate, rejected;
};
struct posted {
    struct http_request *request;
    struct posted *next;
    struct post_body body;
    bool taking;       /* there are records to be taken */
    uint64_t slices;   /* taken: the turn is of those with the fewest */
    uint64_t batch;    /* that has to be on disk for all that was taken */
    uint64_t before;   /* the same for what was taken before the batch of the latest slice, */
    struct tally sealed; /* which is this much */
    struct tally now, durable;
    int64_t excused;   /* the breach that it excuses; 0: it is events */
    struct buf errors; /* the members of the list */
    struct json_writer errors_w;
    int turns; /* ended since the last slice */
};

static void schedule(struct api *api) {
    loop_task_schedule(api->loop, &api->posted_task);
}

/* ---------------------------------------------------------------- answers */

static void posted_free(struct posted *posted) {
    post_body_fini(&posted->body);
    buf_fini(&posted->errors);
    free(posted);
}

static void write_tally(struct json_writer *w, const struct tally *tally) {
    json_field_int(w, "accepted", tally->accepted);
    json_field_int(w, "duplicate", tally->duplicate);
    json_field_int(w, "rejected", tally->rejected);
}

static void answer_posted(struct posted *posted) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    json_object_begin(&w);
    if (posted->excused) {
        json_field_int(&w, "excused", posted->excused);
    } else {
        write_tally(&w, &posted->now);
        json_array_end(&posted->errors_w);
        json_field_raw(&w, "errors", buf_span(&posted->errors));
    }
    json_object_end(&w);
    answer_json(posted->request, buf_span(&body));
    buf_fini(&body);
    posted_free(posted);
}

/* A problem document that says how far it was done. */
static void answer_partly(struct posted *posted) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    const char *what = posted->body.shape == POST_LINES ? "lines" : "elements";
    char detail[256];
    snprintf(detail, sizeof detail,
        "the first %lld %s of this request are done with, and nothing after them was stored: send those again (or all of "
        "it, where events have an id)",
        (long long)posted->durable.records, what);
    json_object_begin(&w);
    json_field_text(&w, "type", "about:blank");
    json_field_int(&w, "status", 503);
    json_field_text(&w, "title", answer_title(503));
    json_field_text(&w, "detail", detail);
    json_field_text(&w, "instance", http_path(posted->request));
    json_key(&w, "stored");
    json_object_begin(&w);
    json_field_int(&w, what, posted->durable.records);
    write_tally(&w, &posted->durable);
    json_object_end(&w);
    json_object_end(&w);
    http_reply_header(posted->request, "Retry-After", "1");
    http_reply(posted->request, 503, PROBLEM_TYPE, buf_span(&body));
    buf_fini(&body);
}

static void answer_lost(struct posted *posted) {
    if (posted->durable.records)
        answer_partly(posted);
    else
        answer_unable(posted->request, "nothing of this request was stored; send it again");
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

static bool is_whole(const struct api *api, const struct posted *posted) {
    return !posted->taking && posted->batch <= intake_durable(api->service);
}

static bool is_any(const struct api *api, const struct posted *posted) {
    (void)api;
    (void)posted;
    return true;
}

/* No commit may come to tell of it. */
static bool is_settled(const struct api *api, const struct posted *posted) {
    return is_whole(api, posted) && posted->turns > 1 && service_accepts(api->service);
}

void posted_committed(struct api *api) {
    uint64_t durable = intake_durable(api->service);
    for (struct posted *p = api->posted; p; p = p->next)
        if (p->batch <= durable) p->durable = p->now;
        else if (p->before <= durable) p->durable = p->sealed;
    answer_each(api, is_whole, answer_posted);
    if (api->posted) schedule(api); /* that were waiting for it */
}

void posted_failed(struct api *api) {
    answer_each(api, is_any, answer_lost);
}

void posted_drop(struct api *api) {
    loop_task_cancel(&api->posted_task);
    posted_failed(api);
}

/* ---------------------------------------------------------------- slices */

static void reject(struct posted *posted, int64_t record, const char *reason) {
    struct json_writer *w = &posted->errors_w;
    bool lines = posted->body.shape == POST_LINES;
    if (posted->now.rejected++ >= ERRORS_MAX) return;
    json_object_begin(w);
    json_field_int(w, lines ? "line" : "index", lines ? record : record - 1);
    json_field_text(w, "reason", reason);
    json_object_end(w);
}

/* 0, or negative: the service cannot take more. */
static int take_record(struct service *service, struct posted *posted, struct span record, struct err *err) {
    switch (intake_line(service, &posted->body.source, record, err)) {
    case INTAKE_ACCEPTED: posted->now.accepted++; break;
    case INTAKE_DUPLICATE: posted->now.duplicate++; break;
    case INTAKE_REJECTED: reject(posted, posted->body.records, err->text); break;
    case INTAKE_HELLO: /* every request is answered */
    case INTAKE_BLANK: break;
    case INTAKE_UNABLE: return -1;
    }
    posted->now.records = posted->body.records;
    return 0;
}

static int take_slice(struct api *api, struct posted *posted) {
    size_t until = post_body_done(&posted->body) + SLICE_BYTES;
    struct span record;
    struct err err;
    int more = 1, code = 0;
    posted->taking = true;
    if (intake_is_full(api->service)) return 0;
    posted->slices++;
    posted->turns = 0;
    if (posted->batch < intake_batch(api->service)) {
        posted->before = posted->batch;
        posted->sealed = posted->now;
    }
    while (!code && post_body_done(&posted->body) < until &&
           (more = post_body_next(&posted->body, &record, &err)) > 0)
        code = take_record(api->service, posted, record, &err);
    if (more < 0) reject(posted, posted->body.records + 1, err.text); /* an array that breaks off */
    posted->taking = more > 0;
    posted->batch = intake_written(api->service);
    return code;
}

/* Takes it out and tells that it was lost: the batch is, with what was taken in before. */
static void give_up(struct api *api, struct posted *posted) {
    struct posted **link = &api->posted;
    while (*link != posted) link = &(*link)->next;
    *link = posted->next;
    answer_lost(posted);
}

/* One slice, of the one whose turn it is. */
static void take_next(struct api *api) {
    struct posted *next = NULL;
    for (struct posted *p = api->posted; p; p = p->next)
        if (p->taking && (!next || p->slices <= next->slices)) next = p; /* of equals the first that came */
    if (!next) return;
    service_turn(api->service, loop_now_ms(api->loop));
    if (take_slice(api, next)) give_up(api, next);
}

static void turn_passed(void *arg) {
    struct api *api = arg;
    bool waits = false;
    for (struct posted *p = api->posted; p; p = p->next) p->turns++;
    answer_each(api, is_settled, answer_posted);
    take_next(api);
    for (struct posted *p = api->posted; p; p = p->next)
        waits = waits || (p->taking ? !intake_is_full(api->service) : p->now.accepted == p->durable.accepted);
    if (waits) schedule(api);
}

void posted_init(struct api *api) {
    api->posted_task = (struct loop_task){.run = turn_passed, .arg = api};
}

/* ---------------------------------------------------------------- requests */

static void add(struct api *api, struct posted *posted) {
    posted->next = api->posted;
    api->posted = posted;
}

void post_events(const struct question *question) {
    struct api *api = question->api;
    struct posted *posted = mem_zalloc(sizeof *posted);
    struct err err;
    posted->request = question->request;
    if (post_body_begin(question->request, api->service, &posted->body, &err)) {
        answer_problem(question->request, 415, err.text);
        free(posted);
        return;
    }
    posted->errors_w = (struct json_writer){.out = &posted->errors};
    json_array_begin(&posted->errors_w);
    if (take_slice(api, posted)) {
        answer_lost(posted);
    } else if (!posted->taking && !posted->now.accepted && !posted->now.duplicate) {
        answer_posted(posted);
    } else {
        add(api, posted);
        if (posted->taking || !posted->now.accepted) schedule(api);
    }
}

void posted_excuse(struct api *api, struct http_request *request, int64_t id) {
    struct posted *posted = mem_zalloc(sizeof *posted);
    posted->request = request;
    posted->batch = intake_written(api->service);
    posted->now.accepted = 1; /* something was written: its batch will be, too */
    posted->excused = id;
    add(api, posted);
}
