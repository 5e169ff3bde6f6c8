/* utf8: reading UTF-8 as RFC 3629 has it (no surrogates, no overlong forms, at most U+10FFFF).
 * Owns: nothing.
 * Must not know: JSON, YAML. */
#ifndef SLAD_BASE_UTF8_H
#define SLAD_BASE_UTF8_H

#include "slad/base/buf.h"
#include "slad/base/span.h"

/* Whether every byte belongs to a well-formed sequence. NUL bytes are well-formed here. */
bool utf8_valid(struct span text);
/* The code point at *p (p < end, text valid), moving *p past it. */
uint32_t utf8_next(const char **p, const char *end);
/* Bytes of the character at p (p < end) that may be shown as it is; 0: it is none, or one that a terminal or a log reader
 * could take for more than a character, so its first byte has to be escaped. */
size_t utf8_shown(const char *p, const char *end);
/* Adds text to buf for a log line or message: control characters and invalid bytes as \xNN, quotes and
 * backslashes behind a backslash, cut after max bytes with "…". */
void utf8_escape(struct buf *buf, struct span text, size_t max);

#endif
