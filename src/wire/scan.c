#include "scan.h"

/* Places count from 1, as editors do. */
int scan_fail_at(struct scan *scan, const char *at, const char *problem) {
    return err_set(scan->err, ERR_INVALID, "byte %zu: %s", (size_t)(at - scan->start) + 1, problem);
}

int scan_fail(struct scan *scan, const char *problem) {
    size_t place = (size_t)(scan->p - scan->start) + 1;
    if (scan->p == scan->end)
        return err_set(scan->err, ERR_INVALID, "byte %zu: %s, but the text ends there", place, problem);
    unsigned char there = (unsigned char)*scan->p;
    return err_set(scan->err, ERR_INVALID,
        there > ' ' && there <= '~' ? "byte %zu: %s, not %c" : "byte %zu: %s, not \\x%02x", place, problem,
        there);
}

void scan_space(struct scan *scan) {
    const char *p = scan->p;
    while (p < scan->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    scan->p = p;
}

static bool take(struct scan *scan, char c) {
    if (scan->p == scan->end || *scan->p != c) return false;
    scan->p++;
    return true;
}

static int not_opened(struct scan *scan, char bracket) {
    if (scan->end - scan->p >= 3 && memcmp(scan->p, "\xEF\xBB\xBF", 3) == 0)
        return scan_fail_at(scan, scan->p, "a byte order mark stands there: save the file without it");
    return scan_fail(scan, bracket == '{' ? "an object is expected" : "an array is expected");
}

int scan_open(struct scan *scan, char bracket) {
    if (!take(scan, bracket)) return not_opened(scan, bracket);
    if (++scan->depth > scan->depth_max)
        return err_set(scan->err, ERR_LIMIT, "byte %zu: nested more than %d deep",
            (size_t)(scan->p - scan->start), scan->depth_max);
    return 0;
}

int scan_member(struct scan *scan, bool *first, struct span *key) {
    scan_space(scan);
    if (take(scan, '}')) {
        scan->depth--;
        return 0;
    }
    if (!*first) {
        if (!take(scan, ',')) return scan_fail(scan, "',' or '}' is expected");
        scan_space(scan);
    }
    if (scan->p == scan->end || *scan->p != '"') return scan_fail(scan, "a key in quotes is expected");
    int rc = scan_string(scan, key);
    if (rc < 0) return rc;
    scan_space(scan);
    if (!take(scan, ':')) return scan_fail(scan, "':' is expected");
    scan_space(scan);
    *first = false;
    return 1;
}

static int skip_object(struct scan *scan) {
    int rc = scan_open(scan, '{');
    bool first = true;
    while (rc >= 0) {
        struct span key;
        struct scan_value value;
        if ((rc = scan_member(scan, &first, &key)) <= 0) break;
        rc = scan_value(scan, &value);
    }
    return rc;
}

static int skip_array(struct scan *scan) {
    int rc = scan_open(scan, '[');
    if (rc < 0) return rc;
    scan_space(scan);
    if (take(scan, ']')) {
        scan->depth--;
        return 0;
    }
    do {
        struct scan_value value;
        scan_space(scan);
        if ((rc = scan_value(scan, &value)) < 0) return rc;
        scan_space(scan);
    } while (take(scan, ','));
    if (!take(scan, ']')) return scan_fail(scan, "',' or ']' is expected");
    scan->depth--;
    return 0;
}

static int skip_nested(struct scan *scan, struct scan_value *out) {
    const char *from = scan->p;
    int rc = *from == '{' ? skip_object(scan) : skip_array(scan);
    if (rc < 0) return rc;
    *out = (struct scan_value){.nested = {from, (size_t)(scan->p - from)}};
    return 0;
}

static int scan_word(struct scan *scan, struct span word, struct value value, struct scan_value *out) {
    if ((size_t)(scan->end - scan->p) < word.n || memcmp(scan->p, word.p, word.n) != 0)
        return scan_fail(scan, "a value is expected");
    scan->p += word.n;
    *out = (struct scan_value){.scalar = value};
    return 0;
}

static bool is_number(const struct scan *scan) {
    return scan->p < scan->end && (*scan->p == '-' || (*scan->p >= '0' && *scan->p <= '9'));
}

int scan_value(struct scan *scan, struct scan_value *out) {
    int rc;
    struct span text;
    double number;
    switch (scan->p < scan->end ? *scan->p : '\0') {
    case '"':
        if ((rc = scan_string(scan, &text)) < 0) return rc;
        *out = (struct scan_value){.scalar = value_text(text)};
        return 0;
    case '{':
    case '[': return skip_nested(scan, out);
    case 't': return scan_word(scan, SPAN("true"), value_bool(true), out);
    case 'f': return scan_word(scan, SPAN("false"), value_bool(false), out);
    case 'n': return scan_word(scan, SPAN("null"), value_null(), out);
    default:
        if (!is_number(scan)) return scan_fail(scan, "a value is expected");
        if ((rc = scan_number(scan, &number)) < 0) return rc;
        *out = (struct scan_value){.scalar = value_number(number)};
        return 0;
    }
}

int scan_finish(struct scan *scan) {
    scan_space(scan);
    return scan->p == scan->end ? 0 : scan_fail_at(scan, scan->p, "something follows where it should end");
}
