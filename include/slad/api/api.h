/* api: HTTP over the service (docs/API.md): routes, parameters, problem documents, answers that wait for the disk.
 * Owns: the HTTP servers, the requests that wait for an answer.
 * Must not know: configuration files, the engine, the store. */
#ifndef SLAD_API_API_H
#define SLAD_API_API_H

#include <stddef.h>
#include "slad/base/err.h"
#include "slad/loop/loop.h"
#include "slad/service/service.h"
#include "slad/wire/write.h"

/* Where to listen: a Unix socket, or TCP, where only questions are answered. */
struct api_endpoint {
    const char *unix_path; /* NULL: TCP */
    unsigned mode;         /* of unix_path; 0: 0660 */
    const char *group;     /* NULL: the process's */
    const char *host;      /* numeric; NULL: 127.0.0.1 */
    int port;              /* 0: any free one, see api_port() */
};
struct api_options { /* borrowed for the call of api_open() */
    const struct api_endpoint *endpoints;
    size_t endpoint_count;
    /* The listening socket for this endpoint that the service manager handed over, or -1. May be NULL. */
    int (*inherited_fd)(void *arg, const struct api_endpoint *endpoint);
    /* Writes one value, a list: the inputs as /v1/status shows them. May be NULL: they are left out. */
    void (*inputs)(void *arg, struct json_writer *w);
    void *arg;
};

struct api;
/* Listens from the next turn of the loop on, and registers with the service. The errors of listener_open(). */
int api_open(struct loop *loop, struct service *service, const struct api_options *options, struct api **out,
    struct err *err) WARN_UNUSED;
/* The TCP port of the i-th endpoint, 0 for others. */
int api_port(const struct api *api, size_t i);
/* Between service_stop(), whose commit still answers those who wait for it, and service_close(). Answers what is left. NULL
 * is fine. */
void api_close(struct api *api);

#endif
