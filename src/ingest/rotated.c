#include "ingest/rotated.h"

#include <ctype.h>
#include "slad/base/span.h"

/* A number or a time: digits, and what stands between them. */
static bool is_age(struct span text) {
    if (span_eq(text, SPAN("old"))) return true;
    if (text.n == 0 || !isdigit((unsigned char)text.p[0])) return false;
    for (size_t i = 0; i < text.n; i++)
        if (!isdigit((unsigned char)text.p[i]) && !memchr("-_.:TZ", text.p[i], 6)) return false;
    return true;
}

static bool is_date(struct span text) {
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) digits += isdigit((unsigned char)text.p[i]) != 0;
    return is_age(text) && digits >= 6;
}

static bool drop_front(struct span *text, struct span front) {
    if (text->n < front.n || memcmp(text->p, front.p, front.n) != 0) return false;
    *text = (struct span){text->p + front.n, text->n - front.n};
    return true;
}

static bool drop_back(struct span *text, struct span back) {
    if (text->n <= back.n || memcmp(text->p + text->n - back.n, back.p, back.n) != 0) return false;
    text->n -= back.n;
    return true;
}

static bool drop_compression(struct span *name) {
    static const char *const endings[] = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".Z", ".zip"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (drop_back(name, span_of(endings[i]))) return true;
    return false;
}

static bool drop_separator(struct span *text, char *separator) {
    if (text->n == 0 || !memchr(".-_", text->p[0], 3)) return false;
    *separator = text->p[0];
    *text = (struct span){text->p + 1, text->n - 1};
    return true;
}

/* "calls.log", "calls.log.1" */
static bool follows_name(struct span base, struct span name) {
    char separator;
    return drop_front(&name, base) && drop_separator(&name, &separator) && is_age(name);
}

/* "calls.log", "calls-20260301.log" */
static bool is_within_name(struct span base, struct span name) {
    char separator;
    const char *dot = memrchr(base.p, '.', base.n);
    if (!dot || dot == base.p) return false;
    struct span stem = {base.p, (size_t)(dot - base.p)}, ending = {dot, base.n - stem.n};
    if (!drop_front(&name, stem) || !drop_back(&name, ending)) return false;
    return drop_separator(&name, &separator) && (separator == '.' ? is_age(name) : is_date(name));
}

enum rotated_kind rotated_name(const char *base, const char *name) {
    struct span of = span_of(base), plain = span_of(name);
    bool compressed = drop_compression(&plain);
    if (!follows_name(of, plain) && !is_within_name(of, plain)) return ROTATED_NOT;
    return compressed ? ROTATED_COMPRESSED : ROTATED_PLAIN;
}
