/* Patterns tell values apart only by the literals in them. So it is enough to try those, a number in each gap
 * between them, both truth values, nothing, and one text that is none of the literals, of which a glob may
 * hold or not. */
#include "conf/satisfy.h"

#include <math.h>
#include <stdlib.h>

#include "slad/base/mem.h"

enum { LITERALS_MAX = 500 }; /* each is tried on each: above, nothing is claimed */

enum answer { NO, MAYBE, YES };

struct literals {
    struct value *list;
    size_t count, capacity;
};

static void add(struct literals *literals, struct value value) {
    literals->list = mem_grow(literals->list, &literals->capacity, literals->count + 1, sizeof value);
    literals->list[literals->count++] = value;
}

static void collect(struct literals *literals, const struct pattern *p) {
    for (size_t i = 0; i < p->part_count && literals->count <= LITERALS_MAX; i++)
        collect(literals, &p->parts[i]);
    if (p->kind == PATTERN_EQUALS || p->kind == PATTERN_AT_LEAST || p->kind == PATTERN_AT_MOST)
        add(literals, p->value);
}

/* ---- does it fit */

static enum answer sure(bool fits) {
    return fits ? YES : NO;
}

static bool equal(const struct value *a, const struct value *b) {
    if (a->kind != b->kind) return false;
    if (a->kind == VALUE_BOOL) return a->truth == b->truth;
    if (a->kind == VALUE_NUMBER) return a->number >= b->number && a->number <= b->number;
    return a->kind == VALUE_NULL || span_eq(a->text, b->text);
}

/* value == NULL: a text that is none of the literals. */
static enum answer fits(const struct pattern *p, const struct value *value) {
    enum answer all = YES, any = NO;
    for (size_t i = 0; i < p->part_count; i++) {
        enum answer part = fits(&p->parts[i], value);
        all = part < all ? part : all;
        any = part > any ? part : any;
    }
    switch (p->kind) {
    case PATTERN_ANY: return any;
    case PATTERN_ALL: return all;
    case PATTERN_NOT: return all == YES ? NO : all == NO ? YES : MAYBE;
    case PATTERN_EQUALS: return value ? sure(equal(value, &p->value)) : NO;
    case PATTERN_EXISTS: return sure((value && value->kind == VALUE_NULL) != p->value.truth);
    case PATTERN_GLOB:
        if (!value) return MAYBE;
        return sure(value->kind == VALUE_TEXT && glob_matches(p->value.text, value->text));
    case PATTERN_AT_LEAST:
        return sure(value && value->kind == VALUE_NUMBER && value->number >= p->value.number);
    case PATTERN_AT_MOST:
        return sure(value && value->kind == VALUE_NUMBER && value->number <= p->value.number);
    }
    return MAYBE;
}

bool satisfy_absent(const struct pattern *pattern) {
    struct value absent = value_null();
    return fits(pattern, &absent) != NO;
}

/* ---- trying */

static bool can_be(const struct pattern *a, const struct pattern *b, const struct value *value) {
    return fits(a, value) != NO && (!b || fits(b, value) != NO);
}

static int by_number(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In each gap between the numbers, and beyond both ends. */
static bool can_be_between(const struct pattern *a, const struct pattern *b, double *numbers, size_t count) {
    struct value value = value_number(0);
    if (count == 0) return can_be(a, b, &value);
    qsort(numbers, count, sizeof *numbers, by_number);
    for (size_t i = 0; i + 1 < count; i++) {
        value = value_number(numbers[i] / 2 + numbers[i + 1] / 2);
        if (can_be(a, b, &value)) return true;
    }
    value = value_number(nextafter(numbers[0], -HUGE_VAL));
    if (isfinite(value.number) && can_be(a, b, &value)) return true;
    value = value_number(nextafter(numbers[count - 1], HUGE_VAL));
    return isfinite(value.number) && can_be(a, b, &value);
}

static bool try_all(const struct pattern *a, const struct pattern *b, const struct literals *literals) {
    struct value absent = value_null(), yes = value_bool(true), no = value_bool(false);
    if (can_be(a, b, &absent) || can_be(a, b, &yes) || can_be(a, b, &no) || can_be(a, b, NULL)) return true;
    double *numbers = mem_alloc((literals->count + 1) * sizeof *numbers);
    size_t count = 0;
    bool found = false;
    for (size_t i = 0; i < literals->count && !found; i++) {
        found = can_be(a, b, &literals->list[i]);
        if (literals->list[i].kind == VALUE_NUMBER) numbers[count++] = literals->list[i].number;
    }
    found = found || can_be_between(a, b, numbers, count);
    free(numbers);
    return found;
}

bool satisfy_both(const struct pattern *a, const struct pattern *b) {
    struct literals literals = {0};
    collect(&literals, a);
    if (b) collect(&literals, b);
    bool can = literals.count > LITERALS_MAX || try_all(a, b, &literals);
    free(literals.list);
    return can;
}
