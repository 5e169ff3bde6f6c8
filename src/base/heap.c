/* Invariants:
 * 1. The children of entry i are 4i + 1 … 4i + 4; no child's key is smaller than its parent's. Four, because
 *    a node's children lie side by side in memory and the way up is half as long.
 * 2. entries[i].node->place == i + 1 for every entry; a node outside has place 0. */
#include "slad/base/heap.h"

#include <stdlib.h>

#include "slad/base/mem.h"

enum { CHILDREN = 4 };

static inline void put(struct heap *heap, size_t i, struct heap_entry entry) {
    heap->entries[i] = entry;
    entry.node->place = i + 1;
}

/* Puts the entry where it belongs on the way from i to the top. Returns the place. */
static size_t rise(struct heap *heap, size_t i, struct heap_entry entry) {
    while (i > 0) {
        size_t parent = (i - 1) / CHILDREN;
        if (heap->entries[parent].key <= entry.key) break;
        put(heap, i, heap->entries[parent]);
        i = parent;
    }
    put(heap, i, entry);
    return i;
}

/* The child of i with the smallest key; 0 when it has none. */
static size_t smallest_child(const struct heap *heap, size_t i) {
    size_t first = i * CHILDREN + 1, best = first;
    if (first >= heap->count) return 0;
    size_t end = first + CHILDREN < heap->count ? first + CHILDREN : heap->count;
    for (size_t child = first + 1; child < end; child++)
        if (heap->entries[child].key < heap->entries[best].key) best = child;
    return best;
}

static void sink(struct heap *heap, size_t i, struct heap_entry entry) {
    for (size_t child; (child = smallest_child(heap, i)) != 0; i = child) {
        if (heap->entries[child].key >= entry.key) break;
        put(heap, i, heap->entries[child]);
    }
    put(heap, i, entry);
}

void heap_set(struct heap *heap, struct heap_node *node, int64_t key) {
    struct heap_entry entry = {key, node};
    if (node->place == 0) {
        heap->entries = mem_grow(heap->entries, &heap->capacity, heap->count + 1, sizeof *heap->entries);
        rise(heap, heap->count++, entry);
        return;
    }
    size_t i = node->place - 1;
    if (key < heap->entries[i].key)
        rise(heap, i, entry);
    else
        sink(heap, i, entry);
}

void heap_remove(struct heap *heap, struct heap_node *node) {
    if (node->place == 0) return;
    size_t i = node->place - 1;
    node->place = 0;
    struct heap_entry last = heap->entries[--heap->count];
    if (i == heap->count) return;
    /* The last entry takes the free place, then goes up or down from there. */
    if (rise(heap, i, last) == i) sink(heap, i, last);
}

/* The entries that may come next: a binary min-heap of their keys and indexes. */
struct front {
    struct front_entry {
        int64_t key;
        size_t index;
    } * entries;
    size_t count, capacity;
};

static void front_push(struct front *front, struct front_entry entry) {
    front->entries = mem_grow(front->entries, &front->capacity, front->count + 1, sizeof *front->entries);
    size_t i = front->count++;
    for (; i > 0 && front->entries[(i - 1) / 2].key > entry.key; i = (i - 1) / 2)
        front->entries[i] = front->entries[(i - 1) / 2];
    front->entries[i] = entry;
}

static struct front_entry front_pop(struct front *front) {
    struct front_entry top = front->entries[0], last = front->entries[--front->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < front->count; i = child) {
        if (child + 1 < front->count && front->entries[child + 1].key < front->entries[child].key) child++;
        if (front->entries[child].key >= last.key) break;
        front->entries[i] = front->entries[child];
    }
    front->entries[i] = last;
    return top;
}

void heap_walk(
    const struct heap *heap, bool (*visit)(void *arg, int64_t key, struct heap_node *node), void *arg) {
    struct front front = {0};
    if (heap->count) front_push(&front, (struct front_entry){heap->entries[0].key, 0});
    while (front.count) {
        size_t i = front_pop(&front).index;
        if (!visit(arg, heap->entries[i].key, heap->entries[i].node)) break;
        for (size_t child = i * CHILDREN + 1; child <= i * CHILDREN + CHILDREN && child < heap->count;
             child++)
            front_push(&front, (struct front_entry){heap->entries[child].key, child});
    }
    free(front.entries);
}

void heap_fini(struct heap *heap) {
    free(heap->entries);
    *heap = (struct heap){0};
}
