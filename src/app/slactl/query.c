#include "query.h"

#include <inttypes.h>
#include <stdio.h>
#include "moment.h"
#include "slad/loop/fetch.h"

void query_segment(struct buf *target, const char *text) {
    buf_add_char(target, '/');
    fetch_encode(target, span_of(text));
}

static void begin_parameter(struct buf *target) {
    buf_add_char(target, memchr(target->data, '?', target->size) ? '&' : '?');
}

void query_add(struct buf *target, const char *name, const char *value) {
    begin_parameter(target);
    fetch_encode(target, span_of(name));
    buf_add_char(target, '=');
    fetch_encode(target, span_of(value));
}

void query_add_number(struct buf *target, const char *name, int64_t number) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, number);
    query_add(target, name, text);
}

void query_add_time(struct buf *target, const char *name, const char *typed) {
    struct buf at = {0};
    if (!typed) return;
    bool known = moment_query(typed, &at, NULL) == 0;
    query_add(target, name, known ? buf_text(&at) : typed);
    buf_fini(&at);
}

static void add_group(struct buf *target, const char *group) {
    const char *equals = strchr(group, '=');
    begin_parameter(target);
    buf_add_text(target, "group.");
    fetch_encode(target, (struct span){group, (size_t)(equals - group)});
    buf_add_char(target, '=');
    fetch_encode(target, span_of(equals + 1));
}

void query_options(struct buf *target, const struct options *options, unsigned without) {
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = &option_rows[id];
        const char *value = options->value[id];
        if (!value || !row->parameter || without >> id & 1) continue;
        if (row->kind == OPTION_TIME)
            query_add_time(target, row->parameter, value);
        else
            query_add(target, row->parameter, value);
    }
    for (size_t i = 0; i < options->group_count; i++) add_group(target, options->groups[i]);
}
