/* Why not cJSON here: it takes what must be refused (text after the object, NUL and invalid UTF-8, control
 * characters, 007, a key twice, 1e999), so a scan would have to come before it anyway; and it allocates for
 * every key and value. The scan that is needed cuts the fields too.
 *
 * 1. scratch holds EVENT_LINE_MAX + 1 bytes: as much as scan.h asks for any line that is read, so it never
 * moves and unescaped text stays where it is until the next line.
 * 2. keys holds every top-level key of the line at hand, attrs those of scalars that are attributes.
 * 3. a line whose keys are a path of the shape has no key twice; of any other all keys are compared. */
#include "slad/wire/line.h"
#include <locale.h>
#include <stdlib.h>
#include "scan.h"
#include "shape.h"
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "slad/base/utf8.h"
#include "slad/model/instant.h"

struct line_reader {
    char *scratch;
    locale_t c_locale;
    struct span *keys;
    size_t key_count, key_capacity;
    struct attr *attrs;
    size_t attr_count, attr_capacity;
    struct shape shape;
    bool in_place; /* nothing of the last line is in scratch */
};

/* The fields that mean something by themselves; null when they are not there. */
enum field { FIELD_ATTR, FIELD_CONTACT, FIELD_EVENT, FIELD_ID, FIELD_AT, FIELD_HELLO, FIELDS };
struct fields {
    struct scan_value of[FIELDS];
};

struct line_reader *line_reader_new(void) {
    struct line_reader *reader = mem_zalloc(sizeof *reader);
    reader->scratch = mem_alloc(EVENT_LINE_MAX + 1);
    reader->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    shape_init(&reader->shape);
    return reader;
}

void line_reader_free(struct line_reader *reader) {
    if (!reader) return;
    freelocale(reader->c_locale);
    shape_fini(&reader->shape);
    free(reader->scratch);
    free(reader->keys);
    free(reader->attrs);
    free(reader);
}

static bool is_blank(struct span line) {
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && (line.p[i] < '\t' || line.p[i] > '\r')) return false;
    return true;
}

static bool is_key(struct span key, const char *name, size_t bytes) {
    return memcmp(key.p, name, bytes) == 0;
}

static enum field field_of(struct span key) {
    switch (key.n) {
    case 2: return is_key(key, "at", 2) ? FIELD_AT : is_key(key, "id", 2) ? FIELD_ID : FIELD_ATTR;
    case 5: return is_key(key, "event", 5) ? FIELD_EVENT : is_key(key, "hello", 5) ? FIELD_HELLO : FIELD_ATTR;
    case 7: return is_key(key, "contact", 7) ? FIELD_CONTACT : FIELD_ATTR;
    default: return FIELD_ATTR;
    }
}

static void add_attr(struct line_reader *reader, struct span name, struct value value) {
    if (reader->attr_count == reader->attr_capacity)
        reader->attrs =
            mem_grow(reader->attrs, &reader->attr_capacity, reader->attr_count + 1, sizeof *reader->attrs);
    reader->attrs[reader->attr_count++] = (struct attr){name, value};
}

static void add_key(struct line_reader *reader, struct span key) {
    if (reader->key_count == reader->key_capacity)
        reader->keys =
            mem_grow(reader->keys, &reader->key_capacity, reader->key_count + 1, sizeof *reader->keys);
    reader->keys[reader->key_count++] = key;
}

/* The key of the next member, spelt out, and learned. *node is NULL once the line has left the shape. */
static int spell_key(struct line_reader *reader, struct scan *scan, bool *first, const char *since,
    struct shape_node **node, struct span *key) {
    int rc = scan_member(scan, first, key);
    if (rc <= 0 || !*node) return rc;
    *node = shape_learn(&reader->shape, *node, (struct span){since, (size_t)(scan->p - since)}, *key);
    if (*node) (*node)->mark = (uint16_t)field_of(*key);
    return rc;
}

static void take_value(
    struct line_reader *reader, struct fields *fields, enum field field, struct span key, const struct scan_value *value) {
    /* A hello is one when it is an object; else it is an attribute like others. */
    if (field != FIELD_ATTR && (field != FIELD_HELLO || value->nested.p)) fields->of[field] = *value;
    else if (!value->nested.p) add_attr(reader, key, value->scalar);
}

/* *in_shape: the keys are a path of the shape. */
static int read_fields(struct line_reader *reader, struct scan *scan, struct fields *fields, bool *in_shape) {
    scan_space(scan);
    const char *since = scan->p; /* the end of the value before */
    int rc = scan_open(scan, '{');
    struct shape_node *node = rc < 0 ? NULL : shape_start(&reader->shape);
    bool first = true;
    while (rc >= 0) {
        struct shape_node *next = node ? shape_next(node, since, scan->end) : NULL;
        struct span key;
        struct scan_value value;
        if (next) {
            key = (struct span){since + next->key_at, next->key_bytes};
            scan->p = since + next->bytes;
            scan_space(scan); /* there may be more of it than there was */
            node = next;
            first = false;
        } else if ((rc = spell_key(reader, scan, &first, since, &node, &key)) <= 0) {
            break;
        }
        if ((rc = scan_value(scan, &value)) < 0) break;
        since = scan->p;
        add_key(reader, key);
        take_value(reader, fields, node ? (enum field)node->mark : field_of(key), key, &value);
    }
    *in_shape = node != NULL;
    return rc < 0 ? rc : scan_finish(scan);
}

static int by_bytes(const void *a, const void *b) {
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* One of 64 bits by length and ends, so that most keys need not be compared at all. */
static uint64_t mark_of(struct span key) {
    return key.n ? UINT64_C(1) << ((key.n + 5 * (unsigned char)key.p[0] +
                                       11 * (unsigned char)key.p[key.n - 1]) &
                                   63)
                 : 1;
}

static const struct span *twice_of_few(const struct span *keys, size_t count) {
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t mark = mark_of(keys[i]);
        for (size_t j = 0; seen & mark && j < i; j++)
            if (span_eq(keys[i], keys[j])) return &keys[i];
        seen |= mark;
    }
    return NULL;
}

/* A hostile line of ten thousand keys costs no more than a long one. */
static const struct span *twice_of_many(struct span *keys, size_t count) {
    qsort(keys, count, sizeof *keys, by_bytes);
    for (size_t i = 1; i < count; i++)
        if (span_eq(keys[i], keys[i - 1])) return &keys[i];
    return NULL;
}

/* A key that stands twice, or NULL. */
static const struct span *find_twice(struct span *keys, size_t count) {
    enum { FEW = 24 };
    return count <= FEW ? twice_of_few(keys, count) : twice_of_many(keys, count);
}

static int fail_field(struct err *err, const char *field, const char *problem) {
    return err_set(err, ERR_INVALID, "\"%s\" %s", field, problem);
}

static int key_twice(struct span key, struct err *err) {
    enum { KEY_SHOWN_MAX = 64 };
    struct buf shown = {0};
    utf8_escape(&shown, key, KEY_SHOWN_MAX);
    err_set(err, ERR_INVALID, "the key \"%s\" stands twice", buf_text(&shown));
    buf_fini(&shown);
    return ERR_INVALID;
}

static bool is_text(const struct scan_value *value) {
    return !value->nested.p && value->scalar.kind == VALUE_TEXT;
}
static bool is_null(const struct scan_value *value) {
    return !value->nested.p && value->scalar.kind == VALUE_NULL;
}

static int take_name(const char *field, const struct scan_value *value, struct span *out, struct err *err) {
    if (is_null(value)) return fail_field(err, field, "is missing");
    if (!is_text(value)) return fail_field(err, field, "is not a string");
    if (!value->scalar.text.n) return fail_field(err, field, "is empty");
    *out = value->scalar.text;
    return 0;
}

static int take_id(const struct scan_value *value, struct event *event, struct err *err) {
    if (is_null(value)) return 0;
    if (!is_text(value)) return fail_field(err, "id", "is not a string");
    event->has_id = true;
    event->id = value->scalar.text;
    return 0;
}

static int take_at(const struct scan_value *value, struct event *event, struct err *err) {
    if (is_null(value)) return 0;
    if (value->nested.p) return fail_field(err, "at", "is neither a time nor a number");
    int rc = instant_of_value(&value->scalar, &event->at_ms, err);
    if (rc < 0) return err_add(err, "\"at\"");
    event->has_at = true;
    return 0;
}

static int read_event(
    const struct line_reader *reader, const struct fields *fields, struct event *out, struct err *err) {
    struct event event = {.attrs = reader->attrs, .attr_count = reader->attr_count};
    int rc;
    if ((rc = take_name("contact", &fields->of[FIELD_CONTACT], &event.contact, err)) < 0) return rc;
    if ((rc = take_name("event", &fields->of[FIELD_EVENT], &event.name, err)) < 0) return rc;
    if ((rc = take_id(&fields->of[FIELD_ID], &event, err)) < 0) return rc;
    if ((rc = take_at(&fields->of[FIELD_AT], &event, err)) < 0) return rc;
    *out = event;
    return 0;
}

/* The object under "hello" was scanned already, so only the kind of "client" can be wrong. */
static int read_hello(struct scan *scan, struct span hello, struct event *out, struct err *err) {
    scan->p = hello.p;
    scan->end = hello.p + hello.n;
    scan->used = 0;
    struct span client = {"", 0}, key;
    bool first = true;
    int rc = scan_open(scan, '{');
    while (rc >= 0 && (rc = scan_member(scan, &first, &key)) > 0) {
        struct scan_value value;
        if ((rc = scan_value(scan, &value)) < 0) break;
        if (!span_eq(key, SPAN("client")) || is_null(&value)) continue;
        if (!is_text(&value)) return fail_field(err, "client", "is not a string");
        client = value.scalar.text;
    }
    if (rc < 0) return rc;
    *out = (struct event){.contact = client};
    return 0;
}

int line_read(
    struct line_reader *reader, struct span line, enum line_kind *kind, struct event *out, struct err *err) {
    if (line.n > EVENT_LINE_MAX) return err_set(err, ERR_LIMIT, "longer than %d KiB", EVENT_LINE_MAX / 1024);
    if (is_blank(line)) {
        *kind = LINE_BLANK;
        return 0;
    }
    struct scan scan = {.start = line.p,
        .p = line.p,
        .end = line.p + line.n,
        .scratch = reader->scratch,
        .depth_max = LINE_DEPTH_MAX,
        .c_locale = reader->c_locale,
        .err = err};
    struct fields fields = {0};
    reader->key_count = reader->attr_count = 0;
    bool in_shape;
    int rc = read_fields(reader, &scan, &fields, &in_shape);
    if (rc < 0) return rc;
    const struct span *twice = in_shape ? NULL : find_twice(reader->keys, reader->key_count);
    if (twice) return key_twice(*twice, err);
    reader->in_place = scan.used == 0;
    bool hello = fields.of[FIELD_HELLO].nested.p && reader->key_count == 1;
    rc = hello ? read_hello(&scan, fields.of[FIELD_HELLO].nested, out, err) : read_event(reader, &fields, out, err);
    if (rc < 0) return rc;
    *kind = hello ? LINE_HELLO : LINE_EVENT;
    return 0;
}

bool line_in_place(const struct line_reader *reader) {
    return reader->in_place;
}
