/* calendars: the `calendars` of one file, compiled and made known by name (docs/STANDARDS.md, "Calendars").
 * Owns: nothing; they belong to the ruleset.
 * Must not know: standards. */
#ifndef SLAD_CONF_CALENDARS_H
#define SLAD_CONF_CALENDARS_H

#include "conf/scope.h"

enum {
    CALENDARS_MAX = 1000,    /* each is compiled to some megabytes of spans */
    CALENDAR_SPANS_MAX = 48, /* spans a day: half hours; a span is written out for 180 years of days */
};

/* Needs scope->zone. */
void calendars_read(struct scope *scope, const struct node *map);

#endif
