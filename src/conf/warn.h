/* warn: `warn` and `warn_below`: when to speak up before a promise is missed (docs/STANDARDS.md, "At risk").
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: when a cycle gets there. */
#ifndef SLAD_CONF_WARN_H
#define SLAD_CONF_WARN_H

#include "conf/reader.h"
#include "slad/model/standard.h"

/* One or a list of shares of the limit ("80%") and times left of it ("5m"). False after a complaint. */
bool warn_read(struct reader *r, const struct node *node, struct standard *standard);
/* A percentage above the attainment that the standard asks for; needs its targets. False after a complaint. */
bool warn_read_below(struct reader *r, const struct node *node, struct standard *standard);
/* Warns of times left that are no shorter than any limit. */
void warn_check(struct reader *r, const struct node *node, const struct standard *standard);

#endif
