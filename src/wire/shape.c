/* Invariants:
 * 1. no key stands twice on a path from the root;
 * 2. nodes live until the next shape_start() that finds too many of them: a path in hand stays valid for its line. */
#include "shape.h"

static void begin(struct shape *shape) {
    shape->root = arena_alloc(&shape->arena, sizeof *shape->root);
    shape->nodes = 1;
}

void shape_init(struct shape *shape) {
    *shape = (struct shape){0};
    begin(shape);
}

void shape_fini(struct shape *shape) {
    arena_fini(&shape->arena);
}

static struct span key_of(const struct shape_node *node) {
    return (struct span){node->between + node->key_at, node->key_bytes};
}

static bool stood_before(const struct shape_node *node, struct span key) {
    for (; node->parent; node = node->parent)
        if (span_eq(key_of(node), key)) return true;
    return false;
}

static void add_follower(struct shape_node *node, struct shape_node *next) {
    if (node->follower_count < SHAPE_FOLLOWERS) node->follower_count++;
    for (uint16_t i = (uint16_t)(node->follower_count - 1); i > 0; i--) node->followers[i] = node->followers[i - 1];
    node->followers[0] = next;
}

struct shape_node *shape_learn(struct shape *shape, struct shape_node *node, struct span between, struct span key) {
    if (between.n > SHAPE_BYTES_MAX || node->depth == SHAPE_DEPTH_MAX || shape->nodes >= SHAPE_NODES_MAX) return NULL;
    if (key.p < between.p || key.p + key.n > between.p + between.n || stood_before(node, key)) return NULL;
    struct shape_node *next = arena_alloc(&shape->arena, sizeof *next + between.n);
    *next = (struct shape_node){.parent = node, .depth = (uint16_t)(node->depth + 1)};
    next->bytes = (uint16_t)between.n;
    next->key_at = (uint16_t)(key.p - between.p);
    next->key_bytes = (uint16_t)key.n;
    memcpy(next->between, between.p, between.n);
    add_follower(node, next);
    shape->nodes++;
    return next;
}

struct shape_node *shape_start(struct shape *shape) {
    if (shape->nodes >= SHAPE_NODES_MAX) {
        arena_fini(&shape->arena);
        begin(shape);
    }
    return shape->root;
}
