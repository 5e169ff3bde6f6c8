/* GET /v1/health and GET /v1/ready, for monitoring and load balancers; and the member `health` of the status. */
#include "api/answer.h"
#include "api/state.h"
#include "slad/wire/json.h"

/* An input that something keeps from being read. A pattern that no file matches yet has no instant of its error, and
 * nothing is wrong with it. */
static bool is_at_fault(const struct json *input) {
    return json_text(json_get(input, "error")) && !json_is_null(json_get(input, "error_at"));
}

static void inputs_at_fault(struct api *api, struct json_writer *w) {
    struct buf text = {0}, detail = {0};
    struct json *inputs = NULL;
    struct err err;
    if (!api->inputs) return;
    api->inputs(api->inputs_arg, &(struct json_writer){.out = &text});
    if (json_parse(buf_span(&text), &inputs, &err)) inputs = NULL; /* what is over every cap is not said */
    for (const struct json *input = json_first(inputs); input; input = json_next(input)) {
        const char *name = json_text(json_get(input, "input"));
        if (!is_at_fault(input)) continue;
        buf_clear(&detail);
        buf_printf(&detail, "%s: %s", name ? name : "?", json_text(json_get(input, "error")));
        view_health_reason(w, "input", buf_text(&detail));
    }
    json_free(inputs);
    buf_fini(&text);
    buf_fini(&detail);
}

static void write_reasons(struct api *api, struct buf *out) {
    struct json_writer w = {.out = out};
    json_array_begin(&w);
    view_health(api->service, &w);
    inputs_at_fault(api, &w);
    json_array_end(&w);
}

static bool is_empty(const struct buf *list) {
    return strcmp(buf_text(list), "[]") == 0;
}

void health_write(struct api *api, struct json_writer *w) {
    struct buf reasons = {0};
    write_reasons(api, &reasons);
    json_object_begin(w);
    json_field_bool(w, "healthy", is_empty(&reasons));
    json_field_raw(w, "reasons", buf_span(&reasons));
    json_object_end(w);
    buf_fini(&reasons);
}

void ask_health(const struct question *question) {
    struct buf reasons = {0};
    write_reasons(question->api, &reasons);
    if (is_empty(&reasons))
        answer_json(question->request, SPAN("{\"healthy\":true,\"reasons\":[]}"));
    else
        answer_problem_list(question->request, 503, "something is wrong: see reasons", "reasons", buf_span(&reasons));
    buf_fini(&reasons);
}

void ask_ready(const struct question *question) {
    struct service *service = question->api->service;
    if (service_accepts(service))
        answer_json(question->request, SPAN("{\"ready\":true}"));
    else
        answer_unable(question->request, "events are not accepted just now: see /v1/health");
}
