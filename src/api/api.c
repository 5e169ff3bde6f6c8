/* Invariants:
 *  1. every request is answered exactly once: at once, or from api->posted, api->slow or api->reload;
 *  2. before api_begin() there is no service, and every request that is let in is answered 503;
 *  3. after api_close() neither the service nor the loop knows of the api. */
#include "slad/api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include "api/admins.h"
#include "api/answer.h"
#include "api/gate.h"
#include "api/routes.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/service/feed.h"

static void answer_starting(const struct api *api, struct http_request *request) {
    struct buf detail = {0};
    buf_printf(&detail, "slad is starting%s%s", *api->starting ? ": " : "", api->starting);
    answer_unable(request, buf_text(&detail));
    buf_fini(&detail);
}

static void on_request(void *arg, struct http_request *request) {
    struct api_server *server = arg;
    struct api *api = server->api;
    if (api->service) service_turn(api->service, loop_now_ms(api->loop));
    if (!gate_lets_in(server, request)) return;
    if (api->service)
        route_request(server, request);
    else
        answer_starting(api, request);
}

static void on_committed(void *arg) {
    posted_committed(arg);
    streams_committed(arg);
}

static void on_failed(void *arg) {
    posted_failed(arg);
}

/* Tokens and admins may have changed: the files of tokens where they are, `admin` with the configuration. */
static void look_again(struct api *api, const struct feed_message *reload) {
    struct err err;
    api->config = service_config(api->service);
    admins_look_up(api);
    for (size_t i = 0; i < api->server_count; i++)
        if (gate_read_token(&api->servers[i], &err))
            log_warning("token not read", "error=%s next=\"the one in force is kept\"", LOG_TEXT(span_of(err.text)));
    reload_ended(api, reload->data);
}

static void on_news(void *arg, const struct feed_message *message) {
    if (message->kind == FEED_RELOAD) look_again(arg, message);
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
    server->endpoint = endpoint;
    int code = gate_read_token(server, err);
    if (code) return err_add(err, "listen (%s:%d)", endpoint->file, endpoint->line);
    code = http_server_open(api->loop, &listen, NULL, on_request, server, &server->http, err);
    if (!code) api->server_count++;
    if (!code) admins_of_socket(server);
    return code;
}

int api_open(struct loop *loop, const struct config *config, const struct api_options *options,
    struct api **out, struct err *err) {
    static const struct api_options none;
    struct api *api = mem_zalloc(sizeof *api);
    if (!options) options = &none;
    api->loop = loop;
    api->config = config;
    api->inputs = options->inputs;
    api->inputs_arg = options->inputs_arg;
    api->servers =
        mem_zalloc((config->listen_count + 1) * sizeof *api->servers); /* stays put: handlers point to it */
    api->reload_uid = -1;
    posted_init(api);
    streams_init(api);
    admins_look_up(api);
    for (size_t i = 0; i < config->listen_count; i++) {
        int code = open_server(api, options, &config->listens[i], err);
        if (code) {
            api_close(api);
            return code;
        }
    }
    *out = api;
    return 0;
}

void api_starting(struct api *api, const char *doing) {
    snprintf(api->starting, sizeof api->starting, "%s", doing);
}

void api_begin(struct api *api, struct service *service) {
    struct service_listener listener = {.committed = on_committed, .failed = on_failed, .arg = api, .news = on_news};
    api->service = service;
    service_listen(service, &listener);
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
    explicit_bzero(api->servers, api->server_count * sizeof *api->servers); /* tokens */
    free(api->servers);
    admins_fini(&api->admins);
    free(api);
}
