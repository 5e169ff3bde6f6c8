/* Invariants:
 * 1. keys[] are derived from one seed; they change only in span_hash_seed(), before the first table fills that lasts.
 * 2. Every product in span_hash() has a secret key in both factors: nobody who does not know the keys can
 *    make one of them zero, and so no set of texts collides whatever the keys are. */
#include "slad/base/span.h"

static uint64_t seeded;
static uint64_t keys[3] = {0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f}; /* those of seed 0 */

int span_cmp(struct span a, struct span b) {
    size_t shorter = a.n < b.n ? a.n : b.n;
    int order = shorter ? memcmp(a.p, b.p, shorter) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Multiply and fold: both halves of the 128-bit product (as in wyhash). */
static inline uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t read8(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static inline uint64_t read4(const char *p) {
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Any 0..16 bytes as two words; the reads overlap where the text is short, so no byte is left out. */
static inline void read_tail(const char *p, size_t n, uint64_t *a, uint64_t *b) {
    if (n >= 8) {
        *a = read8(p);
        *b = read8(p + n - 8);
    } else if (n >= 4) {
        *a = read4(p);
        *b = read4(p + n - 4);
    } else if (n > 0) {
        *a = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n >> 1] << 8 |
             (unsigned char)p[n - 1];
        *b = 0;
    } else {
        *a = *b = 0;
    }
}

uint64_t span_hash(struct span s) {
    const char *p = s.p;
    size_t left = s.n;
    uint64_t hash = keys[0], a, b;
    for (; left > 16; p += 16, left -= 16) hash = fold(read8(p) ^ keys[1], read8(p + 8) ^ hash);
    read_tail(p, left, &a, &b);
    return fold(keys[2] ^ s.n, fold(a ^ keys[1], b ^ hash));
}

/* splitmix64: well-mixed words from a counter. */
static uint64_t next_key(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void span_hash_seed(uint64_t seed) {
    seeded = seed;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) keys[i] = next_key(&seed);
}

uint64_t span_hash_seeded(void) {
    return seeded;
}
