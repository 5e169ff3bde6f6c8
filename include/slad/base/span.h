/* span: a run of bytes that somebody else owns; not NUL-terminated.
 * Owns: nothing.
 * Must not know: encodings, JSON, memory management. */
#ifndef SLAD_BASE_SPAN_H
#define SLAD_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *p; /* may be NULL only when n is 0 */
    size_t n;      /* bytes */
};

#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})
/* For printf's "%.*s". */
#define SPAN_ARGS(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct span span_of(const char *text) {
    return (struct span){text, text ? strlen(text) : 0};
}
static inline bool span_eq(struct span a, struct span b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* Order by byte, which for UTF-8 is the order by code point. <0, 0, >0. */
int span_cmp(struct span a, struct span b);
/* A 64-bit hash, keyed with a secret once span_hash_seed() was called (the daemon does), so that nobody outside can make
 * keys collide. Nothing may depend on its value, but what goes with the seed. */
uint64_t span_hash(struct span s);
/* Before any table is filled that lasts. */
void span_hash_seed(uint64_t seed);
uint64_t span_hash_seeded(void); /* 0: it was not */

#endif
