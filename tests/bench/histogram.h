/* histogram: how often each latency occurred, to within 1.6 %; counts of microseconds.
 * Owns: nothing but its counts.
 * Must not know: what was measured. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

enum { HISTOGRAM_PLACES = 64 * 59 };
struct histogram {
    uint64_t total, counts[HISTOGRAM_PLACES];
    int64_t max_us;
};

/* Below 128 each number has its place; above, each doubling has 64. */
static inline unsigned histogram_place(uint64_t us) {
    if (us < 128) return (unsigned)us;
    unsigned shift = 57 - (unsigned)__builtin_clzll(us);
    return 64 * shift + (unsigned)(us >> shift);
}

static inline void histogram_add(struct histogram *h, int64_t us, uint64_t times) {
    if (us < 0) us = 0;
    h->counts[histogram_place((uint64_t)us)] += times;
    h->total += times;
    if (us > h->max_us) h->max_us = us;
}

static inline int64_t histogram_at(const struct histogram *h, double share) {
    uint64_t wanted = (uint64_t)(share * (double)h->total + 0.999999), seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_PLACES; i++) {
        seen += h->counts[i];
        if (!h->counts[i] || seen < wanted) continue;
        if (i < 128) return i;
        int64_t edge = (int64_t)(i % 64 + 65) << (i / 64 - 1); /* the upper one: never better than it was */
        return edge < h->max_us ? edge : h->max_us;
    }
    return h->max_us;
}

static inline void histogram_print(const struct histogram *h, FILE *out) {
    fprintf(out, "{\"count\":%" PRIu64 ",\"p50\":%" PRId64 ",\"p90\":%" PRId64 ",\"p99\":%" PRId64 ",\"p999\":%" PRId64
        ",\"max\":%" PRId64 "}", h->total, histogram_at(h, 0.5), histogram_at(h, 0.9), histogram_at(h, 0.99),
        histogram_at(h, 0.999), h->max_us);
}

#endif
