/* help: what slactl says of itself, derived from the tables of commands and options.
 * Owns: nothing.
 * Must not know: the daemon. */
#ifndef SLAD_SLACTL_HELP_H
#define SLAD_SLACTL_HELP_H

#include <stdio.h>
#include "command.h"

/* EXIT_FINE on standard output, EXIT_USAGE elsewhere. */
int help_all(FILE *out);
int help_command(const struct command *command);
/* A word that is no command: says so, with the nearest that is one. EXIT_USAGE. */
int help_unknown(const char *word);

#endif
