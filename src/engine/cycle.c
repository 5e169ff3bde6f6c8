/* Invariants:
 *  1. a running cycle has end == INSTANT_NEVER, an ended one its instant and `elapsed`;
 *  2. group is set while limit_kind != LIMIT_NONE or an outcome stands, and follows attrs only while undecided;
 *  3. pauses are disjoint, in order, none before start; at most the last is open;
 *  4. by_clock implies an outcome decided at max(due, since). */
#include "cycle.h"

#include <stdlib.h>
#include "timeline.h"

const char *how_name(enum how how) {
    static const char *const names[] = {"", "stop", "fail", "cancel", "abandon", "void", "limit"};
    return names[how];
}

/* ---------------------------------------------------------------- time */

int64_t cycle_elapsed(const struct cycle *c, int64_t at) {
    int64_t total = calendar_open_between(c->calendar, c->start, at);
    for (uint32_t i = 0; i < c->pause_count && c->pauses[i] < at; i += 2) {
        int64_t to = c->pauses[i + 1] < at ? c->pauses[i + 1] : at;
        total -= calendar_open_between(c->calendar, c->pauses[i], to);
    }
    return total;
}

int64_t cycle_runs_through(const struct cycle *c, int64_t left) {
    int64_t from = c->start;
    for (uint32_t i = 0; i < c->pause_count; i += 2) {
        int64_t ran = calendar_open_between(c->calendar, from, c->pauses[i]);
        if (ran > left) return calendar_due(c->calendar, from, left);
        left -= ran;
        from = c->pauses[i + 1];
        if (from == INSTANT_NEVER) return INSTANT_NEVER;
    }
    return calendar_due(c->calendar, from, left);
}

int64_t cycle_due(const struct cycle *c) {
    if (c->limit_kind == LIMIT_NONE || c->limit_ms == INSTANT_NEVER) return INSTANT_NEVER;
    return c->limit_kind == LIMIT_AT ? c->limit_ms : cycle_runs_through(c, c->limit_ms);
}

static bool clock_decides(const struct ledger *ledger, const struct cycle *c) {
    return cycle_runs(c) && c->outcome == OUTCOME_NONE && c->limit_kind != LIMIT_NONE &&
           !ledger->rule->decides_at_end;
}

int64_t cycle_fires(const struct ledger *ledger, const struct cycle *c) {
    if (!clock_decides(ledger, c)) return INSTANT_NEVER;
    int64_t due = cycle_due(c);
    if (due == INSTANT_NEVER) return INSTANT_NEVER;
    return due + 1 > c->since ? due + 1 : c->since;
}

static void add_pause(struct pool *pool, struct cycle *c, int64_t from) {
    size_t capacity = c->pause_capacity;
    c->pauses = pool_grow(pool, c->pauses, &capacity, c->pause_count + 2, sizeof *c->pauses);
    c->pause_capacity = (uint32_t)capacity;
    c->pauses[c->pause_count++] = from;
    c->pauses[c->pause_count++] = INSTANT_NEVER;
}

/* ---------------------------------------------------------------- limits and outcomes */

static struct limit due_limit(const struct compiled *rule, const struct attrs *attrs) {
    struct limit limit = {LIMIT_NONE, -1, INSTANT_NEVER, rule->standard->calendar};
    struct value value = val_value(attrs_get(attrs, (uint16_t)rule->due_slot));
    if (instant_of_value(&value, &limit.ms, NULL) == 0) limit.kind = LIMIT_AT;
    return limit;
}

struct limit limit_of(const struct compiled *rule, const struct attrs *attrs) {
    struct limit limit = {LIMIT_NONE, -1, INSTANT_NEVER, rule->standard->calendar};
    if (!match_holds(rule->match, attrs)) return limit;
    if (rule->due_slot >= 0) return due_limit(rule, attrs);
    if (!rule->limit_count) limit.kind = LIMIT_ELAPSED;
    for (size_t i = 0; i < rule->limit_count && limit.kind == LIMIT_NONE; i++) {
        if (!match_holds(rule->limits[i].match, attrs)) continue;
        limit = (struct limit){
            LIMIT_ELAPSED, (int16_t)i, rule->limits[i].limit_ms, rule->limits[i].calendar};
    }
    return limit;
}

static void drop_group(struct cycle *c) {
    if (c->group) c->group->cycles--;
    c->group = NULL;
}

static void set_limit(struct ledger *ledger, struct cycle *c, int64_t at) {
    struct limit limit = limit_of(ledger->rule, c->attrs);
    if (limit.kind != c->limit_kind || limit.ms != c->limit_ms || limit.calendar != c->calendar) {
        c->limit_kind = (uint8_t)limit.kind;
        c->limit_ms = limit.ms;
        c->calendar = limit.calendar;
        c->since = at;
    }
    c->rule = limit.rule;
    drop_group(c);
    c->group = limit.kind == LIMIT_NONE ? NULL : ledger_group(ledger, c->attrs);
    if (c->group) c->group->cycles++;
}

static void set_attrs(struct intern *texts, struct attrs **place, struct attrs *attrs) {
    struct attrs *before = *place;
    *place = attrs_ref(attrs);
    attrs_drop(texts, before);
}

static void decide(struct cycle *c, enum outcome outcome, int64_t at, int64_t due) {
    c->outcome = (uint8_t)outcome;
    c->decided = at;
    c->due = due;
    c->by_clock = false;
}

static void end(struct cycle *c, enum how how, int64_t at) {
    c->end = at;
    c->how = (uint8_t)how;
    c->elapsed = cycle_elapsed(c, at);
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static void limit_ran_out(const struct ledger *ledger, struct cycle *c, int64_t due) {
    decide(c, ledger->rule->has_stop ? OUTCOME_MISSED : OUTCOME_MET, later(due, c->since), due);
    c->by_clock = true;
    if (!ledger->rule->has_stop) end(c, HOW_LIMIT, c->decided);
}

void cycle_settle(const struct ledger *ledger, struct cycle *c, int64_t before) {
    int64_t fires = cycle_fires(ledger, c);
    if (fires != INSTANT_NEVER && fires <= before) limit_ran_out(ledger, c, cycle_due(c));
}

void cycle_void(struct cycle *c, int64_t at) {
    bool runs = cycle_runs(c);
    if (c->outcome == OUTCOME_MET || c->outcome == OUTCOME_MISSED || (runs && c->limit_kind != LIMIT_NONE))
        decide(c, OUTCOME_EXCLUDED, at, INSTANT_NEVER);
    if (runs) end(c, HOW_VOID, at);
    if (c->how == HOW_STOP) c->how = HOW_VOID;
}

/* ---------------------------------------------------------------- one event */

/* Reads the limit and `match` anew from the attributes of the contact that started the cycle. */
static void reread(struct ledger *ledger, struct cycle *c, int64_t at) {
    if (c->outcome != OUTCOME_NONE || c->attrs == c->now_attrs) return;
    set_attrs(ledger->texts, &c->attrs, c->now_attrs);
    set_limit(ledger, c, at);
}

static void hold(const struct ledger *ledger, const struct track *track, struct cycle *c, int64_t at) {
    const struct rule_match *paused_while = ledger->rule->paused_while;
    bool want = track->held || (paused_while && match_holds(paused_while, c->now_attrs));
    if (want && !cycle_is_paused(c)) add_pause(&ledger->texts->pool, c, at);
    if (!want && cycle_is_paused(c)) c->pauses[c->pause_count - 1] = at;
}

static void abandon(const struct ledger *ledger, struct cycle *c, int64_t at, bool late, int64_t due) {
    const struct standard *s = ledger->rule->standard;
    bool missed = c->outcome == OUTCOME_MISSED;
    enum outcome want = c->elapsed <= s->short_ms ? s->short_counts
                        : late || missed          ? s->after_limit
                                                  : s->before_limit;
    if (c->outcome == want) return;
    if (want == OUTCOME_MISSED && late && !ledger->rule->decides_at_end) {
        decide(c, OUTCOME_MISSED, later(due, c->since), due);
        c->by_clock = true;
    } else {
        decide(c, want, at, want == OUTCOME_MISSED && late ? due : INSTANT_NEVER);
    }
}

static void finish(const struct ledger *ledger, struct cycle *c, int64_t at, enum how how) {
    end(c, how, at);
    if (c->limit_kind == LIMIT_NONE && c->outcome == OUTCOME_NONE) return; /* no measurement */
    if (how == HOW_CANCEL) {
        decide(c, OUTCOME_EXCLUDED, at, INSTANT_NEVER);
        return;
    }
    if (c->outcome != OUTCOME_NONE && how != HOW_ABANDON) return;
    bool late = c->limit_kind == LIMIT_AT ? at > c->limit_ms : c->elapsed > c->limit_ms;
    int64_t due = late ? cycle_due(c) : INSTANT_NEVER;
    if (how == HOW_ABANDON) {
        abandon(ledger, c, at, late, due);
    } else if (!late) {
        decide(c, how == HOW_STOP ? OUTCOME_MET : OUTCOME_MISSED, at, INSTANT_NEVER);
    } else if (ledger->rule->decides_at_end) {
        decide(c, OUTCOME_MISSED, at, due);
    } else {
        limit_ran_out(ledger, c, due);
    }
}

static bool end_by(const struct ledger *ledger, struct cycle *c, int64_t at, unsigned roles) {
    static const struct {
        enum role role;
        enum how how;
    } ends[] = {{ROLE_CANCEL, HOW_CANCEL}, {ROLE_STOP, HOW_STOP}, {ROLE_FAIL, HOW_FAIL}, {ROLE_ABANDON, HOW_ABANDON}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!(roles & ends[i].role)) continue;
        finish(ledger, c, at, ends[i].how);
        return true;
    }
    return false;
}

static void reopen(struct ledger *ledger, struct track *track, struct cycle *c, int64_t at) {
    track->held = false;
    if (!cycle_is_paused(c)) add_pause(&ledger->texts->pool, c, c->end);
    c->end = INSTANT_NEVER;
    c->how = HOW_RUNNING;
    c->elapsed = 0;
    if (c->outcome == OUTCOME_MET) {
        decide(c, OUTCOME_NONE, INSTANT_NEVER, INSTANT_NEVER);
        c->since = at;
    }
    reread(ledger, c, at);
    hold(ledger, track, c, at);
}

static void begin(struct ledger *ledger, struct track *track, const struct moment *m, int32_t nth) {
    struct cycle *c = &track->cycle;
    *c = (struct cycle){.contact = m->contact, .start = m->at, .since = m->at, .nth = nth, .rule = -1};
    c->end = c->decided = c->due = INSTANT_NEVER;
    c->attrs = attrs_ref(m->attrs);
    c->now_attrs = attrs_ref(m->attrs);
    c->calendar = ledger->rule->standard->calendar;
    c->limit_ms = INSTANT_NEVER;
    set_limit(ledger, c, m->at);
    track->exists = true;
    hold(ledger, track, c, m->at);
}

/* A start event: true when the present cycle was moved to *retired. */
static bool start(
    struct ledger *ledger, struct track *track, const struct moment *m, struct cycle *retired) {
    struct cycle *c = &track->cycle;
    if (!track->exists) {
        begin(ledger, track, m, 0);
        return false;
    }
    bool elsewhere = cycle_runs(c) && c->outcome == OUTCOME_NONE && c->limit_kind == LIMIT_NONE &&
                     m->contact != c->contact;
    int32_t nth = c->start == m->at ? c->nth : -1;
    if (elsewhere) { /* it does not apply there: another contact takes its place */
        cycle_fini(ledger->texts, c);
        begin(ledger, track, m, nth > 0 ? nth : 0);
        return false;
    }
    if (cycle_runs(c) || !ledger->rule->standard->repeat) return false;
    *retired = *c;
    begin(ledger, track, m, nth + 1);
    return true;
}

bool cycle_step(struct ledger *ledger, struct track *track, const struct moment *m, unsigned roles,
    struct cycle *retired) {
    struct cycle *c = track->exists ? &track->cycle : NULL;
    bool own = c && m->contact == c->contact;
    if (c) cycle_settle(ledger, c, m->at);
    if (roles & ROLE_PAUSE) track->held = true;
    if (roles & ROLE_RESUME) track->held = false;
    if (own) set_attrs(ledger->texts, &c->now_attrs, m->attrs);
    if (own && cycle_runs(c)) reread(ledger, c, m->at);
    if (c && roles & ROLE_VOID) cycle_void(c, m->at);
    if (c && cycle_runs(c)) {
        if (!end_by(ledger, c, m->at, roles)) {
            hold(ledger, track, c, m->at);
            /* A limit that this event made past ends a fail-only cycle before it may start the next. */
            if (!ledger->rule->has_stop) cycle_settle(ledger, c, m->at);
        }
    } else if (c && c->how == HOW_STOP && roles & ROLE_REOPEN) {
        reopen(ledger, track, c, m->at);
        return false;
    }
    return roles & ROLE_START && start(ledger, track, m, retired);
}

void cycle_fini(struct intern *texts, struct cycle *c) {
    attrs_drop(texts, c->attrs);
    attrs_drop(texts, c->now_attrs);
    drop_group(c);
    pool_free(&texts->pool, c->pauses, c->pause_capacity * sizeof *c->pauses);
    *c = (struct cycle){0};
}

/* ---------------------------------------------------------------- copies */

struct track track_copy(struct intern *texts, const struct track *track) {
    struct track copy = *track;
    if (!track->exists) return copy;
    struct cycle *c = &copy.cycle;
    attrs_ref(c->attrs);
    attrs_ref(c->now_attrs);
    if (c->group) c->group->cycles++;
    c->pause_capacity = c->pause_count;
    c->pauses = NULL;
    if (c->pause_count) {
        c->pauses = pool_alloc(&texts->pool, c->pause_count * sizeof *c->pauses);
        memcpy(c->pauses, track->cycle.pauses, c->pause_count * sizeof *c->pauses);
    }
    return copy;
}

static bool cycle_same(const struct cycle *a, const struct cycle *b) {
    return a->contact == b->contact && a->start == b->start && a->nth == b->nth && a->how == b->how &&
           a->outcome == b->outcome && a->limit_kind == b->limit_kind && a->limit_ms == b->limit_ms &&
           a->calendar == b->calendar && a->rule == b->rule && a->since == b->since && a->end == b->end &&
           a->decided == b->decided && a->due == b->due && a->by_clock == b->by_clock && a->elapsed == b->elapsed &&
           a->group == b->group && a->pause_count == b->pause_count &&
           (!a->pause_count || memcmp(a->pauses, b->pauses, a->pause_count * sizeof *a->pauses) == 0) &&
           attrs_equal(a->attrs, b->attrs) && attrs_equal(a->now_attrs, b->now_attrs);
}

bool track_same(const struct track *a, const struct track *b) {
    return a->held == b->held && a->exists == b->exists && (!a->exists || cycle_same(&a->cycle, &b->cycle));
}
