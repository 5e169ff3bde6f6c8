#include "findings_json.h"

#include "slad/wire/write.h"

void findings_json(const struct findings *findings, struct buf *out) {
    struct json_writer w = {.out = out, .indent = 1};
    json_object_begin(&w);
    json_field_int(&w, "errors", (int64_t)findings_errors(findings));
    json_key(&w, "findings");
    json_array_begin(&w);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *f = &findings->list[i];
        json_object_begin(&w);
        json_field_text(&w, "severity", f->is_warning ? "warning" : "error");
        json_field_text(&w, "file", f->file);
        json_field_int(&w, "line", f->line);
        json_field_int(&w, "column", f->column);
        json_field_text(&w, "text", f->text);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    buf_add_char(out, '\n');
}
