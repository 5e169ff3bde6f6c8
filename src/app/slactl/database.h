/* database: which file the daemon keeps, for commands that read it themselves.
 * Owns: nothing.
 * Must not know: what is in it. */
#ifndef SLAD_SLACTL_DATABASE_H
#define SLAD_SLACTL_DATABASE_H

#include "command.h"

/* The one that is named, else the running daemon's; *out is to be freed. EXIT_FINE, or what was said. */
int database_find(const struct options *options, const char *named, char **out) WARN_UNUSED;
/* On standard error, made safe. */
void database_complain(const struct err *err);

#endif
