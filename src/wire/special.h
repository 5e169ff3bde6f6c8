/* special: the bytes that JSON has in a string only after a backslash, eight at a time.
 * Owns: nothing.
 * Must not know: what the bytes are part of. */
#ifndef SLAD_WIRE_SPECIAL_H
#define SLAD_WIRE_SPECIAL_H

#include <stdint.h>

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))
#define HIGH_BITS EACH_BYTE(0x80)

/* The high bit of each byte that is zero. A borrow may mark bytes above the first zero byte, never below it.
 */
static inline uint64_t zero_bytes(uint64_t word) {
    return (word - EACH_BYTE(0x01)) & ~word & HIGH_BITS;
}
/* Likewise of each byte that ends a run: a quote, a backslash, a control character. */
static inline uint64_t special_bytes(uint64_t word) {
    return zero_bytes(word ^ EACH_BYTE('"')) | zero_bytes(word ^ EACH_BYTE('\\')) |
           ((word - EACH_BYTE(0x20)) & ~word & HIGH_BITS);
}

#endif
