/* heap: a 4-ary min-heap of nodes embedded in the caller's structures; moving or removing any node is O(log n).
 * Owns: its array; never the nodes. Zero-initialise to start; heap_fini() frees the array.
 * Must not know: what a node stands for. */
#ifndef SLAD_BASE_HEAP_H
#define SLAD_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    size_t place; /* 1 + index in the heap; 0: not in it */
};
struct heap_entry {
    int64_t key;
    struct heap_node *node;
};
struct heap {
    struct heap_entry *entries;
    size_t count, capacity;
};

/* Puts the node in, or moves it, to `key`. */
void heap_set(struct heap *heap, struct heap_node *node, int64_t key);
/* Takes the node out; nothing happens when it is not in. */
void heap_remove(struct heap *heap, struct heap_node *node);
/* The entry with the smallest key, or NULL. */
static inline const struct heap_entry *heap_top(const struct heap *heap) {
    return heap->count ? &heap->entries[0] : NULL;
}
static inline bool heap_holds(const struct heap_node *node) {
    return node->place != 0;
}
/* Calls visit on the nodes in rising order of key, without changing the heap, until it returns false.
 * Costs O(k log k) for k nodes visited. */
void heap_walk(const struct heap *heap, bool (*visit)(void *arg, int64_t key, struct heap_node *node), void *arg);
void heap_fini(struct heap *heap);

#endif
