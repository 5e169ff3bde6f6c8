/* warnings: what is valid in standards and yet hardly meant (docs/STANDARDS.md, "Warnings"). Only what is
 * certain is said. Owns: what it remembers from one file to the next; warnings_fini(). Must not know: how
 * standards are read. */
#ifndef SLAD_CONF_WARNINGS_H
#define SLAD_CONF_WARNINGS_H

#include "conf/event_names.h"
#include "slad/conf/config.h"

struct warnings { /* zero-initialise but for the reader and config */
    struct reader *reader;
    const struct config *config;
    struct event_names names;
    struct map meanings; /* of struct standard, by meaning */
};

/* The `standards` of one file, all of them read without an error, with their meanings set. */
void warnings_read(struct warnings *warnings, const struct node *map);
/* What only all files together show. */
void warnings_end(struct warnings *warnings);
void warnings_fini(struct warnings *warnings);

#endif
