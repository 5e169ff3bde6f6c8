#include "conf/yaml_core.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static bool is_one_of(struct span text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (span_eq(text, span_of(words[i]))) return true;
    return false;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p) {
    while (is_digit(*p)) p++;
    return p;
}

static bool is_all_of(const char *p, const char *set) {
    return *p && p[strspn(p, set)] == '\0';
}

/* 0o17 and 0x1F; neither takes a sign. */
static bool is_based(const char *p) {
    if (p[0] != '0') return false;
    return (p[1] == 'o' && is_all_of(p + 2, "01234567")) ||
           (p[1] == 'x' && is_all_of(p + 2, "0123456789abcdefABCDEF"));
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? : the schema's integers are among these.
 */
static bool is_decimal(const char *p) {
    if (*p == '-' || *p == '+') p++;
    const char *whole_end = skip_digits(p);
    bool has_whole = whole_end > p;
    p = whole_end;
    if (*p == '.') {
        const char *end = skip_digits(p + 1);
        if (!has_whole && end == p + 1) return false;
        p = end;
    } else if (!has_whole) {
        return false;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '-' || *p == '+') p++;
        if (!is_digit(*p)) return false;
        p = skip_digits(p);
    }
    return *p == '\0';
}

enum core_kind core_kind(const struct node *scalar) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const truths[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    if (!scalar->plain) return CORE_TEXT;
    if (is_one_of(scalar->text, nulls, sizeof nulls / sizeof *nulls)) return CORE_NULL;
    if (is_one_of(scalar->text, truths, sizeof truths / sizeof *truths)) return CORE_BOOL;
    return is_based(scalar->text.p) || is_decimal(scalar->text.p) ? CORE_NUMBER : CORE_TEXT;
}

bool core_truth(const struct node *scalar) {
    return scalar->text.p[0] == 't' || scalar->text.p[0] == 'T';
}

int core_number(const struct node *scalar, double *out) {
    const char *text = scalar->text.p;
    double number;
    if (is_based(text) && text[1] == 'o') {
        errno = 0;
        number = (double)strtoull(text + 2, NULL, 8);
        if (errno) return ERR_INVALID;
    } else {
        number = strtod(text, NULL); /* reads 0x1F, and every decimal the schema has */
    }
    if (!isfinite(number)) return ERR_INVALID;
    *out = number;
    return 0;
}

int core_whole(const struct node *scalar, int64_t *out) {
    const char *p = scalar->text.p;
    if (*p == '-' || *p == '+') p++;
    if (!is_all_of(p, "0123456789")) return ERR_INVALID;
    errno = 0;
    long long number = strtoll(scalar->text.p, NULL, 10);
    if (errno) return ERR_INVALID;
    *out = number;
    return 0;
}
