/* POST /v1/reload: answered once the new configuration is in force, or was refused. */
#include <stdlib.h>
#include "api/answer.h"
#include "api/state.h"
#include "slad/base/mem.h"
#include "slad/wire/problem.h"

struct reload {
    struct api *api;
    struct http_request *request;
};

static void write_findings(struct json_writer *w, struct span text) {
    json_key(w, "findings");
    json_array_begin(w);
    for (const char *p = text.p, *end = text.p + text.n; text.n && p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        if (stop > p) json_string(w, (struct span){p, (size_t)(stop - p)});
        p = stop + 1;
    }
    json_array_end(w);
}

/* A problem document with a member of ours (RFC 9457, 3.2). */
static void answer_refused(struct http_request *request, const struct err *err, struct span findings) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    json_object_begin(&w);
    json_field_text(&w, "type", "about:blank");
    json_field_int(&w, "status", 422);
    json_field_text(&w, "title", answer_title(422));
    json_field_text(&w, "detail", err->text);
    json_field_text(&w, "instance", http_path(request));
    write_findings(&w, findings);
    json_object_end(&w);
    http_reply(request, 422, PROBLEM_TYPE, buf_span(&body));
    buf_fini(&body);
}

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
