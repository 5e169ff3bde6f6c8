/* POST /v1/breaches/ID/excuse: answered when it is on disk. */
#include "api/answer.h"
#include "api/state.h"
#include "slad/base/log.h"
#include "slad/service/intake.h"
#include "slad/wire/json.h"

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
    if (!code)
        log_info("excuse asked for", "breach=%lld by_uid=%lld", (long long)id, (long long)http_peer_uid(request));
    if (code == ERR_IO) answer_unable(request, err.text);
    else if (code) answer_err(request, &err);
    else posted_excuse(question->api, request, id);
}
