#include "warn.h"

/* ---------------------------------------------------------------- on the clock */

static int64_t ceil_share(struct decimal share, int64_t ms) {
    __int128 whole = 100;
    for (int i = 0; i < share.digits; i++) whole *= 10;
    return (int64_t)(((__int128)share.units * ms + whole - 1) / whole);
}

int64_t warn_elapsed(const struct warn_rule *rule, int64_t limit) {
    if (limit <= rule->left_ms) return INSTANT_NEVER;
    int64_t elapsed = rule->left_ms ? limit - rule->left_ms : ceil_share(rule->share, limit);
    return elapsed < limit ? elapsed : INSTANT_NEVER;
}

/* The length of what is warned of: the limit, or the time to a promised instant; 0: there is none. */
static int64_t limit_of_cycle(const struct cycle *c) {
    if (c->limit_kind == LIMIT_NONE || c->limit_ms == INSTANT_NEVER) return 0;
    return c->limit_kind == LIMIT_AT ? c->limit_ms - c->start : c->limit_ms;
}

/* A promise by an instant is measured by the wall clock, as pauses and calendars do not move it. */
static int64_t clock_at(const struct cycle *c, int64_t at) {
    return c->limit_kind == LIMIT_AT ? at - c->start : cycle_elapsed(c, at);
}

int64_t warn_at(const struct cycle *c, const struct warn_rule *rule) {
    int64_t limit = limit_of_cycle(c), elapsed = limit > 0 ? warn_elapsed(rule, limit) : INSTANT_NEVER;
    if (elapsed == INSTANT_NEVER) return INSTANT_NEVER;
    int64_t at = c->start + elapsed;
    if (c->limit_kind == LIMIT_ELAPSED) {
        int64_t last_below = cycle_runs_through(c, elapsed - 1); /* elapsed grows by no more than 1 a millisecond */
        if (last_below == INSTANT_NEVER) return INSTANT_NEVER;
        at = last_below + 1;
    }
    return at > c->since ? at : c->since;
}

/* ---------------------------------------------------------------- which */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

unsigned warn_reached(const struct standard *s, const struct cycle *c, int64_t before) {
    int64_t limit = limit_of_cycle(c);
    if (limit <= 0) return 0;
    before = least(before, c->end);
    if (c->outcome != OUTCOME_NONE) before = least(before, c->decided);
    if (before <= c->start) return 0;
    int64_t clock = clock_at(c, before - 1);
    unsigned reached = 0;
    for (size_t i = 0; i < s->warning_count; i++)
        if (warn_elapsed(&s->warnings[i], limit) <= clock) reached |= 1u << i;
    return reached;
}

size_t warn_furthest(const struct standard *s, const struct cycle *c, unsigned among) {
    int64_t limit = limit_of_cycle(c), most = -1;
    size_t furthest = WARNINGS_MAX;
    for (size_t i = 0; i < s->warning_count; i++) {
        int64_t elapsed = among >> i & 1 ? warn_elapsed(&s->warnings[i], limit) : -1;
        if (elapsed <= most) continue;
        most = elapsed;
        furthest = i;
    }
    return furthest;
}

int64_t warn_fires(const struct standard *s, const struct cycle *c, int64_t held) {
    int64_t first = INSTANT_NEVER;
    if (!cycle_runs(c) || c->outcome != OUTCOME_NONE || cycle_due(c) < held) return first;
    if (c->warn_again) return c->start;
    for (size_t i = 0; i < s->warning_count; i++)
        if (!(c->warned >> i & 1)) first = least(first, warn_at(c, &s->warnings[i]));
    return first == INSTANT_NEVER ? first : first + 1; /* who ends at that very instant is not warned of */
}

/* ---------------------------------------------------------------- taking note */

size_t warn_note(const struct standard *s, struct cycle *c, int64_t held) {
    bool again = c->warn_again;
    if (cycle_due(c) < held) return WARNINGS_MAX;
    unsigned reached = warn_reached(s, c, held), news = again ? reached : reached & ~(unsigned)c->warned;
    size_t furthest = warn_furthest(s, c, reached);
    c->warned = (uint8_t)(c->warned | reached);
    c->warn_again = false;
    return furthest < WARNINGS_MAX && news >> furthest & 1 ? furthest : WARNINGS_MAX;
}

static void keep(const struct standard *s, struct cycle *c, unsigned known, bool anew, int64_t before) {
    unsigned kept = known & warn_reached(s, c, before);
    c->warned = (uint8_t)kept;
    c->warn_again = kept && (anew || kept != known);
}

void warn_keep(const struct standard *s, struct cycle *c, enum outcome was, int64_t before) {
    if (c->warned) keep(s, c, c->warned, c->warn_again || was != OUTCOME_NONE, before);
}

void warn_carry(const struct standard *s, struct cycle *c, const struct track *before, int64_t held) {
    if (!s->warning_count) return;
    bool decided = c->outcome != OUTCOME_NONE || !cycle_runs(c);
    bool same = before && before->exists && before->cycle.start == c->start && before->cycle.nth == c->nth;
    unsigned known = decided ? ~0u : same ? before->cycle.warned : 0;
    keep(s, c, known, same && before->cycle.outcome != OUTCOME_NONE, held);
}
