#include "service/trial_facts.h"

#include <inttypes.h>
#include "slad/model/duration.h"
#include "slad/model/number.h"
#include "slad/service/trial.h"

/* ---------------------------------------------------------------- comparing */

/* met / counted = units / (100 * 10^digits), without rounding. */
static bool same_share(const struct expected *expected, const struct found *found) {
    __int128 scale = 100;
    for (int i = 0; i < expected->share.digits; i++) scale *= 10;
    return found->met * scale == (__int128)expected->share.units * found->counted;
}

struct found fact_instant(int64_t at_ms) {
    return (struct found){.is_null = at_ms == INSTANT_NEVER, .number = at_ms};
}

bool fact_holds(const struct expected *expected, const struct found *found) {
    if (expected->is_null || found->is_null) return expected->is_null && found->is_null;
    if (expected->kind == EXPECT_SHARE) return same_share(expected, found);
    return expected->number == found->number;
}

/* ---------------------------------------------------------------- in words */

static void add_decimal(struct buf *out, int64_t units, int digits) {
    char text[NUMBER_TEXT_MAX];
    buf_add(out, text, decimal_text(units, digits, text));
}

static void add_number(const struct test_case *test, const struct standard *s,
    const struct expected *expected, int64_t number, struct buf *out) {
    char text[DURATION_TEXT_MAX];
    switch (expected->kind) {
    case EXPECT_COUNT:
    case EXPECT_SHARE: buf_printf(out, "%" PRId64, number); break;
    case EXPECT_MEASURE:
        if (s->is_value)
            add_decimal(out, number, 6);
        else
            buf_add_text(out, duration_text(number, text));
        break;
    case EXPECT_INSTANT: trial_instant(test, number, out); break;
    case EXPECT_WORD:
        buf_add_text(
            out, expected->fact == FACT_STATE ? state_name((enum state)number) : expected_outcomes[number]);
        break;
    }
}

void fact_expected(const struct test_case *test, const struct standard *s, const struct expected *expected,
    struct buf *out) {
    if (expected->is_null) {
        buf_add_text(out, "null");
    } else if (expected->kind == EXPECT_SHARE) {
        add_decimal(out, expected->share.units, expected->share.digits);
        buf_add_char(out, '%');
    } else {
        add_number(test, s, expected, expected->number, out);
    }
}

/* A share that is no short decimal is rounded, and the counts say what it is. */
static void add_share(const struct found *found, struct buf *out) {
    enum { THOUSANDTHS = 100000 };
    __int128 scaled = (__int128)found->met * THOUSANDTHS;
    add_decimal(out, (int64_t)((2 * scaled + found->counted) / (2 * found->counted)), 3);
    buf_printf(out, "%% (%" PRId64 " of %" PRId64 ")", found->met, found->counted);
}

void fact_found(const struct test_case *test, const struct standard *s, const struct expected *expected,
    const struct found *found, struct buf *out) {
    if (found->is_null)
        buf_add_text(out, "null");
    else if (expected->kind == EXPECT_SHARE)
        add_share(found, out);
    else
        add_number(test, s, expected, found->number, out);
}

/* ---------------------------------------------------------------- figures */

/* Rounded to the unit, halves up: a mean seldom is a whole number of milliseconds. */
static int64_t mean_of(const struct figures *f) {
    __int128 twice = 2 * f->sum + f->durations, by = 2 * (__int128)f->durations;
    __int128 mean = twice / by;
    return (int64_t)(twice % by < 0 ? mean - 1 : mean);
}

struct found fact_of_figures(enum expected_fact fact, const struct figures *figures) {
    static const struct figures nothing = {.state = STATE_NO_DATA};
    const struct figures *f = figures ? figures : &nothing;
    int64_t counted = f->met + f->missed;
    bool none = f->durations == 0;
    switch (fact) {
    case FACT_OPEN: return (struct found){.number = f->open};
    case FACT_COUNTED: return (struct found){.number = counted};
    case FACT_MET: return (struct found){.number = f->met};
    case FACT_MISSED: return (struct found){.number = f->missed};
    case FACT_EXCLUDED: return (struct found){.number = f->excluded};
    case FACT_ATTAINMENT: return (struct found){.is_null = counted == 0, .met = f->met, .counted = counted};
    case FACT_MEAN: return (struct found){.is_null = none, .number = none ? 0 : mean_of(f)};
    case FACT_MIN: return (struct found){.is_null = none, .number = f->min};
    case FACT_MAX: return (struct found){.is_null = none, .number = f->max};
    case FACT_STATE: return (struct found){.number = f->state};
    default: return (struct found){.is_null = true};
    }
}
