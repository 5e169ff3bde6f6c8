/* judge: whether a target holds, in exact arithmetic (docs/STANDARDS.md, "Figures").
 * Owns: nothing.
 * Must not know: where the counts come from, time. */
#ifndef SLAD_ENGINE_JUDGE_H
#define SLAD_ENGINE_JUDGE_H

#include "slad/model/standard.h"

struct counts {
    int64_t met, missed, excluded;
    int64_t durations; /* numbers: durations in ms or values in millionths */
    __int128 sum;
};

enum verdict { VERDICT_HOLDS, VERDICT_BREAKS, VERDICT_OPEN /* too little to judge */ };

/* For targets on min, max and percentiles only one count is needed: how many numbers are at most judge_cut().
 * `digits` is standard_digits(). */
bool judge_needs_below(const struct target *target);
int64_t judge_cut(const struct target *target, int digits);
/* below: how many numbers are at most the cut; ignored where it is not needed. */
enum verdict judge(
    const struct target *target, const struct counts *counts, int64_t below, int64_t min_count, int digits);

/* The rank (from 1) that percentile `quantile` per cent has among n > 0 numbers: ceil(q/100 * n), at least 1. */
int64_t judge_rank(struct decimal quantile, int64_t n);
/* Below `warn_below` while the target it warns of, on which this is the verdict, holds. */
bool judge_is_at_risk(const struct standard *s, const struct counts *counts, enum verdict verdict);

#endif
