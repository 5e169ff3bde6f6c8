#include "conf/warnings.h"

#include "conf/satisfy.h"
#include "conf/warn.h"
#include "slad/model/duration.h"
#include "slad/model/instant.h"

#define DAY_MS INT64_C(86400000)

/* A standard, and where it was written. */
struct subject {
    struct reader *r;
    const struct standard *standard;
    const struct node *key, *node;
};

static const struct node *find_value(const struct node *map, const char *key) {
    for (size_t i = 0; i < map->count; i++)
        if (span_eq(node_key(map, i)->text, span_of(key))) return node_value(map, i);
    return NULL;
}

/* ---- conditions that never hold */

/* The conditions stand in the order of the map's keys, without `skip`. */
static void check_conditions(
    struct reader *r, const struct node *map, const char *skip, const struct match_all *all) {
    size_t next = 0;
    for (size_t i = 0; i < map->count && next < all->count; i++) {
        if (skip && span_eq(node_key(map, i)->text, span_of(skip))) continue;
        const struct condition *condition = &all->conditions[next++];
        if (!satisfy_both(&condition->pattern, NULL))
            reader_warn(r, node_value(map, i), "no value of attribute %s fits this: it never holds",
                reader_shown(r, node_key(map, i)));
    }
}

static void check_match(struct reader *r, const struct node *node, const struct match *match) {
    for (size_t i = 0; node && match && i < match->count; i++)
        check_conditions(r, node_list_item(node, i), NULL, &match->alternatives[i]);
}

static void check_events(struct reader *r, const struct node *node, const struct event_patterns *events) {
    for (size_t i = 0; node && i < events->count; i++) {
        const struct node *item = node_list_item(node, i);
        if (item->kind == NODE_MAP) check_conditions(r, item, "event", &events->list[i].own);
    }
}

/* ---- conditions that contradict one another */

/* The attribute of which no value fits both; NULL: none. own: `a` is of an event's own attributes, which say
 * nothing of an attribute that the event may lack. */
static const char *contradiction(const struct match_all *a, const struct match_all *b, bool own) {
    for (size_t i = 0; i < a->count; i++) {
        const struct condition *x = &a->conditions[i];
        if (own && satisfy_absent(&x->pattern)) continue;
        for (size_t j = 0; j < b->count; j++) {
            const struct condition *y = &b->conditions[j];
            if (strcmp(x->attr, y->attr) == 0 && !satisfy_both(&x->pattern, &y->pattern)) return x->attr;
        }
    }
    return NULL;
}

/* The same for all alternatives of the match. */
static const char *contradicts(const struct match_all *all, const struct match *match, bool own) {
    const char *attr = NULL;
    for (size_t i = 0; match && i < match->count; i++) {
        attr = contradiction(all, &match->alternatives[i], own);
        if (!attr) return NULL;
    }
    return attr;
}

static void check_rule_fits(const struct subject *s, const struct node *node, const struct limit_rule *rule) {
    const char *attr = NULL;
    for (size_t i = 0; rule->match && i < rule->match->count; i++) {
        attr = contradicts(&rule->match->alternatives[i], s->standard->match, false);
        if (!attr) return;
    }
    if (attr)
        reader_warn(s->r, node, "this rule is never used: \"match\" of the standard asks for another %s",
            reader_shown_text(s->r, span_of(attr)));
}

static void check_when(const struct subject *s, const struct node *node) {
    for (size_t i = 0; node && i < s->standard->when.count; i++) {
        const char *attr = contradicts(&s->standard->when.list[i].own, s->standard->match, true);
        if (attr)
            reader_warn(s->r, node_list_item(node, i),
                "such an event is never measured: \"match\" of the standard asks for another %s",
                reader_shown_text(s->r, span_of(attr)));
    }
}

/* ---- limits */

/* On average, over all the years a calendar knows. */
static int64_t week_ms(const struct calendar *calendar) {
    int64_t from = date_to_days(CALENDAR_FIRST_YEAR, 1, 1) * DAY_MS;
    int64_t to = date_to_days(CALENDAR_LAST_YEAR + 1, 1, 1) * DAY_MS;
    return calendar_open_between(calendar, from, to) / ((to - from) / (7 * DAY_MS));
}

static void check_length(const struct subject *s, const struct node *node, const struct limit_rule *rule) {
    enum { WEEKS_MAX = 26 }; /* half a year: nobody waits so long for one contact, round the clock or not */
    if (!rule->calendar) return;
    int64_t week = week_ms(rule->calendar);
    char open[DURATION_TEXT_MAX];
    if (rule->limit_ms / WEEKS_MAX < week) return;
    duration_text(week / 60000 * 60000, open);
    if (week < 60000)
        reader_warn(s->r, node, "calendar %s hardly ever opens: a limit of %s on it takes years",
            reader_shown_text(s->r, span_of(calendar_name(rule->calendar))), node->text.p);
    else
        reader_warn(s->r, node, "calendar %s is open about %s a week: a limit of %s on it takes %lld weeks",
            reader_shown_text(s->r, span_of(calendar_name(rule->calendar))), open, node->text.p,
            (long long)(rule->limit_ms / week));
}

static void check_limits(const struct subject *s) {
    const struct node *within = find_value(s->node, "within");
    for (size_t i = 0; within && i < s->standard->limit_count; i++) {
        const struct node *node = node_list_item(within, i);
        const struct limit_rule *rule = &s->standard->limits[i];
        const struct node *limit = node->kind == NODE_MAP ? find_value(node, "limit") : node;
        check_length(s, limit, rule);
        if (node->kind != NODE_MAP || !rule->match) continue;
        check_match(s->r, find_value(node, "match"), rule->match);
        check_rule_fits(s, find_value(node, "match"), rule);
    }
}

/* ---- windows */

static int64_t longest_ms(const struct standard *s) {
    static const int days[] = {
        [PERIOD_DAY] = 1, [PERIOD_WEEK] = 7, [PERIOD_MONTH] = 31, [PERIOD_QUARTER] = 92, [PERIOD_YEAR] = 366};
    if (s->window == WINDOW_ROLLING) return s->window_ms;
    return s->window == WINDOW_PERIOD ? days[s->period] * DAY_MS : 0;
}

static void check_window(const struct subject *s, int64_t retain_ms) {
    const struct node *node = find_value(s->node, "window");
    char window[DURATION_TEXT_MAX], retain[DURATION_TEXT_MAX];
    if (!node || longest_ms(s->standard) <= retain_ms) return;
    reader_warn(s->r, node,
        "a window of %s is longer than \"retain.events\" (%s): what is older takes no part in its figures",
        duration_text(longest_ms(s->standard), window), duration_text(retain_ms, retain));
}

/* ---- events */

static void check_all_events(struct warnings *w, const struct subject *s) {
    const struct standard *standard = s->standard;
    const struct {
        const char *key;
        const struct event_patterns *events;
    } keys[] = {{"start", &standard->start}, {"stop", &standard->stop}, {"fail", &standard->fail},
        {"cancel", &standard->cancel}, {"void", &standard->void_}, {"pause", &standard->pause},
        {"resume", &standard->resume}, {"reopen", &standard->reopen}, {"when", &standard->when}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct node *node = find_value(s->node, keys[i].key);
        if (!node) continue;
        check_events(s->r, node, keys[i].events);
        event_names_add(&w->names, node, standard);
    }
    const struct node *abandon = find_value(s->node, "abandon");
    const struct node *event = abandon ? find_value(abandon, "event") : NULL;
    if (!event) return;
    check_events(s->r, event, &standard->abandon);
    event_names_add(&w->names, event, standard);
}

/* ---- the same twice */

static bool meaning_eq(const void *item, const void *key) {
    return strcmp(((const struct standard *)item)->meaning, key) == 0;
}

static void check_meaning(struct warnings *w, const struct subject *s) {
    const struct standard *standard = s->standard;
    uint64_t hash = span_hash(span_of(standard->meaning));
    const struct standard *first = map_find(&w->meanings, hash, meaning_eq, standard->meaning);
    if (first)
        reader_warn(s->r, s->key, "standard %s means the same as %s at %s:%d", reader_shown(s->r, s->key),
            reader_shown_text(s->r, span_of(first->name)), first->file, first->line);
    else
        map_add(&w->meanings, hash, (void *)standard);
}

/* ---- all of a file, all files */

void warnings_read(struct warnings *warnings, const struct node *map) {
    for (size_t i = 0; map->kind == NODE_MAP && i < map->count; i++) {
        struct subject s = {.r = warnings->reader, .key = node_key(map, i), .node = node_value(map, i)};
        s.standard = ruleset_find(&warnings->config->rules, s.key->text);
        if (!s.standard || s.node->kind != NODE_MAP) continue;
        check_match(s.r, find_value(s.node, "match"), s.standard->match);
        check_match(s.r, find_value(s.node, "paused_while"), s.standard->paused_while);
        check_all_events(warnings, &s);
        check_when(&s, find_value(s.node, "when"));
        check_limits(&s);
        if (s.standard->warning_count) warn_check(s.r, find_value(s.node, "warn"), s.standard);
        check_window(&s, warnings->config->retain_events_ms);
        check_meaning(warnings, &s);
    }
}

void warnings_end(struct warnings *warnings) {
    event_names_warn(&warnings->names, warnings->reader);
}

void warnings_fini(struct warnings *warnings) {
    event_names_fini(&warnings->names);
    map_fini(&warnings->meanings);
}
