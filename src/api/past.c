/* GET /v1/figures?at=…: computed a slice a turn; one at a time, as each takes the memory of an engine over
 * the whole journal. */
#include <stdlib.h>
#include "api/answer.h"
#include "api/state.h"
#include "slad/base/mem.h"
#include "slad/service/view.h"

struct past {
    struct api *api;
    struct http_request *request;
    struct view_past *view;
    struct loop_task task;
};

/* Takes it apart; the request is to be answered. */
static struct http_request *past_end(struct past *past) {
    struct http_request *request = past->request;
    http_on_gone(request, NULL, NULL);
    loop_task_cancel(&past->task);
    view_past_free(past->view);
    past->api->past = NULL;
    free(past);
    return request;
}

static void past_step(void *arg) {
    struct past *past = arg;
    struct buf body = {0};
    struct err err;
    int code = view_past_step(past->view, &body, &err);
    if (code > 0) {
        loop_task_schedule(past->api->loop, &past->task);
        return;
    }
    struct http_request *request = past_end(past);
    if (code)
        answer_err(request, &err);
    else
        answer_json(request, buf_span(&body));
    buf_fini(&body);
}

/* Nobody waits for it any more. */
static void past_gone(void *arg) {
    answer_problem(past_end(arg), 503, "the client is gone");
}

void ask_past(const struct question *question) {
    struct view_past *view;
    struct err err;
    if (question->api->past) {
        answer_problem(question->request, 409,
            "figures of the past are being computed for somebody else; ask again soon");
        return;
    }
    if (view_past_new(question->api->service, question->query, &view, &err)) {
        answer_err(question->request, &err);
        return;
    }
    struct past *past = mem_zalloc(sizeof *past);
    *past = (struct past){question->api, question->request, view, {.run = past_step, .arg = past}};
    question->api->past = past;
    http_on_gone(question->request, past_gone, past);
    loop_task_schedule(question->api->loop, &past->task);
}

void past_drop(struct api *api) {
    if (api->past) answer_unable(past_end(api->past), "the daemon is stopping");
}
