/* Invariants:
 *  1. group->now counts exactly the records with edge < at (all of them without a window), group->held those that
 *     levels know of with held_edge < at;
 *  2. ledger->window holds exactly the records counted in now; ledger->held those counted in held; without a window
 *     neither holds any;
 *  3. no note lies at or before `judged`; so levels are judged in event time, each instant once;
 *  4. group->outcomes counts all records with an outcome, wherever they lie;
 *  5. a group is there while anything refers to it: an index stands for one group at a time. */
#include "ledger.h"

#include <stdlib.h>

void ledger_init(struct ledger *ledger, const struct compiled *rule, struct intern *texts) {
    *ledger = (struct ledger){.rule = rule, .texts = texts, .edge = INT64_MIN, .held_edge = INT64_MIN};
    ledger->judged = -1; /* before every instant */
    ledger->period_end = INT64_MIN;
    const struct standard *s = rule->standard;
    ledger->cuts = mem_zalloc((s->target_count + 1) * sizeof *ledger->cuts);
    for (size_t i = 0; i < s->target_count; i++)
        ledger->cuts[i] = judge_cut(&s->targets[i], standard_digits(s));
}

static void group_free(struct ledger *ledger, struct group_state *group) {
    for (size_t i = 0; i < ledger->rule->standard->by_count; i++) intern_drop(ledger->texts, group->texts[i]);
    free(group->texts);
    free(group->spans);
    free(group->levels);
    spread_fini(&group->spread);
    free(group);
}

void ledger_fini(struct ledger *ledger) {
    for (size_t i = 0; i < ledger->group_count; i++)
        if (ledger->groups[i]) group_free(ledger, ledger->groups[i]);
    free(ledger->groups);
    free(ledger->places);
    map_fini(&ledger->by_texts);
    free(ledger->dirty);
    free(ledger->awaited);
    free(ledger->touched);
    free(ledger->learned);
    free(ledger->cuts);
    level_notes_fini(&ledger->notes);
    window_fini(&ledger->window);
    window_fini(&ledger->held);
}

/* ---------------------------------------------------------------- groups */

struct texts_key {
    struct sym *const *texts;
    size_t count;
};

static bool group_eq(const void *item, const void *key) {
    const struct group_state *group = item;
    const struct texts_key *k = key;
    return k->count == 0 || memcmp(group->texts, k->texts, k->count * sizeof *k->texts) == 0;
}

static uint64_t texts_hash(struct sym *const *texts, size_t count) {
    return span_hash((struct span){(const char *)texts, count * sizeof *texts});
}

static void take_place(struct ledger *ledger, struct group_state *group) {
    if (ledger->place_count) {
        group->index = ledger->places[--ledger->place_count];
    } else {
        ledger->groups =
            mem_grow(ledger->groups, &ledger->group_capacity, ledger->group_count + 1, sizeof *ledger->groups);
        group->index = (uint32_t)ledger->group_count++;
    }
    ledger->groups[group->index] = group;
}

struct group_state *ledger_take_group(struct ledger *ledger, struct sym **texts) {
    size_t n = ledger->rule->standard->by_count;
    struct texts_key key = {texts, n};
    uint64_t hash = texts_hash(texts, n);
    struct group_state *group = map_find(&ledger->by_texts, hash, group_eq, &key);
    if (group) {
        for (size_t i = 0; i < n; i++) intern_drop(ledger->texts, texts[i]);
        return group;
    }
    group = mem_zalloc(sizeof *group);
    group->texts = mem_zalloc((n + 1) * sizeof *group->texts);
    group->spans = mem_zalloc((n + 1) * sizeof *group->spans);
    for (size_t i = 0; i < n; i++) {
        group->texts[i] = texts[i];
        if (texts[i]) group->spans[i] = sym_span(texts[i]);
    }
    size_t targets = ledger->rule->standard->target_count;
    if (targets) group->levels = mem_zalloc(targets * sizeof *group->levels);
    for (size_t i = 0; i < targets; i++) group->levels[i].opened_ms = INSTANT_NEVER;
    group->warned_ms = INSTANT_NEVER;
    take_place(ledger, group);
    map_add(&ledger->by_texts, hash, group);
    return group;
}

struct group_state *ledger_group(struct ledger *ledger, const struct attrs *attrs) {
    size_t n = ledger->rule->standard->by_count;
    struct sym *few[8], **texts = n > 8 ? mem_alloc(n * sizeof *texts) : few;
    for (size_t i = 0; i < n; i++) texts[i] = val_text(ledger->texts, attrs_get(attrs, ledger->rule->by[i]));
    struct group_state *group = ledger_take_group(ledger, texts);
    if (texts != few) free(texts);
    return group;
}

struct group_state *ledger_group_by_texts(struct ledger *ledger, const struct group *group) {
    size_t n = ledger->rule->standard->by_count;
    struct sym **texts = mem_zalloc((n + 1) * sizeof *texts);
    for (size_t i = 0; i < n && i < group->count; i++)
        texts[i] = group->texts[i].p ? intern_get(ledger->texts, group->texts[i]) : NULL;
    struct group_state *state = ledger_take_group(ledger, texts);
    free(texts);
    return state;
}

struct group ledger_group_texts(const struct ledger *ledger, const struct group_state *group) {
    return (struct group){group->spans, ledger->rule->standard->by_count};
}

static bool counts_nothing(const struct counts *counts) {
    return !counts->met && !counts->missed && !counts->excluded && !counts->durations;
}

static bool has_level(const struct ledger *ledger, const struct group_state *group) {
    bool has = group->warned_ms != INSTANT_NEVER;
    for (size_t i = 0; i < ledger->rule->standard->target_count; i++)
        has = has || group->levels[i].opened_ms != INSTANT_NEVER;
    return has;
}

static bool may_go(const struct ledger *ledger, const struct group_state *group) {
    if (!group || group_is_listed(group) || group->cycles || group->notes) return false;
    if (group->touched || group->dirty || group->awaited || group->shown || has_level(ledger, group)) return false;
    return counts_nothing(&group->now) && counts_nothing(&group->held);
}

void ledger_let_go(struct ledger *ledger, size_t most) {
    for (size_t left = most < ledger->group_count ? most : ledger->group_count; left--;) {
        uint32_t place = (uint32_t)(ledger->looked++ % ledger->group_count);
        struct group_state *group = ledger->groups[place];
        if (!may_go(ledger, group)) continue;
        map_remove(&ledger->by_texts, texts_hash(group->texts, ledger->rule->standard->by_count), group);
        group_free(ledger, group);
        ledger->groups[place] = NULL;
        ledger->places = mem_grow(ledger->places, &ledger->place_capacity, ledger->place_count + 1, sizeof *ledger->places);
        ledger->places[ledger->place_count++] = place;
    }
}

static void mark_dirty(struct ledger *ledger, struct group_state *group) {
    if (group->dirty) return;
    group->dirty = true;
    ledger->dirty = mem_grow(ledger->dirty, &ledger->dirty_capacity, ledger->dirty_count + 1, sizeof *ledger->dirty);
    ledger->dirty[ledger->dirty_count++] = group;
}

void ledger_unread(struct ledger *ledger) {
    for (size_t i = 0; i < ledger->group_count; i++)
        if (ledger->groups[i]) mark_dirty(ledger, ledger->groups[i]);
}

/* ---------------------------------------------------------------- counting */

static void count(struct counts *counts, const struct record *r, int sign) {
    if (r->outcome == OUTCOME_MET) counts->met += sign;
    if (r->outcome == OUTCOME_MISSED) counts->missed += sign;
    if (r->outcome == OUTCOME_EXCLUDED) counts->excluded += sign;
    if (!r->has_value) return;
    counts->durations += sign;
    counts->sum += sign * (__int128)r->value;
}

static void count_now(struct ledger *ledger, const struct record *r, int sign) {
    struct group_state *group = ledger->groups[r->group];
    ledger_before_change(ledger, group);
    count(&group->now, r, sign);
    if (r->has_value && sign > 0) spread_add(&group->spread, r->value);
    if (r->has_value && sign < 0) spread_remove(&group->spread, r->value);
    mark_dirty(ledger, group);
}

static void touch(struct ledger *ledger, struct group_state *group) {
    if (group->touched) return;
    group->touched = true;
    ledger->touched =
        mem_grow(ledger->touched, &ledger->touched_capacity, ledger->touched_count + 1, sizeof *ledger->touched);
    ledger->touched[ledger->touched_count++] = group;
}

static void count_held(struct ledger *ledger, const struct record *r, int sign) {
    struct group_state *group = ledger->groups[r->group];
    count(&group->held, r, sign);
    for (size_t i = 0; r->has_value && i < ledger->rule->standard->target_count; i++)
        if (r->value <= ledger->cuts[i]) group->levels[i].below += sign;
    touch(ledger, group);
}

void ledger_open(struct ledger *ledger, struct group_state *group, int sign) {
    ledger_before_change(ledger, group);
    group->open += sign;
    mark_dirty(ledger, group);
}

static void record_now(struct ledger *ledger, const struct record *r, int sign) {
    if (ledger->rule->standard->window == WINDOW_ALL) {
        count_now(ledger, r, sign);
    } else if (r->at > ledger->edge) {
        if (sign > 0) window_add(&ledger->window, r);
        if (sign > 0 || window_remove(&ledger->window, r)) count_now(ledger, r, sign);
    }
}

void ledger_record(struct ledger *ledger, const struct record *r, int sign, int64_t known_ms) {
    struct group_state *group = ledger->groups[r->group];
    ledger_before_change(ledger, group);
    if (r->outcome != OUTCOME_NONE) group->outcomes += sign;
    mark_dirty(ledger, group);
    record_now(ledger, r, sign);
    if (!ledger->rule->standard->target_count) return;
    struct level_note note = {known_ms > ledger->judged ? known_ms : ledger->judged + 1, *r, sign};
    group->notes++;
    level_notes_add(&ledger->notes, &note);
}

/* ---------------------------------------------------------------- windows moving on */

/* The edge of the window at instant t: what lies at or before it is outside. */
static int64_t edge_at(const struct standard *s, int64_t t) {
    if (s->window == WINDOW_ROLLING) return t - s->window_ms;
    if (s->window == WINDOW_PERIOD) return zone_period_start(s->zone, s->period, t) - 1;
    return INT64_MIN;
}

void ledger_move(struct ledger *ledger, int64_t now_ms) {
    const struct standard *s = ledger->rule->standard;
    if (s->window == WINDOW_ALL) return;
    int64_t edge = edge_at(s, now_ms);
    if (edge <= ledger->edge) return;
    ledger->edge = edge;
    const struct record *front;
    while ((front = window_front(&ledger->window)) && front->at <= edge) {
        count_now(ledger, front, -1);
        window_drop_front(&ledger->window);
    }
}

static void move_held(struct ledger *ledger, int64_t t) {
    const struct standard *s = ledger->rule->standard;
    if (s->window == WINDOW_ALL) return;
    if (s->window == WINDOW_PERIOD) {
        if (t < ledger->period_end) return;
        ledger->period_end = zone_period_end(s->zone, s->period, t);
    }
    int64_t edge = edge_at(s, t);
    if (edge <= ledger->held_edge) return;
    ledger->held_edge = edge;
    const struct record *front;
    while ((front = window_front(&ledger->held)) && front->at <= edge) {
        count_held(ledger, front, -1);
        window_drop_front(&ledger->held);
    }
}

/* ---------------------------------------------------------------- levels */

/* What is taken out may be known later than that it is to be: then it never was. Seldom, so all notes are looked at. */
static void drop_coming(struct ledger *ledger, const struct record *r) {
    if (level_notes_remove(&ledger->notes, r)) ledger->groups[r->group]->notes--;
}

static void learn(struct ledger *ledger, const struct level_note *note) {
    const struct record *r = &note->record;
    touch(ledger, ledger->groups[r->group]);
    if (ledger->rule->standard->window == WINDOW_ALL) {
        count_held(ledger, r, note->sign);
    } else if (r->at > ledger->held_edge) {
        if (note->sign > 0) window_add(&ledger->held, r);
        else if (!window_remove(&ledger->held, r)) {
            drop_coming(ledger, r);
            return;
        }
        count_held(ledger, r, note->sign);
    }
}

/* Everything known at t: first what is put in, for what is taken out at the same instant may be among it. */
static void learn_all(struct ledger *ledger, int64_t t) {
    size_t n = 0;
    const struct level_note *note;
    for (; (note = level_notes_front(&ledger->notes)) && note->known <= t; n++) {
        ledger->learned = mem_grow(ledger->learned, &ledger->learned_capacity, n + 1, sizeof *ledger->learned);
        ledger->learned[n] = *note;
        ledger->groups[note->record.group]->notes--;
        level_notes_drop_front(&ledger->notes);
    }
    for (size_t i = 0; i < n; i++)
        if (ledger->learned[i].sign > 0) learn(ledger, &ledger->learned[i]);
    for (size_t i = 0; i < n; i++)
        if (ledger->learned[i].sign < 0) learn(ledger, &ledger->learned[i]);
}

static void judge_risk(struct ledger *ledger, struct group_state *group, enum verdict verdict, int64_t t,
    level_report *report, void *arg) {
    const struct standard *s = ledger->rule->standard;
    bool risk = judge_is_at_risk(s, &group->held, verdict);
    if (risk == (group->warned_ms != INSTANT_NEVER)) return;
    struct level_change change = {.standard = s, .group = ledger_group_texts(ledger, group), .target = s->warn_target};
    change.opened_ms = risk ? t : group->warned_ms;
    change.closed_ms = risk ? INSTANT_NEVER : t;
    change.held_again = !risk && verdict == VERDICT_HOLDS;
    change.broke = !risk && verdict == VERDICT_BREAKS;
    group->warned_ms = risk ? t : INSTANT_NEVER;
    if (report) report(arg, &change, risk ? EFFECT_LEVEL_WARNED : EFFECT_LEVEL_WARNING_OVER);
}

static void judge_group(
    struct ledger *ledger, struct group_state *group, int64_t t, level_report *report, void *arg) {
    const struct standard *s = ledger->rule->standard;
    for (size_t i = 0; i < s->target_count; i++) {
        struct level *level = &group->levels[i];
        enum verdict verdict =
            judge(&s->targets[i], &group->held, level->below, s->min_count, standard_digits(s));
        bool breaks = verdict == VERDICT_BREAKS;
        if (s->warn_below && i == s->warn_target) judge_risk(ledger, group, verdict, t, report, arg);
        if (breaks == (level->opened_ms != INSTANT_NEVER)) continue;
        struct level_change change = {.standard = s, .group = ledger_group_texts(ledger, group), .target = i};
        change.opened_ms = t;
        change.closed_ms = INSTANT_NEVER;
        if (breaks) {
            level->opened_ms = t;
        } else {
            change.opened_ms = level->opened_ms;
            change.closed_ms = t;
            change.held_again = verdict == VERDICT_HOLDS;
            level->opened_ms = INSTANT_NEVER;
        }
        if (report) report(arg, &change, breaks ? EFFECT_LEVEL_OPENED : EFFECT_LEVEL_CLOSED);
    }
}

void ledger_adopt_level(struct ledger *ledger, struct group_state *group, size_t target, int64_t opened_ms) {
    group->levels[target].opened_ms = opened_ms;
    touch(ledger, group);
}

void ledger_adopt_warning(struct ledger *ledger, struct group_state *group, int64_t warned_ms) {
    group->warned_ms = warned_ms;
    touch(ledger, group);
}

int64_t ledger_next(const struct ledger *ledger) {
    const struct standard *s = ledger->rule->standard;
    const struct level_note *note = level_notes_front(&ledger->notes);
    int64_t next = note ? note->known : INSTANT_NEVER;
    if (ledger->touched_count) return ledger->judged + 1; /* a level was adopted */
    const struct record *front = window_front(&ledger->held);
    if (!front) return next;
    int64_t leaves = s->window == WINDOW_ROLLING ? front->at + s->window_ms : ledger->period_end;
    return leaves < next ? leaves : next;
}

void ledger_judge(struct ledger *ledger, int64_t through_ms, level_report *report, void *arg) {
    int64_t t;
    while ((t = ledger_next(ledger)) != INSTANT_NEVER && t <= through_ms) {
        move_held(ledger, t);
        learn_all(ledger, t);
        for (size_t i = 0; i < ledger->touched_count; i++) {
            ledger->touched[i]->touched = false;
            judge_group(ledger, ledger->touched[i], t, report, arg);
        }
        ledger->touched_count = 0;
        ledger->judged = t;
    }
    if (through_ms > ledger->judged) ledger->judged = through_ms;
}
