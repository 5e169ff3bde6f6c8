#include "headroom.h"

static bool can_tell(const struct target *t) {
    return t->stat == STAT_ATTAINMENT || t->stat == STAT_MISSED || t->stat == STAT_PERCENTILE;
}

/* The verdict once there are so many more of one kind: it changes sides at most once as they grow. */
static enum verdict with_more(const struct headroom_of *of, int64_t more, bool good) {
    struct counts counts = *of->counts;
    bool low_is_good = of->target->op == AT_MOST || of->target->op == LESS;
    *(good ? &counts.met : &counts.missed) += more;
    counts.durations += more;
    int64_t below = of->below + (low_is_good == good ? more : 0);
    return judge(of->target, &counts, below, of->min_count, of->digits);
}

/* The least number of such at which the verdict is `wanted`; HEADROOM_NONE: it never is. */
static int64_t first_with(const struct headroom_of *of, bool good, enum verdict wanted) {
    int64_t low = 0, high = 1; /* at low it is not */
    while (with_more(of, high, good) != wanted) {
        if (high >= HEADROOM_MAX) return HEADROOM_NONE;
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        *(with_more(of, middle, good) == wanted ? &high : &low) = middle;
    }
    return high;
}

int64_t headroom(const struct headroom_of *of) {
    if (!can_tell(of->target) || with_more(of, 0, false) != VERDICT_HOLDS) return HEADROOM_NONE;
    int64_t breaks = first_with(of, false, VERDICT_BREAKS);
    return breaks == HEADROOM_NONE ? HEADROOM_NONE : breaks - 1;
}

int64_t recover(const struct headroom_of *of) {
    if (!can_tell(of->target) || with_more(of, 0, true) != VERDICT_BREAKS) return HEADROOM_NONE;
    return first_with(of, true, VERDICT_HOLDS);
}
