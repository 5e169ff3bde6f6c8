/* event_names: the names of events that standards wait for, and which of them looks like a slip of the pen.
 * Owns: the list; event_names_fini(). Zero-initialise to start.
 * Must not know: what a standard does with an event. */
#ifndef SLAD_CONF_EVENT_NAMES_H
#define SLAD_CONF_EVENT_NAMES_H

#include "conf/reader.h"
#include "slad/base/map.h"

struct event_names {
    struct event_name **list;
    size_t count, capacity;
    struct map by_name;
};

/* A name, a map with `event`, or a list of these, as standard `owner` (told apart by the pointer) uses it. */
void event_names_add(struct event_names *names, const struct node *events, const void *owner);
/* Warns of each name that is used once and differs by one letter from another name, which is used more than
 * once or by another standard. */
void event_names_warn(const struct event_names *names, struct reader *r);
void event_names_fini(struct event_names *names);

#endif
