/* rules_only: the standards that a file holds beside other things.
 * Owns: nothing.
 * Must not know: the other things. */
#ifndef SLAD_CONF_RULES_ONLY_H
#define SLAD_CONF_RULES_ONLY_H

#include "slad/conf/config.h"

/* As config_load(), but of the file only `timezone`, `calendars` and `standards` are read; other keys are the
 * caller's affair. */
int config_load_rules(const char *path, struct config **out, struct findings *findings) WARN_UNUSED;

#endif
