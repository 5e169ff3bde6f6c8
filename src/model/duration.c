#include "slad/model/duration.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "slad/model/number.h"

struct unit {
    const char *name;
    int64_t ms;
};
static const struct unit units[] = {
    {"ms", 1}, /* before m: the longer name first */
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"d", 24 * 60 * 60 * 1000},
    {"w", 7 * 24 * 60 * 60 * 1000},
};

/* Long enough for every duration a person writes; a sum of fractions is carried out digit by digit in this
 * room. */
enum { TEXT_CAP = 256 };

/* A length of time, exact: whole milliseconds and the decimal digits after them. */
struct exact {
    int64_t ms;
    uint8_t digits[TEXT_CAP];
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const struct unit *unit_at(const char *p, const char *end) {
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i].name);
        if ((size_t)(end - p) >= n && memcmp(p, units[i].name, n) == 0) return &units[i];
    }
    return NULL;
}

/* Adds 0.FRACTION x unit to the sum. */
static void add_fraction(struct exact *sum, struct span fraction, int64_t unit_ms) {
    uint8_t part[TEXT_CAP] = {0};
    int64_t carry = 0;
    for (size_t i = fraction.n; i-- > 0;) {
        carry += (fraction.p[i] - '0') * unit_ms;
        part[i] = (uint8_t)(carry % 10);
        carry /= 10;
    }
    sum->ms += carry;
    int up = 0;
    for (size_t i = TEXT_CAP; i-- > 0;) {
        int digit = sum->digits[i] + part[i] + up;
        sum->digits[i] = (uint8_t)(digit % 10);
        up = digit / 10;
    }
    sum->ms += up;
}

/* Durations beyond DURATION_MAX are DURATION_MAX: no two instants lie further apart. */
static int64_t capped(int64_t ms) {
    return ms < DURATION_MAX ? ms : DURATION_MAX;
}

/* Adds "NUMBER UNIT" at *p to the sum and moves *p past it. */
static int read_part(const char **p, const char *end, struct exact *sum, struct err *err) {
    const char *start = *p;
    int64_t whole = 0;
    for (; *p < end && is_digit(**p); ++*p) whole = capped(whole * 10 + (**p - '0'));
    bool ok = *p > start;
    struct span fraction = {NULL, 0};
    if (ok && *p < end && **p == '.') {
        fraction.p = ++*p;
        while (*p < end && is_digit(**p)) ++*p;
        fraction.n = (size_t)(*p - fraction.p);
        ok = fraction.n > 0;
    }
    if (ok && *p == end) return err_set(err, ERR_INVALID, "a unit is missing: one of ms, s, m, h, d, w");
    const struct unit *unit = ok ? unit_at(*p, end) : NULL;
    if (!unit) return err_set(err, ERR_INVALID, "expected a duration such as 30s, 2m, 1h30m or 1.5h");
    *p += strlen(unit->name);
    sum->ms += whole > DURATION_MAX / unit->ms ? DURATION_MAX : whole * unit->ms;
    add_fraction(sum, fraction, unit->ms);
    sum->ms = capped(sum->ms);
    return 0;
}

int duration_parse(struct span text, int64_t *ms, struct err *err) {
    if (text.n > TEXT_CAP)
        return err_set(err, ERR_INVALID, "a duration of more than %d characters", TEXT_CAP);
    struct exact sum = {0};
    const char *p = text.p, *end = text.n ? text.p + text.n : text.p;
    do {
        int rc = read_part(&p, end, &sum, err);
        if (rc) return rc;
    } while (p < end);
    if (sum.digits[0] >= 5) sum.ms++; /* to the nearest, halves up */
    *ms = capped(sum.ms);
    return 0;
}

const char *duration_text(int64_t ms, char out[DURATION_TEXT_MAX]) {
    uint64_t left = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    size_t used = 0;
    out[0] = '\0';
    if (ms < 0) used = (size_t)snprintf(out, DURATION_TEXT_MAX, "-");
    size_t sign = used;
    for (size_t i = 4; i > 1; i--) { /* d, h, m */
        uint64_t unit = (uint64_t)units[i].ms;
        if (left < unit) continue;
        used += (size_t)snprintf(
            out + used, DURATION_TEXT_MAX - used, "%" PRIu64 "%s", left / unit, units[i].name);
        left %= unit;
    }
    if (left > 0 && left < 1000) {
        snprintf(out + used, DURATION_TEXT_MAX - used, "%dms", (int)left);
    } else if (left || used == sign) {
        char seconds[NUMBER_TEXT_MAX];
        decimal_text((int64_t)left, 3, seconds);
        snprintf(out + used, DURATION_TEXT_MAX - used, "%.6ss", seconds);
    }
    return out;
}
