#include "conf/standards.h"

#include "conf/limits.h"
#include "conf/patterns.h"
#include "conf/targets.h"
#include "conf/warn.h"
#include "slad/base/nearest.h"

enum key {
    DESCRIBE,
    MATCH,
    VOID,
    PER,
    BY,
    TARGET,
    WINDOW,
    MIN_COUNT,
    PERCENTILES,
    TIMEZONE,
    WARN_BELOW,
    /* of clock standards */
    START,
    STOP,
    FAIL,
    CANCEL,
    PAUSE,
    RESUME,
    PAUSED_WHILE,
    REOPEN,
    ABANDON,
    WITHIN,
    DUE,
    CALENDAR,
    REPEAT,
    WARN,
    /* of value standards */
    WHEN,
    VALUE,
    VALUE_AT_LEAST,
    VALUE_AT_MOST,
    KEYS,
};
static const char *const key_names[KEYS] = {"describe", "match", "void", "per", "by", "target", "window",
    "min_count", "percentiles", "timezone", "warn_below", "start", "stop", "fail", "cancel", "pause", "resume",
    "paused_while", "reopen", "abandon", "within", "due", "calendar", "repeat", "warn", "when", "value", "at_least",
    "at_most"};

/* A standard while it is read. */
struct draft {
    struct scope *scope;
    struct reader *r;
    const struct node *name; /* the key: where to complain of what is missing */
    const char *shown;       /* the name, quoted */
    const struct node *values[KEYS];
    struct standard *standard;
};

/* ---- is it whole, and of one kind */

/* Given both, the standard is a clock: `start` says more than a stray bound. */
static bool is_value(const struct draft *d) {
    return !d->values[START] && (d->values[WHEN] || d->values[VALUE]);
}

static void refuse_other_kind(struct draft *d) {
    bool value = is_value(d);
    for (int key = value ? START : WHEN; key < (value ? (int)WHEN : (int)KEYS); key++)
        if (d->values[key])
            reader_error(d->r, d->values[key], "\"%s\" has no meaning in standard %s, which %s",
                key_names[key], d->shown, value ? "measures a value (\"when\")" : "runs a clock (\"start\")");
}

static void need_stop(struct draft *d, enum key key, const char *why) {
    if (d->values[key] && !d->values[STOP])
        reader_error(d->r, d->values[key], "\"%s\" in standard %s needs a \"stop\": %s", key_names[key],
            d->shown, why);
}

static void check_clock(struct draft *d) {
    if (!d->values[START])
        reader_error(d->r, d->name,
            "standard %s needs \"start\" with \"stop\" or \"fail\", or \"when\" with \"value\"", d->shown);
    else if (!d->values[STOP] && !d->values[FAIL])
        reader_error(
            d->r, d->name, "standard %s has a \"start\" and needs a \"stop\" or a \"fail\"", d->shown);
    if (d->values[WITHIN] && d->values[DUE])
        reader_error(
            d->r, d->values[DUE], "\"due\" and \"within\" exclude one another in standard %s", d->shown);
    if (d->values[START]) {
        need_stop(d, ABANDON, "what was abandoned was not answered");
        need_stop(d, REOPEN, "only what was stopped is reopened");
        need_stop(d, WARN, "a limit that runs out is met without one");
    }
    if (d->values[WARN] && !d->values[WITHIN] && !d->values[DUE])
        reader_error(d->r, d->values[WARN], "\"warn\" in standard %s needs a limit (\"within\" or \"due\") to warn of",
            d->shown);
    if (d->values[PAUSE] && !d->values[RESUME])
        reader_warn(d->r, d->values[PAUSE], "standard %s is paused and never resumed: there is no \"resume\"",
            d->shown);
}

static void check_value(struct draft *d) {
    if (!d->values[WHEN])
        reader_error(d->r, d->name, "standard %s has a \"value\" and needs a \"when\"", d->shown);
    if (!d->values[VALUE])
        reader_error(d->r, d->name,
            "standard %s has a \"when\" and needs a \"value\": the attribute that holds the number",
            d->shown);
}

/* ---- its keys */

static void read_events(struct draft *d, enum key key, struct event_patterns *out) {
    if (d->values[key]) (void)patterns_events(d->r, d->values[key], out);
}

static void read_window(struct draft *d) {
    static const char *const periods[] = {"day", "week", "month", "quarter", "year"};
    static const enum period of[] = {PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR};
    const struct node *node = d->values[WINDOW];
    struct standard *s = d->standard;
    if (!node) return;
    bool is_word = node->kind == NODE_SCALAR && core_kind(node) == CORE_TEXT;
    for (size_t i = 0; is_word && i < sizeof periods / sizeof *periods; i++) {
        if (!span_eq(node->text, span_of(periods[i]))) continue;
        s->window = WINDOW_PERIOD;
        s->period = of[i];
        return;
    }
    const char *near = is_word ? nearest_word(node->text, periods, sizeof periods / sizeof *periods) : NULL;
    if (near && node->text.n > 2 && !strpbrk(node->text.p, "0123456789")) {
        reader_error(d->r, node, "%s is not a window: did you mean \"%s\"?", reader_shown(d->r, node), near);
        return;
    }
    s->window = WINDOW_ROLLING;
    (void)reader_duration(d->r, node, 1, &s->window_ms);
}

static void read_subject(struct draft *d) {
    static const char *const contact[] = {"contact"};
    struct standard *s = d->standard;
    const struct node *per = d->values[PER], *by = d->values[BY];
    s->per = contact;
    s->per_count = 1;
    if (per && per->kind == NODE_LIST && per->count == 0)
        reader_error(d->r, per, "an empty list names no subject: leave \"per\" out");
    else if (per && reader_attrs(d->r, per, STANDARD_ATTRS_MAX, &s->per, &s->per_count))
        s->per_is_list = per->kind == NODE_LIST;
    if (by) (void)reader_attrs(d->r, by, STANDARD_ATTRS_MAX, &s->by, &s->by_count);
}

static void read_figures(struct draft *d) {
    struct standard *s = d->standard;
    const struct node *const *values = d->values;
    s->min_count = 1;
    s->percentiles = targets_default_percentiles(d->r->arena, &s->percentile_count);
    s->zone = values[TIMEZONE] ? scope_zone(d->scope, values[TIMEZONE]) : d->scope->zone;
    read_window(d);
    if (values[TARGET]) (void)targets_read(d->r, values[TARGET], s, &s->targets, &s->target_count);
    if (values[WARN_BELOW] && (!values[TARGET] || s->target_count)) (void)warn_read_below(d->r, values[WARN_BELOW], s);
    if (values[MIN_COUNT]) (void)reader_whole(d->r, values[MIN_COUNT], "a count", 1, &s->min_count);
    if (values[PERCENTILES])
        (void)targets_percentiles(d->r, values[PERCENTILES], &s->percentiles, &s->percentile_count);
}

static void read_clock(struct draft *d) {
    struct standard *s = d->standard;
    const struct node *const *values = d->values;
    check_clock(d);
    read_events(d, START, &s->start);
    read_events(d, STOP, &s->stop);
    read_events(d, FAIL, &s->fail);
    read_events(d, CANCEL, &s->cancel);
    read_events(d, PAUSE, &s->pause);
    read_events(d, RESUME, &s->resume);
    read_events(d, REOPEN, &s->reopen);
    if (values[PAUSED_WHILE]) (void)patterns_match(d->r, values[PAUSED_WHILE], &s->paused_while);
    if (values[REPEAT]) (void)reader_bool(d->r, values[REPEAT], "an answer to \"repeat\"", &s->repeat);
    if (values[CALENDAR]) (void)scope_calendar(d->scope, values[CALENDAR], &s->calendar);
    if (values[WITHIN]) (void)limits_within(d->scope, values[WITHIN], s);
    if (values[DUE]) (void)reader_attr(d->r, values[DUE], &s->due_attr);
    if (values[WARN]) (void)warn_read(d->r, values[WARN], s);
    (void)limits_abandon(d->r, values[ABANDON], s);
}

static void read_value(struct draft *d) {
    struct standard *s = d->standard;
    const struct node *low = d->values[VALUE_AT_LEAST], *high = d->values[VALUE_AT_MOST];
    check_value(d);
    (void)limits_abandon(d->r, NULL, s); /* its defaults: they are part of no meaning here */
    read_events(d, WHEN, &s->when);
    if (d->values[VALUE]) (void)reader_attr(d->r, d->values[VALUE], &s->value_attr);
    s->has_at_least = low && reader_number(d->r, low, "a bound", &s->at_least);
    s->has_at_most = high && reader_number(d->r, high, "a bound", &s->at_most);
    if (s->has_at_least && s->has_at_most && s->at_least > s->at_most)
        reader_warn(d->r, low, "no number is at least %s and at most %s: standard %s is always missed",
            low->text.p, high->text.p, d->shown);
}

/* ---- a standard, and all of a file */

static void read_standard(
    struct scope *scope, const struct node *key, const struct node *node, struct standard *s) {
    struct draft d = {.scope = scope, .r = scope->reader, .name = key, .standard = s};
    struct buf owner = {0};
    d.shown = reader_shown(d.r, key);
    buf_printf(&owner, "standard %s", d.shown);
    (void)reader_map(d.r, node, buf_text(&owner), key_names, KEYS, d.values);
    buf_fini(&owner);
    if (node->kind != NODE_MAP) return;
    s->is_value = is_value(&d);
    s->describe = "";
    if (d.values[DESCRIBE]) (void)reader_prose(d.r, d.values[DESCRIBE], "a description", &s->describe);
    if (d.values[MATCH]) (void)patterns_match(d.r, d.values[MATCH], &s->match);
    read_events(&d, VOID, &s->void_);
    read_subject(&d);
    refuse_other_kind(&d);
    if (s->is_value)
        read_value(&d);
    else
        read_clock(&d);
    read_figures(&d);
}

/* NULL after a complaint. */
static struct standard *add_standard(struct scope *scope, const struct node *key) {
    struct ruleset *rules = scope->rules;
    struct reader *r = scope->reader;
    const char *name;
    if (!reader_text(r, key, "the name of a standard", &name)) return NULL;
    const struct standard *first = ruleset_find(rules, key->text);
    if (first) {
        reader_error(r, key, "standard %s is defined twice, first at %s:%d", reader_shown(r, key),
            first->file, first->line);
        return NULL;
    }
    struct standard *s = arena_alloc(r->arena, sizeof *s);
    s->name = name;
    s->file = arena_text(r->arena, span_of(key->file));
    s->line = key->line;
    rules->standards = scope_grow(rules->standards, rules->standard_count, sizeof(struct standard *));
    rules->standards[rules->standard_count++] = s;
    return s;
}

void standards_read(struct scope *scope, const struct node *map) {
    struct reader *r = scope->reader;
    if (reader_is_null(map)) return;
    if (map->kind != NODE_MAP) {
        reader_error(r, map, "%s instead of a map of names to standards", reader_shown(r, map));
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        if (scope->rules->standard_count == STANDARDS_MAX) {
            reader_error(r, node_key(map, i), "more than %d standards", STANDARDS_MAX);
            return;
        }
        struct standard *s = add_standard(scope, node_key(map, i));
        if (s) read_standard(scope, node_key(map, i), node_value(map, i), s);
    }
}
