#include "slad/wire/elements.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blank(struct elements *e) {
    while (e->at < e->text.n && is_blank(e->text.p[e->at])) e->at++;
}

/* Just past the string that begins here, or the end of the text. */
static size_t past_string(struct span text, size_t at) {
    for (at++; at < text.n; at++) {
        if (text.p[at] == '\\')
            at++;
        else if (text.p[at] == '"')
            return at + 1;
    }
    return text.n;
}

/* The comma or bracket that ends the element, or the end of the text. */
static size_t end_of_element(struct span text, size_t at) {
    size_t depth = 0;
    while (at < text.n) {
        char c = text.p[at];
        if (depth == 0 && (c == ',' || c == ']')) break;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && depth) depth--;
        at = c == '"' ? past_string(text, at) : at + 1;
    }
    return at;
}

static int wrong(struct elements *e, const char *problem, struct err *err) {
    e->ended = true;
    return err_set(err, ERR_INVALID, "byte %zu: %s", e->at + 1, problem);
}

static int begin(struct elements *e, struct err *err) {
    skip_blank(e);
    if (e->at == e->text.n || e->text.p[e->at] != '[') return wrong(e, "an array is expected", err);
    e->at++;
    return 0;
}

static int finish(struct elements *e, struct err *err) {
    e->at++;
    e->ended = true;
    skip_blank(e);
    return e->at == e->text.n ? 0 : wrong(e, "something follows the array", err);
}

int elements_next(struct elements *e, struct span *out, struct err *err) {
    if (e->ended) return 0;
    if (e->count == 0) {
        int code = begin(e, err);
        if (code) return code;
        skip_blank(e);
        if (e->at < e->text.n && e->text.p[e->at] == ']') return finish(e, err);
    } else if (e->text.p[e->at] == ']') {
        return finish(e, err);
    } else {
        e->at++; /* the comma */
        skip_blank(e);
    }
    size_t from = e->at, end = end_of_element(e->text, from);
    if (end == e->text.n) return wrong(e, "the array ends within this element", err);
    e->at = end;
    e->count++;
    while (end > from && is_blank(e->text.p[end - 1])) end--;
    *out = (struct span){e->text.p + from, end - from};
    return 1;
}

void elements_compact(struct buf *out, struct span element) {
    for (size_t i = 0; i < element.n;) {
        size_t end = i + 1;
        if (element.p[i] == '"') end = past_string(element, i);
        if (end > element.n) end = element.n;
        if (!is_blank(element.p[i])) buf_add(out, element.p + i, end - i);
        i = end;
    }
}
