#include "scan.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* A decimal as written: digits * 10^exponent, as long as all its digits fit. */
struct written {
    uint64_t digits;
    int significant; /* digits after leading zeros; past DIGITS_EXACT `digits` means nothing */
    int exponent;
};

/* Every whole number of 15 digits and every power of ten up to 22 is a double, so one multiplication or
 * division of the two rounds once, as it should (Clinger, "How to read floating point numbers accurately",
 * 1990). */
enum { DIGITS_EXACT = 15, POWER_EXACT = 22, EXPONENT_MAX = 100000 };
static const double powers[POWER_EXACT + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static inline bool is_digit(const char *p, const char *end) {
    return p < end && *p >= '0' && *p <= '9';
}

static const char *take_digits(const char *p, const char *end, struct written *w) {
    for (; is_digit(p, end); p++) {
        if (w->significant < DIGITS_EXACT) w->digits = w->digits * 10 + (uint64_t)(*p - '0');
        w->significant += w->digits != 0;
    }
    return p;
}

static const char *take_exponent(const char *p, const char *end, struct written *w) {
    bool minus = *p == '-';
    int exponent = 0;
    if (*p == '-' || *p == '+') p++;
    for (; is_digit(p, end); p++)
        if (exponent < EXPONENT_MAX) exponent = exponent * 10 + (*p - '0');
    w->exponent += minus ? -exponent : exponent;
    return p;
}

/* The grammar of RFC 8259; scan->p is left where it is broken. */
static int take_written(struct scan *scan, struct written *w) {
    const char *end = scan->end;
    scan->p += *scan->p == '-';
    if (!is_digit(scan->p, end)) return scan_fail(scan, "a digit is expected");
    if (*scan->p == '0' && is_digit(scan->p + 1, end))
        return scan_fail(scan, "a number does not begin with 0 and a digit");
    scan->p = take_digits(scan->p, end, w);
    if (scan->p < end && *scan->p == '.') {
        const char *fraction = ++scan->p;
        if (!is_digit(fraction, end)) return scan_fail(scan, "a digit is expected");
        scan->p = take_digits(fraction, end, w);
        w->exponent = -(int)(scan->p - fraction);
    }
    if (scan->p < end && (*scan->p == 'e' || *scan->p == 'E')) {
        const char *digits = ++scan->p;
        if (digits < end && (*digits == '-' || *digits == '+')) digits++;
        if (!is_digit(digits, end)) {
            scan->p = digits;
            return scan_fail(scan, "a digit is expected");
        }
        scan->p = take_exponent(scan->p, end, w);
    }
    return 0;
}

/* glibc rounds correctly; the copy ends where the number does, else "0x1" would be read further than scanned.
 */
static double by_strtod(struct scan *scan, const char *from) {
    char *copy = scan->scratch + scan->used;
    size_t bytes = (size_t)(scan->p - from);
    memcpy(copy, from, bytes);
    copy[bytes] = '\0';
    return strtod_l(copy, NULL, scan->c_locale);
}

int scan_number(struct scan *scan, double *out) {
    const char *from = scan->p;
    struct written w = {0};
    int rc = take_written(scan, &w);
    if (rc < 0) return rc;
    if (FLT_EVAL_METHOD == 0 && w.significant <= DIGITS_EXACT && abs(w.exponent) <= POWER_EXACT) {
        double number = (double)w.digits;
        number = w.exponent < 0 ? number / powers[-w.exponent] : number * powers[w.exponent];
        *out = *from == '-' ? -number : number;
        return 0;
    }
    double number = by_strtod(scan, from);
    if (!isfinite(number)) return scan_fail_at(scan, from, "a number beyond a double's range");
    *out = number;
    return 0;
}
