/* POST /v1/diff: what an edit of the standards would change. */
#include "api/answer.h"
#include "api/slow.h"
#include "slad/service/view.h"

static int step(void *view, struct buf *out, struct err *err) {
    return view_diff_step(view, out, err);
}

static void drop(void *view) {
    view_diff_free(view);
}

void post_diff(const struct question *question) {
    struct view_diff *view;
    struct buf findings = {0};
    struct err err;
    if (slow_is_busy(question)) return;
    int code =
        view_diff_new(question->api->service, http_body(question->request), &view, &findings, &err);
    if (!code)
        slow_start(question, &(struct slow_work){view, step, drop});
    else if (findings.size)
        answer_refused(question->request, &err, buf_span(&findings));
    else if (code == ERR_IO)
        answer_unable(question->request, err.text);
    else
        answer_err(question->request, &err);
    buf_fini(&findings);
}
