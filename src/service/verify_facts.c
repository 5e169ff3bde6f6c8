#include "verify_state.h"

static bool key_eq(const void *item, const void *key) {
    return span_eq(((const struct known *)item)->key, *(const struct span *)key);
}

struct known *facts_find(const struct facts *facts, struct span key) {
    return map_find(&facts->map, span_hash(key), key_eq, &key);
}

static struct span keep(struct facts *facts, struct span text) {
    return (struct span){arena_text(&facts->arena, text), text.n};
}

void facts_put(struct facts *facts, struct span key, struct span text) {
    if (facts_find(facts, key)) return;
    struct known *known = arena_alloc(&facts->arena, sizeof *known);
    *known = (struct known){keep(facts, key), keep(facts, text), false};
    map_add(&facts->map, span_hash(known->key), known);
}

void facts_fini(struct facts *facts) {
    map_fini(&facts->map);
    arena_fini(&facts->arena);
    *facts = (struct facts){0};
}
