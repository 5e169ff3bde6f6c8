/* number: doubles as people write them, and exact decimals.
 * Owns: nothing.
 * Must not know: attributes, locales. */
#ifndef SLAD_MODEL_NUMBER_H
#define SLAD_MODEL_NUMBER_H

#include <stdint.h>
#include "slad/base/err.h"
#include "slad/base/span.h"

enum { NUMBER_TEXT_MAX = 400 }; /* 1.8e308 and 5e-324 written out without an exponent, with sign and NUL */

/* The shortest decimal that reads back as this double, without an exponent: "3", "4.5", "0.0000001"
 * (docs/STANDARDS.md, "A standard"). Among equally short ones the closest, as Python's repr. Returns the length. */
size_t number_text(double number, char out[NUMBER_TEXT_MAX]);
/* Millionths of the shortest decimal of this double, halves up (docs/STANDARDS.md, "Value standards"). |number| <= 1e9. */
int64_t number_micro(double number);

/* A plain decimal, sign, digits and an optional fraction: the exact rational units / 10^digits.
 * At most 18 digits in all. ERR_INVALID. "4.20" is {420, 2}. */
struct decimal {
    int64_t units;
    int digits; /* after the point, 0..9 */
};
int decimal_parse(struct span text, struct decimal *out, struct err *err) WARN_UNUSED;
/* As numbers, however many digits they are written with: negative, 0, positive. */
int decimal_cmp(struct decimal a, struct decimal b);
/* Adds nothing but writes `units` / 10^digits as a JSON number without needless zeros: 150000, 3 -> "150". */
size_t decimal_text(int64_t units, int digits, char out[NUMBER_TEXT_MAX]);

#endif
