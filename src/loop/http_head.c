/* Strict where two readings of the same bytes could differ (lengths, folded lines, spaces in names), because
 * a proxy in front of us may take the other one. */
#include "http_head.h"

#include <strings.h>

static int refuse(int status, const char *text, const char **why) {
    *why = text;
    return status;
}

size_t http_head_size(struct span data) {
    if (!data.n) return 0;
    const char *p = data.p, *end = data.p + data.n;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        p++;
        if (p < end && *p == '\n') return (size_t)(p + 1 - data.p);
        if (end - p >= 2 && p[0] == '\r' && p[1] == '\n') return (size_t)(p + 2 - data.p);
    }
    return 0;
}

struct span http_line(struct span *text) {
    const char *newline = text->n ? memchr(text->p, '\n', text->n) : NULL;
    struct span line = {text->p, newline ? (size_t)(newline - text->p) : text->n};
    size_t used = newline ? line.n + 1 : line.n;
    text->p += used;
    text->n -= used;
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    return line;
}

static bool is_token(struct span s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c)) return false;
    }
    return s.n > 0;
}

static bool has_control(struct span s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) return true;
    }
    return false;
}

static struct span trim(struct span s) {
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) s.p++, s.n--;
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) s.n--;
    return s;
}

int http_fields_parse(struct span lines, struct arena *arena, struct http_fields *out, const char **why) {
    struct http_fields fields = {arena_alloc(arena, HTTP_FIELDS_MAX * sizeof *fields.all), 0};
    while (lines.n) {
        struct span line = http_line(&lines);
        if (line.n == 0) break;
        const char *colon = memchr(line.p, ':', line.n);
        if (!colon) return refuse(400, "a header line without a colon", why);
        struct span name = {line.p, (size_t)(colon - line.p)};
        struct span value = {colon + 1, line.n - name.n - 1};
        if (!is_token(name))
            return refuse(400, "a header's name is not one word right before the colon", why);
        if (has_control(value)) return refuse(400, "a control character in a header", why);
        if (fields.count == HTTP_FIELDS_MAX) return refuse(431, "more than 100 headers", why);
        fields.all[fields.count++] =
            (struct http_field){arena_text(arena, name), arena_text(arena, trim(value))};
    }
    *out = fields;
    return 0;
}

const char *http_field_find(const struct http_fields *fields, const char *name) {
    for (size_t i = 0; i < fields->count; i++)
        if (strcasecmp(fields->all[i].name, name) == 0) return fields->all[i].value;
    return NULL;
}

static size_t count_of(const struct http_fields *fields, const char *name) {
    size_t count = 0;
    for (size_t i = 0; i < fields->count; i++) count += strcasecmp(fields->all[i].name, name) == 0;
    return count;
}

bool http_field_has(const struct http_fields *fields, const char *name, const char *word) {
    for (size_t i = 0; i < fields->count; i++) {
        if (strcasecmp(fields->all[i].name, name) != 0) continue;
        const char *p = fields->all[i].value;
        while (*p) {
            size_t n = strcspn(p, ",");
            struct span item = trim((struct span){p, n});
            if (item.n == strlen(word) && strncasecmp(item.p, word, item.n) == 0) return true;
            p += n + (p[n] == ',');
        }
    }
    return false;
}

static bool parse_length(const char *text, uint64_t *out) {
    uint64_t n = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 18; digits++)
        n = n * 10 + (uint64_t)(text[digits] - '0');
    if (digits == 0 || text[digits] != '\0') return false;
    *out = n;
    return true;
}

int http_framing_of(
    const struct http_fields *headers, enum http_framing *framing, uint64_t *length, const char **why) {
    const char *coding = http_field_find(headers, "transfer-encoding");
    const char *size = http_field_find(headers, "content-length");
    if (coding && size) return refuse(400, "both Transfer-Encoding and Content-Length", why);
    if (count_of(headers, "content-length") > 1) return refuse(400, "more than one Content-Length", why);
    if (coding) {
        if (strcasecmp(coding, "chunked") != 0 || count_of(headers, "transfer-encoding") > 1)
            return refuse(501, "a Transfer-Encoding other than chunked", why);
        *framing = HTTP_CHUNKED;
    } else if (size) {
        if (!parse_length(size, length)) return refuse(400, "Content-Length is not a number of bytes", why);
        *framing = HTTP_LENGTH;
    } else {
        *framing = HTTP_NO_BODY;
    }
    return 0;
}

static int parse_version(struct span version, int *minor, const char **why) {
    if (span_eq(version, SPAN("HTTP/1.1")))
        *minor = 1;
    else if (span_eq(version, SPAN("HTTP/1.0")))
        *minor = 0;
    else if (version.n == 8 && memcmp(version.p, "HTTP/", 5) == 0)
        return refuse(505, "expected HTTP/1.1 or HTTP/1.0", why);
    else
        return refuse(400, "the request line does not end with HTTP/1.1", why);
    return 0;
}

static int parse_request_line(
    struct span line, struct arena *arena, struct http_head *head, const char **why) {
    const char *first = line.n ? memchr(line.p, ' ', line.n) : NULL;
    const char *last = line.n ? memrchr(line.p, ' ', line.n) : NULL;
    if (!first || first == last) return refuse(400, "expected a line of method, target and version", why);
    struct span method = {line.p, (size_t)(first - line.p)};
    struct span target = {first + 1, (size_t)(last - first - 1)};
    struct span version = {last + 1, (size_t)(line.p + line.n - last - 1)};
    int status = parse_version(version, &head->minor, why);
    if (status) return status;
    if (!is_token(method)) return refuse(400, "the method is not a word", why);
    head->method = arena_text(arena, method);
    return http_target_parse(target, arena, head, why);
}

int http_head_parse(struct span text, struct arena *arena, struct http_head *out, const char **why) {
    struct http_head head = {0};
    int status = parse_request_line(http_line(&text), arena, &head, why);
    if (!status) status = http_fields_parse(text, arena, &head.headers, why);
    if (!status) status = http_framing_of(&head.headers, &head.framing, &head.length, why);
    if (status) return status;
    size_t hosts = count_of(&head.headers, "host");
    if (hosts > 1 || (hosts == 0 && head.minor == 1))
        return refuse(400, "expected exactly one Host header", why);
    head.keep_alive = head.minor == 1 ? !http_field_has(&head.headers, "connection", "close")
                                      : http_field_has(&head.headers, "connection", "keep-alive");
    head.expects_continue = head.minor == 1 && http_field_has(&head.headers, "expect", "100-continue");
    *out = head;
    return 0;
}
