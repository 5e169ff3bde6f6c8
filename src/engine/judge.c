#include "judge.h"

static __int128 ten_to(int digits) {
    __int128 power = 1;
    while (digits-- > 0) power *= 10;
    return power;
}

bool judge_needs_below(const struct target *target) {
    return target->stat == STAT_MIN || target->stat == STAT_MAX || target->stat == STAT_PERCENTILE;
}

static __int128 floor_div(__int128 a, __int128 b) { /* b > 0 */
    __int128 q = a / b;
    return a % b < 0 ? q - 1 : q;
}

/* The largest number in units that is <= the bound (for <= and >) or < the bound (for < and >=). */
int64_t judge_cut(const struct target *target, int digits) {
    __int128 scaled = (__int128)target->bound.units * ten_to(digits);
    __int128 unit = ten_to(target->bound.digits);
    bool inclusive = target->op == AT_MOST || target->op == GREATER;
    __int128 cut = inclusive ? floor_div(scaled, unit) : floor_div(scaled - 1, unit);
    if (cut > INT64_MAX) return INT64_MAX;
    return cut < INT64_MIN ? INT64_MIN : (int64_t)cut;
}

int64_t judge_rank(struct decimal quantile, int64_t n) {
    __int128 whole = 100 * ten_to(quantile.digits);
    __int128 rank = ((__int128)quantile.units * n + whole - 1) / whole;
    return rank < 1 ? 1 : (int64_t)rank;
}

static bool compare(__int128 a, enum comparison op, __int128 b) {
    switch (op) {
    case AT_LEAST: return a >= b;
    case AT_MOST: return a <= b;
    case GREATER: return a > b;
    case LESS: return a < b;
    }
    return false;
}

/* The statistic's number is on the low side of the bound (<= or <, whichever the cut stands for) when enough numbers
 * are at most the cut; `needed` says how many are enough. */
static bool by_rank(enum comparison op, int64_t below, int64_t needed) {
    bool low = below >= needed;
    return op == AT_MOST || op == LESS ? low : !low;
}

static bool holds(const struct target *t, const struct counts *c, int64_t below, int digits) {
    __int128 unit = ten_to(t->bound.digits);
    switch (t->stat) {
    case STAT_MISSED: return compare(c->missed * unit, t->op, t->bound.units);
    case STAT_ATTAINMENT:
        return compare((__int128)c->met * 100 * unit, t->op, (__int128)t->bound.units * (c->met + c->missed));
    case STAT_MEAN:
        return compare(c->sum * unit, t->op, (__int128)t->bound.units * ten_to(digits) * c->durations);
    case STAT_MIN: return by_rank(t->op, below, 1);
    case STAT_MAX: return by_rank(t->op, below, c->durations);
    case STAT_PERCENTILE: return by_rank(t->op, below, judge_rank(t->quantile, c->durations));
    }
    return false;
}

enum verdict judge(
    const struct target *target, const struct counts *counts, int64_t below, int64_t min_count, int digits) {
    int64_t have = target->stat == STAT_ATTAINMENT ? counts->met + counts->missed : counts->durations;
    if (target->stat != STAT_MISSED && have < (min_count > 1 ? min_count : 1)) return VERDICT_OPEN;
    return holds(target, counts, below, digits) ? VERDICT_HOLDS : VERDICT_BREAKS;
}

bool judge_is_at_risk(const struct standard *s, const struct counts *counts, enum verdict verdict) {
    return verdict == VERDICT_HOLDS && judge(s->warn_below, counts, 0, s->min_count, 0) == VERDICT_BREAKS;
}
