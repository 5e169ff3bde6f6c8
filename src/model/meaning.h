/* meaning: the canonical JSON of a standard's definition, piece by piece.
 * Owns: nothing; adds to the caller's buffer.
 * Must not know: standards as a whole (standard_meaning.c), YAML. */
#ifndef SLAD_MODEL_MEANING_H
#define SLAD_MODEL_MEANING_H

#include "slad/base/buf.h"
#include "slad/model/pattern.h"

/* A comma, unless what follows is the first in its object or list. */
void meaning_next(struct buf *out);
/* The key of the next member of the open object. */
void meaning_key(struct buf *out, const char *key);
void meaning_text(struct buf *out, struct span text);
void meaning_number(struct buf *out, double number);
void meaning_duration(struct buf *out, int64_t ms);

/* A member of the open object; none when match is NULL. Conditions are sorted by attribute. */
void meaning_match(struct buf *out, const char *key, const struct match *match);
/* A member of the open object; none when there are no patterns. */
void meaning_events(struct buf *out, const char *key, const struct event_patterns *events);

#endif
