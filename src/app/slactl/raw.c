#include "raw.h"

#include "slad/base/utf8.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trimmed(struct span text) {
    while (text.n && is_blank(*text.p)) text.p++, text.n--;
    while (text.n && is_blank(text.p[text.n - 1])) text.n--;
    return text;
}

/* Bytes of the string that begins the text, quotes and all. */
static size_t string_bytes(struct span text) {
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] == '\\')
            i++;
        else if (text.p[i] == '"')
            return i + 1;
    }
    return text.n;
}

/* Bytes up to the first `stop` that is in no string and no brackets, or up to the end. */
static size_t bytes_until(struct span text, char stop) {
    size_t depth = 0, i = 0;
    while (i < text.n) {
        char c = text.p[i];
        if (depth == 0 && c == stop) break;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && depth) depth--;
        i += c == '"' ? string_bytes((struct span){text.p + i, text.n - i}) : 1;
    }
    return i;
}

bool raw_next(struct span *rest, struct span *item) {
    struct span text = trimmed(*rest);
    if (text.n >= 2 &&
        (*text.p == '{' || *text.p == '[')) /* not begun yet; what is left begins with a comma */
        text = trimmed((struct span){text.p + 1, text.n - 2});
    else if (text.n && *text.p == ',')
        text = trimmed((struct span){text.p + 1, text.n - 1});
    if (text.n == 0) return false;
    size_t bytes = bytes_until(text, ',');
    *item = trimmed((struct span){text.p, bytes});
    *rest = (struct span){text.p + bytes, text.n - bytes};
    return true;
}

struct span raw_value(struct span member) {
    size_t colon = bytes_until(member, ':');
    if (colon == member.n) return (struct span){NULL, 0};
    return trimmed((struct span){member.p + colon + 1, member.n - colon - 1});
}

struct span raw_member(struct span object, const char *name) {
    struct span rest = object, member;
    while (raw_next(&rest, &member)) {
        size_t bytes = string_bytes(member);
        if (bytes >= 2 && span_eq((struct span){member.p + 1, bytes - 2}, span_of(name)))
            return raw_value(member);
    }
    return (struct span){NULL, 0};
}

/* DEL, the C1 controls and what turns or breaks lines are allowed raw in JSON, and obeyed by terminals. */
static void add_string(struct buf *out, struct span text) {
    for (const char *p = text.p, *end = text.p + text.n; p < end;) {
        const char *next = p;
        uint32_t code = utf8_next(&next, end);
        bool obeyed = (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E) ||
                      (code >= 0x2066 && code <= 0x2069);
        if (obeyed)
            buf_printf(out, "\\u%04x", (unsigned)code);
        else
            buf_add(out, p, (size_t)(next - p));
        p = next;
    }
}

static void add_line(struct buf *out, size_t depth) {
    buf_add_char(out, '\n');
    for (size_t i = 0; i < depth; i++) buf_add_text(out, "  ");
}

enum layout { LAYOUT_LINES, LAYOUT_ONE_LINE };

static void add_all(struct buf *out, struct span json, enum layout layout) {
    size_t depth = 0;
    char before = '\0';
    json = trimmed(json);
    for (size_t i = 0; i < json.n;) {
        char c = json.p[i];
        bool closes = c == '}' || c == ']', opened = before == '{' || before == '[';
        size_t bytes = c == '"' ? string_bytes((struct span){json.p + i, json.n - i}) : 1;
        if (closes && depth) depth--;
        if (!is_blank(c)) {
            if (layout == LAYOUT_LINES && (before == ',' || opened != closes)) add_line(out, depth);
            add_string(out, (struct span){json.p + i, bytes});
            if (c == ':' && layout == LAYOUT_LINES) buf_add_char(out, ' ');
            before = c;
        }
        if (c == '{' || c == '[') depth++;
        i += bytes;
    }
}

void raw_indent(struct buf *out, struct span json) {
    add_all(out, json, LAYOUT_LINES);
}

void raw_compact(struct buf *out, struct span json) {
    add_all(out, json, LAYOUT_ONE_LINE);
}
