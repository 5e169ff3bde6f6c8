/* Any JSON object a line, as a map says. */
#include <stdlib.h>
#include "json_fields.h"
#include "slad/base/mem.h"
#include "translator.h"

struct json_map {
    struct mapper *mapper;
    struct json_fields *fields;
};

static void *json_new(const struct format *format, const struct translate_options *options) {
    struct json_map *json = mem_zalloc(sizeof *json);
    (void)options;
    json->mapper = mapper_new(format->map);
    json->fields = json_fields_new(json->mapper, NULL);
    return json;
}

static void json_free_state(void *state) {
    struct json_map *json = state;
    json_fields_free(json->fields);
    mapper_free(json->mapper);
    free(json);
}

static int json_translate(void *state, struct span record, struct translation *out, struct err *err) {
    struct json_map *json = state;
    mapper_start(json->mapper);
    int code = json_fields_read(json->fields, record, err);
    if (code > 0) *out = (struct translation){0};
    if (code) return code < 0 ? code : 0;
    return mapper_finish(json->mapper, out, err);
}

const struct translator_kind json_translator = {json_new, json_free_state, json_translate, NULL, NULL};
