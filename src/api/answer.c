#include "api/answer.h"

#include "api/state.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/wire/problem.h"
#include "slad/wire/write.h"

const char *answer_title(int status) {
    static const struct {
        int status;
        const char *title;
    } titles[] = {{400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
        {405, "Method Not Allowed"}, {409, "Conflict"}, {415, "Unsupported Media Type"}, {421, "Misdirected Request"},
        {422, "Unprocessable Content"}, {500, "Internal Server Error"}, {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status) return titles[i].title;
    return "Error";
}

static void reply(struct http_request *request, int status, const char *type, struct span body) {
    http_reply_header(request, "Cache-Control", "no-store"); /* an answer is of its instant */
    http_reply(request, status, type, body);
}

void answer_json(struct http_request *request, struct span body) {
    reply(request, 200, "application/json", body);
}

void answer_problem(struct http_request *request, int status, const char *detail) {
    struct buf body = {0};
    problem_json(&body, status, answer_title(status), detail, http_path(request));
    reply(request, status, PROBLEM_TYPE, buf_span(&body));
    buf_fini(&body);
}

void answer_problem_list(
    struct http_request *request, int status, const char *detail, const char *key, struct span list) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    json_object_begin(&w);
    json_field_text(&w, "type", "about:blank");
    json_field_int(&w, "status", status);
    json_field_text(&w, "title", answer_title(status));
    json_field_text(&w, "detail", detail);
    json_field_text(&w, "instance", http_path(request));
    json_field_raw(&w, key, list);
    json_object_end(&w);
    reply(request, status, PROBLEM_TYPE, buf_span(&body));
    buf_fini(&body);
}

void answer_refused(struct http_request *request, const struct err *err, struct span findings) {
    struct buf list = {0};
    json_lines(&(struct json_writer){.out = &list}, findings);
    answer_problem_list(request, 422, err->text, "findings", buf_span(&list));
    buf_fini(&list);
}

/* `peer` and `uid` name who it was, whichever is known. */
void answer_kept_out(
    const struct api_server *server, struct http_request *request, int status, const char *detail) {
    const struct peer *peer = http_peer(request);
    uint64_t held;
    counter_inc(requests_kept_out);
    if (log_allow("request kept out", loop_now_ms(server->api->loop), &held))
        log_warning("request kept out", "status=%d uid=%lld peer=%s method=%s path=%s reason=%s held=%llu", status,
            (long long)http_peer_uid(request), peer && *peer->name ? peer->name : "-",
            LOG_TEXT(span_of(http_method(request))), LOG_TEXT(span_of(http_path(request))), LOG_TEXT(span_of(detail)),
            (unsigned long long)held);
    answer_problem(request, status, detail);
}

void answer_unable(struct http_request *request, const char *detail) {
    http_reply_header(request, "Retry-After", "1");
    answer_problem(request, 503, detail);
}

void answer_err(struct http_request *request, const struct err *err) {
    switch (err->code) {
    case ERR_INVALID:
    case ERR_LIMIT: answer_problem(request, 400, err->text); return;
    case ERR_NOT_FOUND: answer_problem(request, 404, err->text); return;
    case ERR_IN_USE: answer_problem(request, 409, err->text); return;
    default:
        log_error("question failed", "path=%s error=%s", LOG_TEXT(span_of(http_path(request))),
            LOG_TEXT(span_of(err->text)));
        answer_problem(request, 500, err->text);
    }
}
