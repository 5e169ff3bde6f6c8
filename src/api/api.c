/* Invariants:
 *  1. every request is answered exactly once: at once, or from api->posted, api->slow or api->reload;
 *  2. after api_close() neither the service nor the loop knows of the api. */
#include "slad/api/api.h"

#include <stdlib.h>
#include "api/routes.h"
#include "slad/base/mem.h"

static void on_request(void *arg, struct http_request *request) {
    struct api_server *server = arg;
    struct api *api = server->api;
    service_turn(api->service, loop_now_ms(api->loop));
    route_request(api, server->read_only, request);
}

static void on_committed(void *arg) {
    posted_committed(arg);
    streams_committed(arg);
}

static void on_failed(void *arg) {
    posted_failed(arg);
}

static void on_news(void *arg, const struct feed_message *message) {
    streams_news(arg, message);
}

static int open_server(
    struct api *api, const struct api_options *options, const struct endpoint *endpoint, struct err *err) {
    struct api_server *server = &api->servers[api->server_count];
    bool is_unix = endpoint->kind == ENDPOINT_UNIX;
    struct listen_options listen = {.unix_path = is_unix ? endpoint->path : NULL,
        .mode = endpoint->mode,
        .group = endpoint->group,
        .host = endpoint->host,
        .port = endpoint->port,
        .inherited_fd = -1};
    if (is_unix && options->inherited_fd)
        listen.inherited_fd = options->inherited_fd(options->arg, endpoint->path);
    server->api = api;
    server->read_only = !is_unix;
    int code = http_server_open(api->loop, &listen, NULL, on_request, server, &server->http, err);
    if (!code) api->server_count++;
    return code;
}

int api_open(struct loop *loop, struct service *service, const struct config *config,
    const struct api_options *options, struct api **out, struct err *err) {
    static const struct api_options none;
    struct api *api = mem_zalloc(sizeof *api);
    if (!options) options = &none;
    api->loop = loop;
    api->service = service;
    api->inputs = options->inputs;
    api->inputs_arg = options->inputs_arg;
    api->servers =
        mem_zalloc((config->listen_count + 1) * sizeof *api->servers); /* stays put: handlers point to it */
    posted_init(api);
    streams_init(api);
    for (size_t i = 0; i < config->listen_count; i++) {
        int code = open_server(api, options, &config->listens[i], err);
        if (code) {
            api_close(api);
            return code;
        }
    }
    struct service_listener listener = {.committed = on_committed, .failed = on_failed, .arg = api, .news = on_news};
    service_listen(service, &listener);
    *out = api;
    return 0;
}

int api_port(const struct api *api, size_t listen) {
    return listen < api->server_count ? http_server_port(api->servers[listen].http) : 0;
}

void api_close(struct api *api) {
    if (!api) return;
    slow_drop(api);
    reload_drop(api);
    posted_drop(api);
    streams_drop(api);
    for (size_t i = 0; i < api->server_count; i++) http_server_close(api->servers[i].http);
    free(api->servers);
    free(api);
}
