/* api: HTTP over the service (docs/API.md): routes, parameters, problem documents, answers that wait for the
 * disk. Owns: the HTTP servers, the requests that wait for an answer. Must not know: configuration files, the
 * engine, the store. */
#ifndef SLAD_API_API_H
#define SLAD_API_API_H

#include <stddef.h>
#include "slad/base/err.h"
#include "slad/loop/loop.h"
#include "slad/service/service.h"
#include "slad/wire/write.h"

struct api_options {
    /* A listening socket that the service manager holds for this path, or -1. NULL: there are none. */
    int (*inherited_fd)(void *arg, const char *unix_path);
    void *arg;
    /* Writes one value, a list: the inputs as /v1/status shows them. NULL: they are left out. */
    void (*inputs)(void *arg, struct json_writer *w);
    void *inputs_arg;
};

struct api;
/* Listens at config->listens from the next turn of the loop on, and answers that the daemon is starting (503). config is
 * the one that service_open() is going to be given. options may be NULL. The errors of listener_open() and
 * secret_read_token(). */
int api_open(struct loop *loop, const struct config *config, const struct api_options *options,
    struct api **out, struct err *err) WARN_UNUSED;
/* How far the start is, for those who ask meanwhile: "reading the journal: 1 of 2". */
void api_starting(struct api *api, const char *doing);
/* Answers from now on, and registers with the service; the owner calls service_commit() at the end of each turn. */
void api_begin(struct api *api, struct service *service);
/* The TCP port that config->listens[listen] listens at; 0 for a Unix socket. */
int api_port(const struct api *api, size_t listen);
/* Without a service (the start failed) at any time; else between service_stop(), whose commit still answers those who wait for it, and service_close(). Answers what
 * is left. NULL is fine. */
void api_close(struct api *api);

#endif
