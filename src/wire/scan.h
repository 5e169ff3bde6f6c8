/* scan: one pass over a JSON text that checks it and cuts values out of it (RFC 8259, and docs/STANDARDS.md,
 * Events). Owns: nothing; text and scratch are the caller's. Must not know: events, what any key means. */
#ifndef SLAD_WIRE_SCAN_H
#define SLAD_WIRE_SCAN_H

#include <locale.h>
#include "slad/base/err.h"
#include "slad/base/span.h"
#include "slad/model/value.h"

/* Refused everywhere, however deep: what is not UTF-8, NUL and lone surrogates (also escaped), control
 * characters within strings, numbers beyond a double's range, NaN, a byte order mark. White space is space,
 * \t, \n and \r. */
struct scan {
    const char *start, *p, *end;
    /* Where strings with escapes are unescaped to. Never longer than what was scanned, so as many bytes as
     * the text has, and one, are enough: the one ends a number that is copied for strtod. */
    char *scratch;
    size_t used;
    int depth, depth_max;
    locale_t c_locale; /* numbers are read the same in every locale */
    struct err *err;
};

struct scan_value {
    struct value scalar; /* null for an object or array */
    struct span nested;  /* its text; p == NULL for a scalar */
};

/* All return 0 or ERR_INVALID, ERR_LIMIT (too deep), with the place in the text. */

void scan_space(struct scan *scan);
int scan_value(struct scan *scan, struct scan_value *out) WARN_UNUSED;
/* Goes to the next member of an object: 1 with the key, before its value; 0 past the closing brace. Call
 * scan_open() before the first and hand *first, true, to each. */
int scan_member(struct scan *scan, bool *first, struct span *key) WARN_UNUSED;
/* Steps into an object or array that begins with this brace or bracket. */
int scan_open(struct scan *scan, char bracket) WARN_UNUSED;
/* Nothing more but white space. */
int scan_finish(struct scan *scan) WARN_UNUSED;
/* "byte N: PROBLEM, not …": where the scan stands and what is there. Returns ERR_INVALID. */
int scan_fail(struct scan *scan, const char *problem);
/* "byte N: PROBLEM" for a place that was scanned. */
int scan_fail_at(struct scan *scan, const char *at, const char *problem);

/* Where scan stands: a string, or a number. */
int scan_string(struct scan *scan, struct span *out) WARN_UNUSED;
int scan_number(struct scan *scan, double *out) WARN_UNUSED;

#endif
