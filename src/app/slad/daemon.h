/* daemon: the parts of the running daemon, wired together.
 * Owns: the loop, the service, the inputs, the API.
 * Must not know: command lines. */
#ifndef SLAD_APP_DAEMON_H
#define SLAD_APP_DAEMON_H

#include "slad/base/err.h"
#include "slad/conf/config.h"

struct daemon;

/* Opens everything: the database (reading its journal), the sockets, the followed files. Takes the configuration. 1: a
 * signal asked to end before that was done; there is nothing to close. */
int daemon_open(struct config *take_config, struct daemon **out, struct err *err) WARN_UNUSED;
/* Until SIGTERM or SIGINT. 0, or what ended the loop. */
int daemon_run(struct daemon *daemon, struct err *err) WARN_UNUSED;
/* Commits, acknowledges and closes. */
void daemon_close(struct daemon *daemon);

#endif
