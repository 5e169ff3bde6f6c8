/* patterns: matches and event patterns (docs/STANDARDS.md, "match" and "Event patterns").
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: which key of a standard they belong to. */
#ifndef SLAD_CONF_PATTERNS_H
#define SLAD_CONF_PATTERNS_H

#include "conf/reader.h"
#include "slad/model/pattern.h"

/* A map of attributes to patterns, or a list of maps. False after a complaint. */
bool patterns_match(struct reader *r, const struct node *node, const struct match **out);
/* A name, {event: NAME, ATTR: PATTERN …}, or a list of these. False after a complaint. */
bool patterns_events(struct reader *r, const struct node *node, struct event_patterns *out);

#endif
