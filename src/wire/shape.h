/* shape: which key follows which in the lines of an input, so that a line like those before it is not spelt out again.
 * Owns: copies of what stood between values: comma, key in quotes, colon, spaces.
 * Must not know: what a key means.
 *
 * A tree of nodes: each path from the root is a sequence of keys that some line had, none of them twice. Lines that
 * differ in their keys are different paths. */
#ifndef SLAD_WIRE_SHAPE_H
#define SLAD_WIRE_SHAPE_H

#include "slad/base/mem.h"

enum {
    SHAPE_FOLLOWERS = 4, /* of a key: an input has a few kinds of lines */
    SHAPE_NODES_MAX = 512, /* then it is forgotten and learned anew: a hostile input only makes its lines slower */
    SHAPE_BYTES_MAX = 128, /* of what stands between two values */
    SHAPE_DEPTH_MAX = 32,
};

struct shape_node {
    const struct shape_node *parent;
    struct shape_node *followers[SHAPE_FOLLOWERS]; /* the latest first */
    uint16_t follower_count, depth;
    uint16_t bytes, key_at, key_bytes; /* of between; where the key lies in it */
    uint16_t mark;                     /* the reader's own: what kind of field it is */
    char between[];
};
struct shape {
    struct arena arena;
    struct shape_node *root;
    size_t nodes;
};

void shape_init(struct shape *shape);
void shape_fini(struct shape *shape);
/* Where a line begins. */
struct shape_node *shape_start(struct shape *shape);
/* The node after this one whose bytes stand at p; NULL when there is none. */
static inline struct shape_node *shape_next(struct shape_node *node, const char *p, const char *end) {
    for (uint16_t i = 0; i < node->follower_count; i++) {
        struct shape_node *next = node->followers[i];
        if ((size_t)(end - p) < next->bytes || memcmp(p, next->between, next->bytes) != 0) continue;
        if (i) node->followers[i] = node->followers[0], node->followers[0] = next;
        return next;
    }
    return NULL;
}
/* Learns that these bytes, with this key in them (without its quotes), came after the node. NULL when it is not to be
 * learned: the key stood before on the path, or there is too much of something. */
struct shape_node *shape_learn(struct shape *shape, struct shape_node *node, struct span between, struct span key);

#endif
