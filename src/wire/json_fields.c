/* 1. scratch holds EVENT_LINE_MAX + 1 bytes, as scan.h asks for the longest record, so text stays where it
 * is.
 * 2. path is the way to the object at hand, without the last dot; what is nested deeper than it can hold is
 * passed over. */
#include "json_fields.h"

#include <stdlib.h>
#include "scan.h"
#include "slad/base/mem.h"
#include "slad/model/event.h"
#include "slad/wire/line.h"

enum { PATH_BYTES = 512 }; /* a map that names a longer path cannot be written: no line of YAML is meant so */

struct json_fields {
    struct mapper *mapper;
    struct span inside;
    char *scratch;
    locale_t c_locale;
    char path[PATH_BYTES];
};

struct json_fields *json_fields_new(struct mapper *mapper, const char *inside) {
    struct json_fields *fields = mem_zalloc(sizeof *fields);
    fields->mapper = mapper;
    fields->inside = span_of(inside);
    fields->scratch = mem_alloc(EVENT_LINE_MAX + 1);
    fields->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return fields;
}

void json_fields_free(struct json_fields *fields) {
    if (!fields) return;
    freelocale(fields->c_locale);
    free(fields->scratch);
    free(fields);
}

/* The way to a member of the object that the first `depth_bytes` of path lead to; n == 0: too long. */
static struct span path_to(struct json_fields *fields, size_t depth_bytes, struct span key) {
    size_t dot = depth_bytes ? 1 : 0;
    if (!depth_bytes && key.n >= PATH_BYTES) return key;
    if (depth_bytes + dot + key.n >= PATH_BYTES) return (struct span){0};
    if (dot) fields->path[depth_bytes] = '.';
    if (key.n) memcpy(fields->path + depth_bytes + dot, key.p, key.n);
    return (struct span){fields->path, depth_bytes + dot + key.n};
}

static int take_scalar(struct json_fields *fields, struct span path, size_t depth_bytes, struct span key,
    struct value value, struct err *err) {
    struct mapper *mapper = fields->mapper;
    int place = mapper_place(mapper, path);
    if (place >= 0) return mapper_set(mapper, (size_t)place, value, err);
    bool inside = depth_bytes && span_eq((struct span){fields->path, depth_bytes}, fields->inside);
    if ((depth_bytes && !inside) || !mapper_keeps(mapper, key)) return 0;
    return mapper_keep_at(mapper, key, value, inside, err);
}

static bool leads_on(const struct json_fields *fields, struct span path) {
    return path.n && path.n < PATH_BYTES &&
           (span_eq(path, fields->inside) || mapper_looks_into(fields->mapper, path));
}

static int read_object(struct json_fields *fields, struct scan *scan, size_t depth_bytes) {
    int rc = scan_open(scan, '{');
    bool first = true;
    struct span key;
    while (rc >= 0 && (rc = scan_member(scan, &first, &key)) > 0) {
        struct span path = path_to(fields, depth_bytes, key);
        struct scan_value value;
        if (scan->p < scan->end && *scan->p == '{' && leads_on(fields, path)) {
            rc = read_object(fields, scan, path.n);
            continue;
        }
        rc = scan_value(scan, &value);
        if (rc >= 0 && !value.nested.p && path.n)
            rc = take_scalar(fields, path, depth_bytes, key, value.scalar, scan->err);
    }
    return rc;
}

static bool is_blank(struct span text) {
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != ' ' && (text.p[i] < '\t' || text.p[i] > '\r')) return false;
    return true;
}

int json_fields_read(struct json_fields *fields, struct span record, struct err *err) {
    if (record.n > EVENT_LINE_MAX)
        return err_set(err, ERR_LIMIT, "longer than %d KiB", EVENT_LINE_MAX / 1024);
    if (is_blank(record)) return 1;
    struct scan scan = {.start = record.p,
        .p = record.p,
        .end = record.p + record.n,
        .scratch = fields->scratch,
        .depth_max = LINE_DEPTH_MAX,
        .c_locale = fields->c_locale,
        .err = err};
    scan_space(&scan);
    int rc = read_object(fields, &scan, 0);
    return rc < 0 ? rc : scan_finish(&scan);
}
