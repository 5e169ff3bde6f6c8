/* GET /v1/status and GET /v1/inputs: what the service knows of itself, and what only this room and the inputs do. */
#include "api/answer.h"
#include "api/state.h"

static void write_inputs(struct api *api, struct json_writer *w) {
    if (api->inputs) {
        api->inputs(api->inputs_arg, w);
        return;
    }
    json_array_begin(w);
    json_array_end(w);
}

/* The last one that ended, and who asked for it; a signal does not say. */
static void write_reload(const struct api *api, struct json_writer *w) {
    const struct last_reload *last = &api->last_reload;
    if (!last->at_ms) {
        json_null(w);
        return;
    }
    json_object_begin(w);
    json_field_instant(w, "at", last->at_ms);
    json_key(w, "by_uid");
    if (last->by_uid >= 0)
        json_int(w, last->by_uid);
    else
        json_null(w);
    json_field_bool(w, "in_force", last->in_force);
    json_object_end(w);
}

/* Further members behind those of an object that is written already. */
static void add_members(struct api *api, struct buf *body) {
    struct buf more = {0};
    struct json_writer w = {.out = &more};
    json_object_begin(&w);
    json_key(&w, "health");
    health_write(api, &w);
    json_key(&w, "reload");
    write_reload(api, &w);
    if (api->inputs) {
        json_key(&w, "inputs");
        write_inputs(api, &w);
    }
    json_object_end(&w);
    body->data[body->size - 1] = ','; /* the closing brace */
    buf_add(body, more.data + 1, more.size - 1);
    buf_fini(&more);
}

void ask_status(const struct question *question) {
    struct buf body = {0};
    struct err err;
    if (view_status(question->api->service, &body, &err)) {
        answer_err(question->request, &err);
    } else {
        add_members(question->api, &body);
        answer_json(question->request, buf_span(&body));
    }
    buf_fini(&body);
}

void ask_inputs(const struct question *question) {
    struct buf body = {0};
    struct json_writer w = {.out = &body};
    json_object_begin(&w);
    json_key(&w, "inputs");
    write_inputs(question->api, &w);
    json_object_end(&w);
    answer_json(question->request, buf_span(&body));
    buf_fini(&body);
}
