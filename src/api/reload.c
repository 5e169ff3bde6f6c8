/* POST /v1/reload: answered once the new configuration is in force, or was refused. */
#include <stdlib.h>
#include "api/answer.h"
#include "api/state.h"
#include "slad/base/mem.h"

struct reload {
    struct api *api;
    struct http_request *request;
};

static struct http_request *reload_end(struct reload *reload) {
    struct http_request *request = reload->request;
    reload->api->reload = NULL;
    free(reload);
    return request;
}

/* outcome: "", or what went wrong. */
static void reload_done(void *arg, const char *outcome) {
    struct http_request *request = reload_end(arg);
    if (*outcome)
        answer_problem(request, 500, outcome);
    else
        answer_json(request, SPAN("{\"outcome\":\"the configuration is in force\"}"));
}

void post_reload(const struct question *question) {
    struct api *api = question->api;
    struct reload *reload = mem_zalloc(sizeof *reload);
    struct buf findings = {0};
    struct err err;
    *reload = (struct reload){api, question->request};
    int code = service_reload(api->service, reload_done, reload, &findings, &err);
    if (!code) {
        api->reload = reload; /* only one can be under way */
    } else {
        free(reload);
        if (code == ERR_INVALID)
            answer_refused(question->request, &err, buf_span(&findings));
        else
            answer_err(question->request, &err);
    }
    buf_fini(&findings);
}

void reload_drop(struct api *api) {
    if (api->reload) answer_unable(reload_end(api->reload), "the daemon is stopping");
}
