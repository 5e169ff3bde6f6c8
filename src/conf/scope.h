/* scope: the time zones and calendars that standards refer to by name, over all files.
 * Owns: the list of names; zones and calendars belong to the ruleset.
 * Must not know: standards, hours. */
#ifndef SLAD_CONF_SCOPE_H
#define SLAD_CONF_SCOPE_H

#include "conf/reader.h"
#include "slad/model/standard.h"

enum { SCOPE_UNKNOWN_ZONES_MAX = 20 }; /* each is compared with every zone there is, from the disk */

struct scope_calendar {
    const struct node *key;          /* where it is defined */
    const struct calendar *calendar; /* NULL: there was an error in it */
};
/* Zero-initialise but for the reader and rules; scope_fini(). */
struct scope {
    struct reader *reader;
    struct ruleset *rules;
    const struct zone *zone; /* the main file's `timezone`; NULL: there was an error in it */
    int unknown_zones;       /* met so far */
    bool is_incomplete;      /* a file could not be read: a name that is missing may stand in it */
    struct scope_calendar *calendars;
    const char **names; /* of calendars, in step, after "always" at 0: for the nearest */
    size_t calendar_count, calendar_capacity, name_capacity;
};

/* A loaded zone by name, loading it the first time. NULL after a complaint. */
const struct zone *scope_zone(struct scope *scope, const struct node *node);
/* The default of the main file when it names none. `at` is where to complain when the zone data lack even
 * that. */
const struct zone *scope_zone_utc(struct scope *scope, const struct node *at);

/* Makes a calendar's name known; false after a complaint when it is known already. */
bool scope_define(struct scope *scope, const struct node *key, const char *name);
/* Gives the calendar defined last its hours; the ruleset takes it. */
void scope_take_calendar(struct scope *scope, struct calendar *calendar);
/* The calendar that is named here; *out is NULL for `always`. False after a complaint. */
bool scope_calendar(struct scope *scope, const struct node *node, const struct calendar **out);

void scope_fini(struct scope *scope);
/* An array of the ruleset's with room for one item more than count: it grows when count is 0 or a power of
 * two. */
void *scope_grow(void *array, size_t count, size_t size);

#endif
