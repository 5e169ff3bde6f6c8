/* limits: `within`, the limits of a clock standard, and `abandon` (docs/STANDARDS.md, "Clock standards").
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: the other keys of a standard. */
#ifndef SLAD_CONF_LIMITS_H
#define SLAD_CONF_LIMITS_H

#include "conf/scope.h"

/* A duration, or a list of rules {match, limit, calendar}. standard->calendar is set: the default of each
 * rule. False after a complaint. */
bool limits_within(struct scope *scope, const struct node *node, struct standard *standard);
/* {event, short, short_counts, before_limit, after_limit, formula}. Without a node the defaults are set.
 * False after a complaint. */
bool limits_abandon(struct reader *r, const struct node *node, struct standard *standard);

#endif
