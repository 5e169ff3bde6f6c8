#include "api/post_body.h"

#include <strings.h>

static const struct {
    const char *type;
    enum post_shape shape;
    bool cloudevents;
} types[] = {
    {"application/x-ndjson", POST_LINES, false},
    {"application/jsonl", POST_LINES, false},
    {"application/x-jsonlines", POST_LINES, false},
    {"text/plain", POST_LINES, false},
    {"application/octet-stream", POST_LINES, false},
    {"application/x-www-form-urlencoded", POST_LINES, false}, /* curl says so when nobody tells it otherwise */
    {"application/json", POST_LINES, false},
    {"application/cloudevents+json", POST_ONE, true},
    {"application/cloudevents-batch+json", POST_ARRAY, true},
};
enum { TYPES = sizeof types / sizeof *types };

static struct span trimmed(struct span text) {
    while (text.n && (*text.p == ' ' || *text.p == '\t')) text.p++, text.n--;
    while (text.n && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t')) text.n--;
    return text;
}

static struct span cut(struct span *rest, char at) {
    const char *found = rest->n ? memchr(rest->p, at, rest->n) : NULL;
    struct span piece = {rest->p, found ? (size_t)(found - rest->p) : rest->n};
    rest->p += found ? piece.n + 1 : piece.n;
    rest->n -= found ? piece.n + 1 : piece.n;
    return trimmed(piece);
}

static bool is_word(struct span text, const char *word) {
    return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0;
}

/* Whether a parameter names another encoding than UTF-8. */
static bool is_other_charset(struct span parameter) {
    struct span rest = parameter, name = cut(&rest, '=');
    struct span value = trimmed(rest);
    if (value.n >= 2 && *value.p == '"') value = (struct span){value.p + 1, value.n - 2};
    return is_word(name, "charset") && !is_word(value, "utf-8") && !is_word(value, "us-ascii");
}

static int find_type(const char *header, size_t *found, struct err *err) {
    struct span rest = span_of(header), type = cut(&rest, ';');
    size_t i = 0;
    while (i < TYPES && !is_word(type, types[i].type)) i++;
    if (i == TYPES)
        return err_set(err, ERR_INVALID,
            "events come as application/x-ndjson (a JSON object a line), application/json (an array of them, or lines), "
            "application/cloudevents+json or application/cloudevents-batch+json");
    while (rest.n)
        if (is_other_charset(cut(&rest, ';')))
            return err_set(err, ERR_INVALID, "events are UTF-8; send them as that, and say charset=utf-8 or nothing");
    *found = i;
    return 0;
}

static bool is_array(struct span text) {
    size_t i = 0;
    while (i < text.n && memchr(" \t\r\n", text.p[i], 4)) i++;
    return i < text.n && text.p[i] == '[';
}

int post_body_begin(const struct http_request *request, struct service *service, struct post_body *out, struct err *err) {
    static const struct format cloudevents = {.kind = FORMAT_CLOUDEVENTS};
    const char *header = http_header(request, "Content-Type");
    size_t type = 0; /* lines, when nothing is said */
    int code = header && *header ? find_type(header, &type, err) : 0;
    if (!code && !types[type].cloudevents && http_header(request, "ce-specversion"))
        code = err_set(err, ERR_INVALID,
            "CloudEvents are read in structured mode: send the whole event as application/cloudevents+json");
    if (code) return code;
    *out = (struct post_body){.shape = types[type].shape, .elements = {.text = http_body(request)}};
    out->source.name = "http";
    /* No event line begins with a bracket, so an array is known whatever its sender said of it. */
    if (out->shape == POST_LINES && is_array(out->elements.text)) out->shape = POST_ARRAY;
    if (types[type].cloudevents)
        out->source.translator = translator_new(&cloudevents, intake_translate_options(service));
    return 0;
}

static int next_line(struct post_body *body, struct span *record) {
    struct span text = body->elements.text;
    size_t at = body->elements.at;
    if (at >= text.n) return 0;
    const char *newline = memchr(text.p + at, '\n', text.n - at);
    size_t end = newline ? (size_t)(newline - text.p) : text.n;
    *record = (struct span){text.p + at, end - at};
    body->elements.at = end + 1;
    return 1;
}

static int next_whole(struct post_body *body, struct span *record) {
    if (body->elements.at) return 0;
    *record = body->elements.text;
    body->elements.at = body->elements.text.n + 1;
    return 1;
}

/* The journal keeps events as lines. */
static void put_on_one_line(struct post_body *body, struct span *record) {
    bool is_line = !record->n || (!memchr(record->p, '\n', record->n) && !memchr(record->p, '\r', record->n));
    if (is_line) return;
    buf_clear(&body->line);
    elements_compact(&body->line, *record);
    *record = buf_span(&body->line);
}

int post_body_next(struct post_body *body, struct span *record, struct err *err) {
    int code = body->shape == POST_LINES   ? next_line(body, record)
               : body->shape == POST_ARRAY ? elements_next(&body->elements, record, err)
                                           : next_whole(body, record);
    if (code <= 0) return code;
    body->records++;
    if (body->shape != POST_LINES) put_on_one_line(body, record);
    return 1;
}

size_t post_body_done(const struct post_body *body) {
    return body->elements.at;
}

void post_body_fini(struct post_body *body) {
    translator_free(body->source.translator);
    buf_fini(&body->line);
}
