/* Invariants:
 *  1. each run is sorted, and none is empty until keys are taken out;
 *  2. until keys are taken out, runs stand by falling last key. A slice, sorted, adds one at most: a key that begins a run is followed by greater
 *     ones. So there are no more runs than slices, whatever the order is;
 *  3. from then on they are a heap: the next key of run i is not after those of runs 2i + 1 and 2i + 2. */
#include "key_order.h"

#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

struct key_run {
    struct journal_key *keys;
    size_t count, capacity, next;
};

static int by_time(const void *a, const void *b) {
    const struct journal_key *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool is_before(const struct key_run *a, const struct key_run *b) {
    return by_time(&a->keys[a->next], &b->keys[b->next]) < 0;
}

static bool is_sorted(const struct journal_key *keys, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (by_time(&keys[i - 1], &keys[i]) > 0) return false;
    return true;
}

static bool ends_before(const struct key_run *run, const struct journal_key *key) {
    return by_time(&run->keys[run->count - 1], key) < 0;
}

/* The first run that ends before this key; run_count: none does. */
static size_t place(const struct key_order *order, const struct journal_key *key) {
    size_t low = 0, high = order->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ends_before(order->runs[middle], key)) high = middle;
        else low = middle + 1;
    }
    return low;
}

static struct key_run *new_run(struct key_order *order) {
    order->runs = mem_grow(order->runs, &order->run_capacity, order->run_count + 1, sizeof *order->runs);
    return order->runs[order->run_count++] = mem_zalloc(sizeof(struct key_run));
}

/* As many of these sorted keys as go to the run of the first; how many. */
static size_t append(struct key_order *order, const struct journal_key *keys, size_t count) {
    size_t at = place(order, keys), n = at ? 1 : count;
    while (n < count && !ends_before(order->runs[at - 1], &keys[n])) n++;
    struct key_run *run = at < order->run_count ? order->runs[at] : new_run(order);
    run->keys = mem_grow(run->keys, &run->capacity, run->count + n, sizeof *run->keys);
    memcpy(run->keys + run->count, keys, n * sizeof *keys);
    run->count += n;
    return n;
}

void key_order_add(struct key_order *order, struct journal_key *slice, size_t count) {
    if (!is_sorted(slice, count)) qsort(slice, count, sizeof *slice, by_time);
    for (size_t i = 0; i < count;) i += append(order, slice + i, count - i);
    order->count += count;
}

/* A heap of our own: at one instant the order is that of arrival, of which base/heap knows nothing. */
static void sink(struct key_order *order, size_t i) {
    struct key_run *run = order->runs[i];
    for (size_t child; (child = 2 * i + 1) < order->run_count; i = child) {
        struct key_run **runs = order->runs;
        if (child + 1 < order->run_count && is_before(runs[child + 1], runs[child])) child++;
        if (!is_before(runs[child], run)) break;
        runs[i] = runs[child];
    }
    order->runs[i] = run;
}

static void run_free(struct key_run *run) {
    free(run->keys);
    free(run);
}

bool key_order_next(struct key_order *order, struct journal_key *out) {
    if (order->taken == order->count) return false;
    if (!order->taken)
        for (size_t i = order->run_count; i--;) sink(order, i);
    struct key_run *run = order->runs[0];
    *out = run->keys[run->next++];
    order->taken++;
    if (run->next == run->count) {
        order->runs[0] = order->runs[--order->run_count];
        run_free(run);
    }
    if (order->run_count) sink(order, 0);
    return true;
}

void key_order_fini(struct key_order *order) {
    for (size_t i = 0; i < order->run_count; i++) run_free(order->runs[i]);
    free(order->runs);
    *order = (struct key_order){0};
}
