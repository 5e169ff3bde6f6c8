/* GET /v1/figures?at=… */
#include "api/answer.h"
#include "api/slow.h"
#include "slad/service/view.h"

static int step(void *view, struct buf *out, struct err *err) {
    return view_past_step(view, out, err);
}

static void drop(void *view) {
    view_past_free(view);
}

void ask_past(const struct question *question) {
    struct view_past *view;
    struct err err;
    if (slow_is_busy(question)) return;
    if (view_past_new(question->api->service, question->query, &view, &err))
        answer_err(question->request, &err);
    else
        slow_start(question, &(struct slow_work){view, step, drop});
}
