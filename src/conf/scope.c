/* Invariants:
 * 1. names[0] is "always", names[1 + i] the name of calendars[i], once anything was defined or asked for.
 * 2. Each zone and calendar of the ruleset is loaded once; ruleset_fini() frees them and their arrays. */
#include "conf/scope.h"

#include <stdlib.h>

void *scope_grow(void *array, size_t count, size_t size) {
    if (count & (count - 1)) return array;
    return mem_realloc(array, (count ? 2 * count : 1) * size);
}

/* ---- zones */

static const struct zone *find_zone(const struct ruleset *rules, const char *name) {
    for (size_t i = 0; i < rules->zone_count; i++)
        if (strcmp(zone_name(rules->zones[i]), name) == 0) return rules->zones[i];
    return NULL;
}

static const struct zone *load_zone(struct scope *scope, const char *name, struct err *err) {
    struct ruleset *rules = scope->rules;
    const struct zone *known = find_zone(rules, name);
    if (known) return known;
    struct zone *zone;
    if (zone_load(name, &zone, err)) return NULL;
    rules->zones = scope_grow(rules->zones, rules->zone_count, sizeof(struct zone *));
    rules->zones[rules->zone_count++] = zone;
    return zone;
}

const struct zone *scope_zone(struct scope *scope, const struct node *node) {
    struct reader *r = scope->reader;
    const char *name;
    struct err err = {0};
    if (!reader_text(r, node, "a time zone", &name)) return NULL;
    if (scope->unknown_zones >= SCOPE_UNKNOWN_ZONES_MAX) {
        const struct zone *known = find_zone(scope->rules, name);
        if (!known)
            reader_error(r, node, "%s is not looked up: too many time zones before it are unknown",
                reader_shown(r, node));
        return known;
    }
    const struct zone *zone = load_zone(scope, name, &err);
    if (zone) return zone;
    scope->unknown_zones++;
    reader_error(r, node, "%s", err.text);
    return NULL;
}

const struct zone *scope_zone_utc(struct scope *scope, const struct node *at) {
    struct err err = {0};
    const struct zone *zone = load_zone(scope, "UTC", &err);
    if (!zone) reader_error(scope->reader, at, "the default time zone cannot be had: %s", err.text);
    return zone;
}

/* ---- calendars */

static void add_name(struct scope *scope, const char *name) {
    size_t count = scope->names ? scope->calendar_count + 1 : 0;
    scope->names = mem_grow(scope->names, &scope->name_capacity, count + 1, sizeof *scope->names);
    scope->names[count] = name;
}

bool scope_define(struct scope *scope, const struct node *key, const char *name) {
    if (!scope->names) add_name(scope, "always");
    if (strcmp(name, "always") == 0)
        return reader_error(scope->reader, key,
                   "calendar \"always\" is built in, open round the clock: choose another name"),
               false;
    for (size_t i = 0; i < scope->calendar_count; i++) {
        if (strcmp(scope->names[i + 1], name) != 0) continue;
        const struct node *first = scope->calendars[i].key;
        reader_error(scope->reader, key, "calendar %s is defined twice, first at %s:%d",
            reader_shown(scope->reader, key), first->file, first->line);
        return false;
    }
    add_name(scope, name);
    scope->calendars = mem_grow(
        scope->calendars, &scope->calendar_capacity, scope->calendar_count + 1, sizeof *scope->calendars);
    scope->calendars[scope->calendar_count++] = (struct scope_calendar){.key = key};
    return true;
}

void scope_take_calendar(struct scope *scope, struct calendar *calendar) {
    struct ruleset *rules = scope->rules;
    scope->calendars[scope->calendar_count - 1].calendar = calendar;
    rules->calendars = scope_grow(rules->calendars, rules->calendar_count, sizeof(struct calendar *));
    rules->calendars[rules->calendar_count++] = calendar;
}

bool scope_calendar(struct scope *scope, const struct node *node, const struct calendar **out) {
    struct reader *r = scope->reader;
    const char *name;
    if (!reader_text(r, node, "the name of a calendar", &name)) return false;
    if (!scope->names) add_name(scope, "always");
    if (strcmp(name, "always") == 0) return *out = NULL, true;
    for (size_t i = 0; i < scope->calendar_count; i++)
        if (strcmp(scope->names[i + 1], name) == 0) return *out = scope->calendars[i].calendar, true;
    if (!scope->is_incomplete)
        reader_error(r, node, "unknown calendar %s%s", reader_shown(r, node),
            reader_nearest(
                r, node->text, scope->names, scope->calendar_count + 1, "no `calendars` defines it"));
    return false;
}

void scope_fini(struct scope *scope) {
    free(scope->calendars);
    free(scope->names);
}
