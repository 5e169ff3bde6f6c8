#include "conf/event_names.h"

#include <stdlib.h>

enum {
    NAMES_COMPARED_MAX = 2000, /* each with each: above, nobody is warned */
    NAME_BYTES_MIN = 5,        /* shorter ones differ by a letter without being meant to be one */
};

struct event_name {
    const struct node *node; /* where it is used first */
    const void *owner;
    size_t uses;
};

static bool name_eq(const void *item, const void *key) {
    return span_eq(((const struct event_name *)item)->node->text, *(const struct span *)key);
}

static void add_name(struct event_names *names, const struct node *node, const void *owner) {
    uint64_t hash = span_hash(node->text);
    struct event_name *name = map_find(&names->by_name, hash, name_eq, &node->text);
    if (name) {
        name->uses++;
        return;
    }
    name = mem_alloc(sizeof *name);
    *name = (struct event_name){node, owner, 1};
    map_add(&names->by_name, hash, name);
    names->list = mem_grow(names->list, &names->capacity, names->count + 1, sizeof(struct event_name *));
    names->list[names->count++] = name;
}

void event_names_add(struct event_names *names, const struct node *events, const void *owner) {
    for (size_t i = 0; i < node_list_count(events); i++) {
        const struct node *item = node_list_item(events, i);
        if (item->kind == NODE_SCALAR) add_name(names, item, owner);
        for (size_t j = 0; item->kind == NODE_MAP && j < item->count; j++)
            if (span_eq(node_key(item, j)->text, SPAN("event"))) add_name(names, node_value(item, j), owner);
    }
}

/* ---- a slip of the pen */

static bool has_digit(struct span text) {
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9') return true;
    return false;
}

static bool is_swap(struct span a, struct span b) {
    return a.n == 2 && b.n == 2 && a.p[0] == b.p[1] && a.p[1] == b.p[0];
}

/* A letter more, less or another, or two in the wrong order. Names that count (line-1, line-2) are meant. */
static bool differ_by_a_letter(struct span a, struct span b) {
    while (a.n && b.n && a.p[0] == b.p[0]) a.p++, a.n--, b.p++, b.n--;
    while (a.n && b.n && a.p[a.n - 1] == b.p[b.n - 1]) a.n--, b.n--;
    return ((a.n <= 1 && b.n <= 1) || is_swap(a, b)) && !has_digit(a) && !has_digit(b);
}

static bool is_meant(const struct event_name *once, const struct event_name *other) {
    return once != other && other->node->text.n >= NAME_BYTES_MIN &&
           (other->uses > 1 || other->owner != once->owner) &&
           differ_by_a_letter(once->node->text, other->node->text);
}

/* Of two that are both used once the later is the slip, so that one warning is given. */
static const struct event_name *meant_by(const struct event_names *names, size_t index) {
    for (size_t i = 0; i < names->count; i++)
        if (is_meant(names->list[index], names->list[i]) && (names->list[i]->uses > 1 || i < index))
            return names->list[i];
    return NULL;
}

void event_names_warn(const struct event_names *names, struct reader *r) {
    if (names->count > NAMES_COMPARED_MAX) return;
    for (size_t i = 0; i < names->count; i++) {
        const struct event_name *name = names->list[i];
        if (name->uses > 1 || name->node->text.n < NAME_BYTES_MIN) continue;
        const struct event_name *meant = meant_by(names, i);
        if (meant)
            reader_warn(r, name->node, "event %s is named nowhere else: did you mean %s (%s:%d)?",
                reader_shown(r, name->node), reader_shown(r, meant->node), meant->node->file,
                meant->node->line);
    }
}

void event_names_fini(struct event_names *names) {
    for (size_t i = 0; i < names->count; i++) free(names->list[i]);
    free(names->list);
    map_fini(&names->by_name);
}
