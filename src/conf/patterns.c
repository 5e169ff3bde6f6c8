#include "conf/patterns.h"

/* ---- the pattern of one attribute; depth is bounded by the tree's */

static bool read_pattern(struct reader *r, const struct node *node, struct pattern *out);

static bool read_scalar(struct reader *r, const struct node *node, struct pattern *out) {
    double number;
    out->kind = PATTERN_EQUALS;
    switch (core_kind(node)) {
    case CORE_NULL:
        reader_error(r, node,
            "%s as a pattern: an attribute that must be absent is {exists: false}, a text is quoted%s",
            reader_shown(r, node), node->text.n == 0 ? ", a blank stands behind the \":\"" : "");
        return false;
    case CORE_BOOL: return out->value = value_bool(core_truth(node)), true;
    case CORE_NUMBER:
        if (!reader_number(r, node, "a pattern", &number)) return false;
        return out->value = value_number(number), true;
    case CORE_TEXT: break;
    }
    return out->value = value_text((struct span){arena_text(r->arena, node->text), node->text.n}), true;
}

static bool read_any(struct reader *r, const struct node *node, struct pattern *out) {
    bool clean = true;
    if (node->count == 0)
        return reader_error(r, node, "an empty list fits nothing: give values, or leave it out"), false;
    struct pattern *parts = arena_alloc(r->arena, node->count * sizeof *parts);
    for (size_t i = 0; i < node->count; i++) clean = read_pattern(r, node->items[i], &parts[i]) && clean;
    *out = (struct pattern){.kind = PATTERN_ANY, .parts = parts, .part_count = node->count};
    return clean;
}

enum operator{ OP_NOT, OP_EXISTS, OP_GLOB, OP_AT_LEAST, OP_AT_MOST, OPERATORS };
static const char *const operator_names[OPERATORS] = {"not", "exists", "glob", "at_least", "at_most"};

static bool read_not(struct reader *r, const struct node *node, struct pattern *out) {
    struct pattern *part = arena_alloc(r->arena, sizeof *part);
    *out = (struct pattern){.kind = PATTERN_NOT, .parts = part, .part_count = 1};
    return read_pattern(r, node, part);
}

static bool read_glob(struct reader *r, const struct node *node, struct pattern *out) {
    if (node->kind != NODE_SCALAR || core_kind(node) != CORE_TEXT) {
        reader_error(r, node, "%s is not a glob: it needs a text, such as \"vip-*\"", reader_shown(r, node));
        return false;
    }
    *out = (struct pattern){.kind = PATTERN_GLOB,
        .value = value_text((struct span){arena_text(r->arena, node->text), node->text.n})};
    return true;
}

static bool read_bound(
    struct reader *r, const struct node *node, enum pattern_kind kind, struct pattern *out) {
    double number = 0;
    bool clean = reader_number(r, node, "a bound", &number);
    *out = (struct pattern){.kind = kind, .value = value_number(number)};
    return clean;
}

static bool read_exists(struct reader *r, const struct node *node, struct pattern *out) {
    bool truth = true;
    bool clean = reader_bool(r, node, "an answer to \"exists\"", &truth);
    *out = (struct pattern){.kind = PATTERN_EXISTS, .value = value_bool(truth)};
    return clean;
}

static bool read_operator(struct reader *r, enum operator op, const struct node *node, struct pattern *out) {
    switch (op) {
    case OP_NOT: return read_not(r, node, out);
    case OP_EXISTS: return read_exists(r, node, out);
    case OP_GLOB: return read_glob(r, node, out);
    case OP_AT_LEAST: return read_bound(r, node, PATTERN_AT_LEAST, out);
    case OP_AT_MOST: return read_bound(r, node, PATTERN_AT_MOST, out);
    case OPERATORS: break;
    }
    return false;
}

static bool read_operators(struct reader *r, const struct node *node, struct pattern *out) {
    const struct node *values[OPERATORS];
    size_t count = 0;
    if (node->count == 0)
        return reader_error(r, node, "an empty map asks for nothing: {exists: true} asks for the attribute"),
               false;
    bool clean = reader_map(r, node, "a pattern", operator_names, OPERATORS, values);
    struct pattern *parts = arena_alloc(r->arena, OPERATORS * sizeof *parts);
    for (size_t i = 0; i < OPERATORS; i++)
        if (values[i]) clean = read_operator(r, (enum operator)i, values[i], &parts[count++]) && clean;
    *out = (struct pattern){.kind = PATTERN_ALL, .parts = parts, .part_count = count};
    return clean;
}

static bool read_pattern(struct reader *r, const struct node *node, struct pattern *out) {
    switch (node->kind) {
    case NODE_SCALAR: return read_scalar(r, node, out);
    case NODE_LIST: return read_any(r, node, out);
    case NODE_MAP: return read_operators(r, node, out);
    }
    return false;
}

/* ---- maps of attributes to patterns */

/* All pairs of the map but the one with the key `skip` (NULL: none). */
static bool read_conditions(
    struct reader *r, const struct node *map, const char *skip, struct match_all *out) {
    struct condition *conditions = arena_alloc(r->arena, map->count * sizeof *conditions);
    size_t count = 0;
    bool clean = true;
    for (size_t i = 0; i < map->count; i++) {
        const struct node *key = node_key(map, i);
        if (skip && span_eq(key->text, span_of(skip))) continue;
        struct condition *condition = &conditions[count++];
        clean = reader_attr(r, key, &condition->attr) && clean;
        clean = read_pattern(r, node_value(map, i), &condition->pattern) && clean;
    }
    *out = (struct match_all){conditions, count};
    return clean;
}

bool patterns_match(struct reader *r, const struct node *node, const struct match **out) {
    size_t count = node_list_count(node);
    bool clean = true;
    if (count == 0)
        return reader_error(r, node, "an empty list never holds: give maps, or leave it out"), false;
    struct match_all *alternatives = arena_alloc(r->arena, count * sizeof *alternatives);
    for (size_t i = 0; i < count; i++) {
        const struct node *item = node_list_item(node, i);
        if (item->kind == NODE_MAP) {
            clean = read_conditions(r, item, NULL, &alternatives[i]) && clean;
        } else {
            reader_error(r, item,
                "%s is not a match: it needs a map of attributes to patterns, such as {channel: phone}",
                reader_shown(r, item));
            clean = false;
        }
    }
    if (!clean) return false;
    struct match *match = arena_alloc(r->arena, sizeof *match);
    *match = (struct match){alternatives, count};
    *out = match;
    return true;
}

/* ---- events */

static const struct node *find_value(const struct node *map, struct span name) {
    for (size_t i = 0; i < map->count; i++)
        if (span_eq(node_key(map, i)->text, name)) return node_value(map, i);
    return NULL;
}

static bool read_event(struct reader *r, const struct node *node, struct event_pattern *out) {
    static const char what[] = "the name of an event";
    if (node->kind == NODE_LIST)
        return reader_error(r, node, "a list in a list of events: write the events in one list"), false;
    if (node->kind == NODE_SCALAR) return reader_text(r, node, what, &out->event);
    const struct node *name = find_value(node, SPAN("event"));
    if (!name) return reader_error(r, node, "an event without its name: write {event: NAME, …}"), false;
    bool clean = reader_text(r, name, what, &out->event);
    return read_conditions(r, node, "event", &out->own) && clean;
}

bool patterns_events(struct reader *r, const struct node *node, struct event_patterns *out) {
    size_t count = node_list_count(node);
    bool clean = true;
    if (count == 0) return reader_error(r, node, "an empty list names no event: leave the key out"), false;
    struct event_pattern *list = arena_alloc(r->arena, count * sizeof *list);
    for (size_t i = 0; i < count; i++) clean = read_event(r, node_list_item(node, i), &list[i]) && clean;
    if (!clean) return false;
    *out = (struct event_patterns){list, count};
    return true;
}
