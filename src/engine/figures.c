/* What a ledger tells: the figures of a group, and of those that changed, in pieces.
 *
 * Invariant: a group that is awaited stands as it did when ledger_await() was called. */
#include "headroom.h"
#include "ledger.h"

/* ---------------------------------------------------------------- of one group */

/* How many numbers in the window are at most the target's cut; 0 where it is not needed. */
static int64_t below_now(const struct ledger *ledger, struct group_state *group, size_t target) {
    if (!judge_needs_below(&ledger->rule->standard->targets[target])) return 0;
    return (int64_t)spread_count_at_most(&group->spread, ledger->cuts[target]);
}

static enum verdict verdict_now(const struct ledger *ledger, struct group_state *group, size_t target) {
    const struct standard *s = ledger->rule->standard;
    int64_t below = below_now(ledger, group, target);
    return judge(&s->targets[target], &group->now, below, s->min_count, standard_digits(s));
}

static enum state state_of(struct ledger *ledger, struct group_state *group) {
    const struct standard *s = ledger->rule->standard;
    bool open = group->now.met + group->now.missed == 0;
    for (size_t i = 0; i < s->target_count; i++) {
        enum verdict verdict = verdict_now(ledger, group, i);
        if (verdict == VERDICT_BREAKS) return STATE_BREACHED;
        if (verdict == VERDICT_OPEN) open = true;
    }
    return open ? STATE_NO_DATA : STATE_MET;
}

void ledger_targets(struct ledger *ledger, struct group_state *group, struct target_figures *out) {
    static const enum state states[] = {
        [VERDICT_HOLDS] = STATE_MET, [VERDICT_BREAKS] = STATE_BREACHED, [VERDICT_OPEN] = STATE_NO_DATA};
    const struct standard *s = ledger->rule->standard;
    for (size_t i = 0; i < s->target_count; i++) {
        struct headroom_of of = {&s->targets[i], &group->now, below_now(ledger, group, i), s->min_count, standard_digits(s)};
        out[i] = (struct target_figures){states[verdict_now(ledger, group, i)], headroom(&of), recover(&of)};
    }
}

struct figures ledger_figures(
    struct ledger *ledger, struct group_state *group, int64_t now_ms, int64_t *percentiles) {
    const struct standard *s = ledger->rule->standard;
    struct figures f = {.standard = s, .group = ledger_group_texts(ledger, group), .series = group->index};
    f.at_ms = now_ms;
    f.open = group->open;
    f.met = group->now.met;
    f.missed = group->now.missed;
    f.excluded = group->now.excluded;
    f.durations = group->now.durations;
    f.sum = group->now.sum;
    f.state = state_of(ledger, group);
    f.at_risk = s->warn_below && judge_is_at_risk(s, &group->now, verdict_now(ledger, group, s->warn_target));
    f.percentiles = percentiles;
    if (!f.durations) return f;
    f.min = spread_rank(&group->spread, 1);
    f.max = spread_rank(&group->spread, (size_t)f.durations);
    for (size_t i = 0; i < s->percentile_count; i++)
        percentiles[i] =
            spread_rank(&group->spread, (size_t)judge_rank(s->percentiles[i], f.durations));
    return f;
}

/* ---------------------------------------------------------------- reading in pieces */

void ledger_await(struct ledger *ledger, const struct ledger_reader *reader) {
    struct group_state **list = ledger->awaited;
    size_t capacity = ledger->awaited_capacity;
    ledger->reader = reader;
    ledger->awaited = ledger->dirty;
    ledger->awaited_count = ledger->dirty_count;
    ledger->awaited_capacity = ledger->dirty_capacity;
    ledger->dirty = list;
    ledger->dirty_capacity = capacity;
    ledger->dirty_count = ledger->read = 0;
    for (size_t i = 0; i < ledger->awaited_count; i++) {
        ledger->awaited[i]->dirty = false;
        ledger->awaited[i]->awaited = true;
    }
}

void ledger_read_awaited(struct ledger *ledger, struct group_state *group) {
    group->awaited = false;
    ledger->reader->read(ledger->reader->arg, ledger, group);
}

size_t ledger_read(struct ledger *ledger, size_t most) {
    size_t read = 0;
    for (; ledger->read < ledger->awaited_count && read < most; ledger->read++) {
        struct group_state *group = ledger->awaited[ledger->read];
        if (!group || !group->awaited) continue;
        ledger_read_awaited(ledger, group);
        read++;
    }
    return read;
}

void ledger_await_none(struct ledger *ledger) {
    for (; ledger->read < ledger->awaited_count; ledger->read++) ledger->awaited[ledger->read]->awaited = false;
}
