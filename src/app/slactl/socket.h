/* socket: where the daemon is looked for, and why it could not be reached there.
 * Owns: nothing.
 * Must not know: what is asked. */
#ifndef SLAD_SLACTL_SOCKET_H
#define SLAD_SLACTL_SOCKET_H

#include "options.h"

/* Where the daemon is looked for: as told, by $SLAD_SOCKET, the user's own daemon when there is one, else the
 * system's. To be freed. */
char *socket_path(const struct options *options);
/* Says in `trouble` why http_fetch() failed and what to do about it; returns the exit code. */
int socket_explain(const char *path, const struct err *err, struct buf *trouble);

#endif
