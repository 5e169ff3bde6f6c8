/* clock_facts: one clock of a contact: its verdict in a sentence, and the facts it rests on.
 * Owns: nothing.
 * Must not know: which clocks are shown. */
#ifndef SLAD_SLACTL_CLOCK_FACTS_H
#define SLAD_SLACTL_CLOCK_FACTS_H

#include <stdio.h>
#include "units.h"

/* For people, on standard output. */
void clock_print(struct screen screen, const struct units *units, const struct json *clock);
/* The standard that was asked about, and why it has no clock. */
void clock_print_none(FILE *out, const struct json *none);
/* For CSV. */
void clock_columns(struct table *table);
void clock_row(struct table *table, const struct json *clock);

#endif
