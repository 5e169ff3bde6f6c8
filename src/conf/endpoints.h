/* endpoints: `listen` and `inputs`: where slad is asked and told.
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: sockets. */
#ifndef SLAD_CONF_ENDPOINTS_H
#define SLAD_CONF_ENDPOINTS_H

#include "conf/scope.h"
#include "slad/conf/config.h"

enum { ENDPOINTS_MAX = 256 }; /* of either kind: each takes a descriptor, a followed glob many */

/* Both keys of the main file; NULL when not given: the defaults. Needs scope->zone. */
void endpoints_read(
    struct scope *scope, const struct node *listen, const struct node *inputs, struct config *config);
/* The path relative to the folder that the file lies in; absolute ones as they are. */
const char *endpoints_join(struct arena *arena, const char *file, const char *path);

#endif
