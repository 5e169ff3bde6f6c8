/* POST /v1/reload: answered once the new configuration is in force, or was refused. */
#include <stdlib.h>
#include "api/answer.h"
#include "api/state.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/wire/json.h"

struct reload {
    struct api *api;
    struct http_request *request;
};

static struct http_request *reload_end(struct reload *reload) {
    struct http_request *request = reload->request;
    reload->api->reload = NULL;
    reload->api->reload_uid = -1;
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
    int64_t uid = http_peer_uid(question->request), before = api->reload_uid;
    *reload = (struct reload){api, question->request};
    log_info("reload asked for", "by_uid=%lld", (long long)uid);
    api->reload_uid = uid; /* one that is refused ends within the call */
    int code = service_reload(api->service, reload_done, reload, &findings, &err);
    if (!code) {
        api->reload = reload; /* only one can be under way */
        service_reload_by(api->service, uid);
    } else {
        free(reload);
        api->reload_uid = before;
        if (code == ERR_INVALID)
            answer_refused(question->request, &err, buf_span(&findings));
        else
            answer_err(question->request, &err);
    }
    buf_fini(&findings);
}

void reload_ended(struct api *api, struct span news) {
    struct json *told = NULL;
    struct err err;
    if (json_parse(news, &told, &err)) return; /* it is the service's own */
    const char *what = json_text(json_get(told, "what"));
    bool in_force = what && strcmp(what, "in force") == 0;
    api->last_reload = (struct last_reload){loop_now_ms(api->loop), api->reload_uid, in_force};
    json_free(told);
}

void reload_drop(struct api *api) {
    if (api->reload) answer_unable(reload_end(api->reload), "the daemon is stopping");
}
