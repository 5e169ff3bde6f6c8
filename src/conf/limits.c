#include "conf/limits.h"

#include "conf/patterns.h"

/* ---- within */

static bool read_rule(struct scope *scope, const struct node *node, struct limit_rule *out) {
    enum { MATCH, LIMIT, CALENDAR, KEYS };
    static const char *const keys[KEYS] = {"match", "limit", "calendar"};
    struct reader *r = scope->reader;
    const struct node *values[KEYS];
    bool clean = reader_map(r, node, "a rule of \"within\"", keys, KEYS, values);
    if (node->kind != NODE_MAP) return false;
    if (values[MATCH]) clean = patterns_match(r, values[MATCH], &out->match) && clean;
    if (values[CALENDAR]) clean = scope_calendar(scope, values[CALENDAR], &out->calendar) && clean;
    if (values[LIMIT]) return reader_duration(r, values[LIMIT], 0, &out->limit_ms) && clean;
    reader_error(r, node, "a rule of \"within\" without its \"limit\"");
    return false;
}

static bool read_rules(struct scope *scope, const struct node *list, struct standard *standard) {
    struct limit_rule *rules = arena_alloc(scope->reader->arena, list->count * sizeof *rules);
    bool clean = true, shadowed = false;
    if (list->count == 0)
        return reader_error(scope->reader, list, "an empty list sets no limit: leave \"within\" out"), false;
    for (size_t i = 0; i < list->count; i++) {
        rules[i].calendar = standard->calendar;
        clean = read_rule(scope, list->items[i], &rules[i]) && clean;
        if (shadowed)
            reader_warn(
                scope->reader, list->items[i], "this rule is never reached: one before it fits everything");
        shadowed = clean && !rules[i].match;
    }
    standard->limits = rules;
    standard->limit_count = list->count;
    return clean;
}

bool limits_within(struct scope *scope, const struct node *node, struct standard *standard) {
    if (node->kind == NODE_LIST) return read_rules(scope, node, standard);
    if (node->kind == NODE_MAP)
        return reader_error(scope->reader, node,
                   "a map is not a limit: write a duration, or a list of rules [{match: …, limit: 1h}]"),
               false;
    struct limit_rule *rule = arena_alloc(scope->reader->arena, sizeof *rule);
    rule->calendar = standard->calendar;
    standard->limits = rule;
    standard->limit_count = 1;
    return reader_duration(scope->reader, node, 0, &rule->limit_ms);
}

/* ---- abandon */

static const char *const outcomes[] = {"met", "missed", "excluded"};

static enum outcome outcome_at(size_t index) {
    static const enum outcome of[] = {OUTCOME_MET, OUTCOME_MISSED, OUTCOME_EXCLUDED};
    return of[index];
}

static bool read_outcome(struct reader *r, const struct node *node, enum outcome *out) {
    size_t index;
    if (!reader_choice(r, node, "an outcome", outcomes, 3, &index)) return false;
    *out = outcome_at(index);
    return true;
}

/* Past the limit nothing can be met. */
static bool read_late_outcome(struct reader *r, const struct node *node, enum outcome *out) {
    enum outcome outcome;
    if (!read_outcome(r, node, &outcome)) return false;
    if (outcome == OUTCOME_MET)
        return reader_error(r, node, "\"met\" cannot follow a limit that ran out: write missed or excluded"),
               false;
    *out = outcome;
    return true;
}

/* docs/STANDARDS.md, the table of formulas. */
static bool read_formula(struct reader *r, const struct node *node, struct standard *s) {
    static const char *const names[] = {
        "answered", "abandons-met", "offered", "late-abandons", "short-met", "less-short"};
    static const enum outcome counts[][3] = {
        /* short, before the limit, after it */
        {OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, OUTCOME_EXCLUDED},
        {OUTCOME_MET, OUTCOME_MET, OUTCOME_MISSED},
        {OUTCOME_MISSED, OUTCOME_MISSED, OUTCOME_MISSED},
        {OUTCOME_EXCLUDED, OUTCOME_EXCLUDED, OUTCOME_MISSED},
        {OUTCOME_MET, OUTCOME_MISSED, OUTCOME_MISSED},
        {OUTCOME_EXCLUDED, OUTCOME_MISSED, OUTCOME_MISSED},
    };
    size_t index;
    if (!reader_choice(r, node, "a formula", names, sizeof names / sizeof *names, &index)) return false;
    s->short_counts = counts[index][0];
    s->before_limit = counts[index][1];
    s->after_limit = counts[index][2];
    return true;
}

bool limits_abandon(struct reader *r, const struct node *node, struct standard *s) {
    enum { EVENT, SHORT, SHORT_COUNTS, BEFORE_LIMIT, AFTER_LIMIT, FORMULA, KEYS };
    static const char *const keys[KEYS] = {
        "event", "short", "short_counts", "before_limit", "after_limit", "formula"};
    const struct node *values[KEYS];
    s->short_ms = -1;
    s->short_counts = s->before_limit = OUTCOME_EXCLUDED;
    s->after_limit = OUTCOME_MISSED;
    if (!node) return true;
    bool clean = reader_map(r, node, "\"abandon\"", keys, KEYS, values);
    if (node->kind != NODE_MAP) return false;
    if (values[FORMULA]) clean = read_formula(r, values[FORMULA], s) && clean; /* explicit keys override it */
    if (values[SHORT]) clean = reader_duration(r, values[SHORT], 0, &s->short_ms) && clean;
    if (values[SHORT_COUNTS]) clean = read_outcome(r, values[SHORT_COUNTS], &s->short_counts) && clean;
    if (values[BEFORE_LIMIT]) clean = read_outcome(r, values[BEFORE_LIMIT], &s->before_limit) && clean;
    if (values[AFTER_LIMIT]) clean = read_late_outcome(r, values[AFTER_LIMIT], &s->after_limit) && clean;
    if (values[EVENT]) return patterns_events(r, values[EVENT], &s->abandon) && clean;
    reader_error(r, node, "\"abandon\" without its \"event\"");
    return false;
}
