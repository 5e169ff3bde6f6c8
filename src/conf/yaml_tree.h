/* yaml_tree: the text of one file as a tree of scalars, lists and maps that know where they stand.
 * Owns: nothing; the nodes lie in the caller's arena.
 * Must not know: keys, settings, standards; the only place that knows libyaml. */
#ifndef SLAD_CONF_YAML_TREE_H
#define SLAD_CONF_YAML_TREE_H

#include "slad/base/mem.h"
#include "slad/conf/finding.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
struct node {
    enum node_kind kind;
    bool plain;       /* a scalar without quotes: typed by the core schema */
    const char *file; /* borrowed from the caller */
    int line, column; /* from 1, in characters */
    struct span text; /* scalar: valid UTF-8 without NUL, NUL-terminated */
    /* list: `count` items; map: `count` pairs of a key, always a scalar and each text once, and its value. */
    const struct node *const *items;
    size_t count;
    /* With all that hangs below, aliases followed: what it counts against the caps. */
    size_t weight, height;
};

enum {
    YAML_BYTES_MAX = 1024 * 1024, /* far beyond any real set of standards; bounds the time libyaml may take */
    YAML_DEPTH_MAX = 32,     /* a standard needs eight; libyaml's time grows with the square of the depth */
    YAML_NODES_MAX = 100000, /* aliases followed: a few lines of them can stand for billions of values */
    YAML_ANCHORS_MAX = 1000, /* they are looked up one by one */
};

/* Reads the one document in text. *root is NULL when there is none (an empty file). What does not keep the
 * rest from being read (a key twice, a tag) is added to findings and left out. ERR_INVALID when the text is
 * not YAML, or over a cap: one error is added that says so. */
int yaml_tree_read(struct arena *arena, const char *file, struct span text, struct findings *findings,
    const struct node **root) WARN_UNUSED;

static inline const struct node *node_key(const struct node *map, size_t i) {
    return map->items[2 * i];
}
static inline const struct node *node_value(const struct node *map, size_t i) {
    return map->items[2 * i + 1];
}

#endif
