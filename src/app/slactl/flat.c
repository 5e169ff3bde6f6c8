#include "flat.h"

#include "cell.h"

/* Depth is bounded by JSON_DEPTH_MAX. */
static void add_rows(struct table *table, const struct json *value, struct buf *name) {
    size_t length = name->size, index = 0;
    if (!json_is_object(value) && !json_is_array(value)) {
        struct buf text = {0};
        if (!json_is_null(value)) show_scalar(&text, value);
        table_add(table, buf_span(name), TINT_NONE);
        table_add(table, buf_span(&text), TINT_NONE);
        buf_fini(&text);
        return;
    }
    for (const struct json *item = json_first(value); item; item = json_next(item), index++) {
        if (length) buf_add_char(name, '.');
        if (json_name(item))
            buf_add_text(name, json_name(item));
        else
            buf_printf(name, "%zu", index);
        add_rows(table, item, name);
        name->data[name->size = length] = '\0';
    }
}

void flat_show(struct table *table, const struct json *document) {
    struct buf name = {0};
    buf_reserve(&name, 64);
    table_column(table, "name", ALIGN_LEFT);
    table_column(table, "value", ALIGN_LEFT);
    add_rows(table, document, &name);
    table_end(table);
    buf_fini(&name);
}
