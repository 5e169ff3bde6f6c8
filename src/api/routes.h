/* routes: which request goes where.
 * Owns: nothing.
 * Must not know: what the handlers do. */
#ifndef SLAD_API_ROUTES_H
#define SLAD_API_ROUTES_H

#include "api/state.h"

/* Answers a request, or hands it to the handler that will. */
void route_request(const struct api_server *server, struct http_request *request);

#endif
