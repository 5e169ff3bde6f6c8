#include "slad/model/number.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A positive decimal: units x 10^exponent. No locale takes part: digits and exponent are read and written as
 * integers, and there is never a decimal point in what strtod sees. */
struct digits {
    uint64_t units;
    int exponent;
};

static bool reads_back(uint64_t units, int exponent, double number) {
    char text[48];
    snprintf(text, sizeof text, "%" PRIu64 "e%d", units, exponent);
    return strtod(text, NULL) == number;
}

/* The correctly rounded decimal of `precision` digits, 1..17. */
static struct digits rounded(double number, int precision) {
    char text[48];
    snprintf(text, sizeof text, "%.*e", precision - 1, number);
    uint64_t units = 0;
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9') units = units * 10 + (uint64_t)(*p - '0');
    int exponent = *p == 'e' ? (int)strtol(p + 1, NULL, 10) : 0;
    return (struct digits){units, exponent - (precision - 1)};
}

/* The shortest digits that read back, the closest of those. Above a power of two the doubles lie twice as far
 * apart as below it, so the correctly rounded decimal may not read back where its neighbour does (2^-44). */
static struct digits shortest(double number) {
    /* A normal double is told from all others of DBL_DIG digits, so a shorter form shows as zeros at the end.
     */
    int precision = number >= DBL_MIN ? DBL_DIG : 1;
    struct digits found = {0, 0};
    for (; precision <= DBL_DECIMAL_DIG; precision++) {
        found = rounded(number, precision);
        if (reads_back(found.units, found.exponent, number)) break;
        if (reads_back(found.units + 1, found.exponent, number)) {
            found.units++;
            break;
        }
        if (reads_back(found.units - 1, found.exponent, number)) {
            found.units--;
            break;
        }
    }
    for (; found.units && found.units % 10 == 0; found.exponent++) found.units /= 10;
    return found;
}

/* units / 10^scale without needless zeros; scale >= 0. */
static size_t scaled_text(bool negative, uint64_t units, int scale, char out[NUMBER_TEXT_MAX]) {
    for (; scale > 0 && units % 10 == 0; scale--) units /= 10;
    char backwards[NUMBER_TEXT_MAX];
    size_t n = 0, size = 0;
    uint64_t left = units;
    for (int place = 0; left || place <= scale; place++, left /= 10) {
        if (place && place == scale) backwards[n++] = '.';
        backwards[n++] = (char)('0' + left % 10);
    }
    if (negative && units) backwards[n++] = '-';
    while (n) out[size++] = backwards[--n];
    out[size] = '\0';
    return size;
}

size_t number_text(double number, char out[NUMBER_TEXT_MAX]) {
    if (number == floor(number)) /* whole: its exact value, also beyond 2^53; + 0.0 takes the sign off zero */
        return (size_t)snprintf(out, NUMBER_TEXT_MAX, "%.0f", number + 0.0);
    struct digits digits = shortest(fabs(number));
    /* Doubles that are not whole are below 2^53, where whole numbers are their own shortest form. */
    return scaled_text(number < 0, digits.units, -digits.exponent, out);
}

int64_t number_micro(double number) {
    assert(fabs(number) <= 1e9);
    enum { MICRO_DIGITS = 6, TOO_SMALL = 18 };
    int64_t whole = (int64_t)number;
    if ((double)whole == number) return whole * 1000000; /* nearly all are: a tenth of a replay's time is saved */
    struct digits digits = shortest(fabs(number));
    int64_t units = (int64_t)digits.units; /* at most 17 digits */
    int exponent = digits.exponent + MICRO_DIGITS;
    if (exponent < -TOO_SMALL) return 0; /* less than half a millionth, whatever its sign */
    for (; exponent > 0; exponent--) units *= 10;
    int64_t divisor = 1;
    for (; exponent < 0; exponent++) divisor *= 10;
    /* floor(units / divisor + 1/2) = floor((2 units + divisor) / (2 divisor)) */
    int64_t numerator = (number < 0 ? -2 * units : 2 * units) + divisor;
    int64_t quotient = numerator / (2 * divisor);
    return numerator % (2 * divisor) < 0 ? quotient - 1 : quotient;
}

static int bad_decimal(struct err *err) {
    return err_set(err, ERR_INVALID, "expected a plain number such as 95 or 99.9");
}

int decimal_parse(struct span text, struct decimal *out, struct err *err) {
    enum { DIGITS_MAX = 18, FRACTION_MAX = 9 }; /* units fit in 63 bits; contract of struct decimal */
    bool negative = text.n && text.p[0] == '-';
    size_t at = negative, point = 0;
    int64_t units = 0;
    int count = 0;
    bool has_point = false;
    for (; at < text.n; at++) {
        char c = text.p[at];
        if (c == '.' && count && !has_point) {
            has_point = true;
            point = at;
            continue;
        }
        if (c < '0' || c > '9') return bad_decimal(err);
        if (++count > DIGITS_MAX)
            return err_set(err, ERR_INVALID, "a number of more than %d digits", DIGITS_MAX);
        units = units * 10 + (c - '0');
    }
    size_t fraction = has_point ? text.n - point - 1 : 0;
    if (!count || (has_point && !fraction)) return bad_decimal(err);
    if (fraction > FRACTION_MAX)
        return err_set(err, ERR_INVALID, "a number with more than %d digits after the point", FRACTION_MAX);
    *out = (struct decimal){negative ? -units : units, (int)fraction};
    return 0;
}

int decimal_cmp(struct decimal a, struct decimal b) {
    __int128 x = a.units, y = b.units;
    for (int i = a.digits; i < b.digits; i++) x *= 10;
    for (int i = b.digits; i < a.digits; i++) y *= 10;
    return (x > y) - (x < y);
}

size_t decimal_text(int64_t units, int digits, char out[NUMBER_TEXT_MAX]) {
    uint64_t size = units < 0 ? -(uint64_t)units : (uint64_t)units;
    return scaled_text(units < 0, size, digits, out);
}
