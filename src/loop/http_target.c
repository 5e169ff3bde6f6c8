#include "http_head.h"

#include <strings.h>
#include "slad/base/utf8.h"

static int refuse(const char *text, const char **why) {
    *why = text;
    return 400;
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* NULL when a '%' is not followed by two hexadecimal digits, or the result is not UTF-8 or holds a NUL (it
 * would end the text early for some readers and not for others). A '+' is a space in a query only, as forms
 * have it. */
static const char *decode(struct span s, bool in_query, struct arena *arena) {
    char *text = arena_alloc(arena, s.n + 1), *to = text;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            if (s.n - i < 3 || hex(s.p[i + 1]) < 0 || hex(s.p[i + 2]) < 0) return NULL;
            c = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
            i += 2;
        } else if (c == '+' && in_query) {
            c = ' ';
        }
        if (c == '\0') return NULL;
        *to++ = c;
    }
    *to = '\0';
    return utf8_valid((struct span){text, (size_t)(to - text)}) ? text : NULL;
}

static struct span cut(struct span *rest, char at) {
    const char *found = rest->n ? memchr(rest->p, at, rest->n) : NULL;
    struct span head = {rest->p, found ? (size_t)(found - rest->p) : rest->n};
    size_t used = found ? head.n + 1 : head.n;
    rest->p += used;
    rest->n -= used;
    return head;
}

static int parse_query(struct span query, struct arena *arena, struct http_fields *out, const char **why) {
    struct http_fields params = {arena_alloc(arena, HTTP_FIELDS_MAX * sizeof *params.all), 0};
    while (query.n) {
        struct span value = cut(&query, '&');
        if (value.n == 0) continue;
        struct span name = cut(&value, '=');
        if (params.count == HTTP_FIELDS_MAX) return refuse("more than 100 parameters", why);
        struct http_field *param = &params.all[params.count++];
        param->name = decode(name, true, arena);
        param->value = decode(value, true, arena);
        if (!param->name || !param->value) return refuse("a parameter is not %-encoded UTF-8", why);
    }
    *out = params;
    return 0;
}

/* A client that speaks to a proxy sends the whole URL; only its path is for us. */
static struct span without_origin(struct span target) {
    if (target.n < 7 || strncasecmp(target.p, "http://", 7) != 0) return target;
    for (size_t i = 7; i < target.n; i++)
        if (target.p[i] == '/' || target.p[i] == '?') return (struct span){target.p + i, target.n - i};
    return SPAN("/");
}

int http_target_parse(struct span target, struct arena *arena, struct http_head *out, const char **why) {
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f)
            return refuse("a space or control character in the target", why);
    struct span rest = without_origin(target);
    bool has_fragment = rest.n && memchr(rest.p, '#', rest.n);
    struct span path = cut(&rest, '?');
    if (path.n == 0 && target.n != 0 && rest.n) path = SPAN("/"); /* http://host?query */
    if (has_fragment || path.n == 0 || (path.p[0] != '/' && !span_eq(path, SPAN("*"))))
        return refuse("the target is not a path that begins with '/'", why);
    out->path = decode(path, false, arena);
    if (!out->path) return refuse("the path is not %-encoded UTF-8", why);
    return parse_query(rest, arena, &out->params, why);
}
