/* Questions that are computed over the journal, a slice a turn. One at a time, as each takes the memory of an engine
 * over the whole journal. */
#include "api/slow.h"

#include <stdlib.h>
#include "api/answer.h"
#include "slad/base/mem.h"

struct slow {
    struct api *api;
    struct http_request *request;
    struct slow_work work;
    struct loop_task task;
};

/* Takes it apart; the request is to be answered. */
static struct http_request *slow_end(struct slow *slow) {
    struct http_request *request = slow->request;
    http_on_gone(request, NULL, NULL);
    loop_task_cancel(&slow->task);
    slow->work.free(slow->work.view);
    slow->api->slow = NULL;
    free(slow);
    return request;
}

static void slow_step(void *arg) {
    struct slow *slow = arg;
    struct buf body = {0};
    struct err err;
    int code = slow->work.step(slow->work.view, &body, &err);
    if (code > 0) {
        loop_task_schedule(slow->api->loop, &slow->task);
        return;
    }
    struct http_request *request = slow_end(slow);
    if (code)
        answer_err(request, &err);
    else
        answer_json(request, buf_span(&body));
    buf_fini(&body);
}

/* Nobody waits for it any more. */
static void slow_gone(void *arg) {
    answer_problem(slow_end(arg), 503, "the client is gone");
}

bool slow_is_busy(const struct question *question) {
    if (!question->api->slow) return false;
    answer_problem(question->request, 409,
        "something is being computed over the journal for somebody else; ask again soon");
    return true;
}

void slow_start(const struct question *question, const struct slow_work *work) {
    struct slow *slow = mem_zalloc(sizeof *slow);
    *slow = (struct slow){question->api, question->request, *work, {.run = slow_step, .arg = slow}};
    question->api->slow = slow;
    http_on_gone(question->request, slow_gone, slow);
    loop_task_schedule(question->api->loop, &slow->task);
}

void slow_drop(struct api *api) {
    if (api->slow) answer_unable(slow_end(api->slow), "the daemon is stopping");
}
