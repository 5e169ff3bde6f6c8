#include "slad/wire/problem.h"
#include "slad/wire/write.h"

void problem_json(struct buf *out, int status, const char *title, const char *detail, const char *instance) {
    struct json_writer w = {.out = out};
    json_object_begin(&w);
    json_field_text(&w, "type", "about:blank"); /* RFC 9457, 4.2.1: the status says it all */
    json_field_int(&w, "status", status);
    json_field_text(&w, "title", title);
    if (detail) json_field_text(&w, "detail", detail);
    if (instance) json_field_text(&w, "instance", instance);
    json_object_end(&w);
}
