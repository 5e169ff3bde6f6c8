/* say: what is wrong with a configuration, on standard error.
 * Owns: nothing.
 * Must not know: which program says it. */
#ifndef SLAD_APP_SAY_H
#define SLAD_APP_SAY_H

#include "slad/conf/config.h"

/* The configuration; NULL when it is refused. Says all that was found. */
struct config *say_load(const char *path);
/* Says the errors; warnings are the affair of a check. */
void say_errors(const struct findings *findings);

#endif
