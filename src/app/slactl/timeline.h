/* timeline: the events of one contact, in the order in which they happened.
 * Owns: nothing.
 * Must not know: standards. */
#ifndef SLAD_SLACTL_TIMELINE_H
#define SLAD_SLACTL_TIMELINE_H

#include "cell.h"

/* A line about the contact and the table of its events, on standard output. */
void timeline_print(const struct options *options, const struct json *contact);

#endif
