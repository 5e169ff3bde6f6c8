/* gate: whether a request that came over TCP is let in at all: the name it asks by, the page it comes from, its token.
 * Owns: nothing.
 * Must not know: routes; Unix sockets, where the kernel has decided. */
#ifndef SLAD_API_GATE_H
#define SLAD_API_GATE_H

#include "api/state.h"

/* Reads the token of a server, where it asks for one; again at a reload, where a failure keeps the one it has. The errors
 * of secret_read_token(). */
int gate_read_token(struct api_server *server, struct err *err) WARN_UNUSED;
/* False: it has been answered. */
bool gate_lets_in(const struct api_server *server, struct http_request *request);

#endif
