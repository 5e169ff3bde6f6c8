/* standards: the `standards` of one file, checked and added to the ruleset (docs/STANDARDS.md, "A standard").
 * Owns: nothing; they belong to the ruleset.
 * Must not know: settings, files. */
#ifndef SLAD_CONF_STANDARDS_H
#define SLAD_CONF_STANDARDS_H

#include "conf/scope.h"

enum {
    STANDARDS_MAX = 5000,    /* each is asked about each event */
    STANDARD_ATTRS_MAX = 16, /* of `by` and `per`: columns of a report */
};

/* Needs scope->zone and all calendars of all files. */
void standards_read(struct scope *scope, const struct node *map);

#endif
