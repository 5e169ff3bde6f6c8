#include "ingest/sockets.h"

#include <inttypes.h>
#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

static void on_accept(void *arg, int take_fd) {
    struct input *input = arg;
    counter_inc(connections_accepted);
    client_open(input, input->batch->loop, take_fd);
}

static void on_refused(void *arg) {
    struct input *input = arg;
    uint64_t held;
    if (!log_allow("event connection refused", loop_now_ms(input->batch->loop), &held)) return;
    log_warning("event connection refused", "input=%s open=%" PRIu64 " limit=%d held=%" PRIu64, input->source,
        input->client_count, SOCKETS_CLIENTS_MAX, held);
}

static char *source_name(const struct endpoint *endpoint, int port) {
    struct buf name = {0};
    if (endpoint->kind == ENDPOINT_UNIX) {
        buf_printf(&name, "unix:%s", endpoint->path);
    } else {
        const char *host = endpoint->host ? endpoint->host : "127.0.0.1";
        buf_printf(&name, strchr(host, ':') ? "tcp:[%s]:%d" : "tcp:%s:%d", host, port);
    }
    return name.data;
}

int input_read_token(struct input *input, struct err *err) {
    struct secret_place place = {input->endpoint->secret_file, input->endpoint->credential};
    bool asks = input->endpoint->kind == ENDPOINT_TCP && (place.file || place.credential);
    int code = asks ? secret_read_token(&place, input->token, err) : 0;
    if (!code) input->asks_token = asks;
    return code;
}

/* The token first: nobody is to be let in without it. */
static int open_listener(struct input *input, const struct listen_options *options, struct err *err) {
    int code = input_read_token(input, err);
    if (code) return code;
    return listener_open(input->batch->loop, options, on_accept, on_refused, input, &input->listener, err);
}

int input_open(struct batch *batch, const struct endpoint *endpoint, int inherited_fd, struct input **out,
    struct err *err) {
    struct listen_options options = {
        .unix_path = endpoint->path,
        .mode = endpoint->mode,
        .group = endpoint->group,
        .host = endpoint->host,
        .port = endpoint->port,
        .inherited_fd = inherited_fd,
        .max_connections = SOCKETS_CLIENTS_MAX,
    };
    struct input *input = mem_zalloc(sizeof *input);
    input->batch = batch;
    input->endpoint = endpoint;
    input->format = &endpoint->format;
    int rc = open_listener(input, &options, err);
    if (rc != 0) {
        char *name = source_name(endpoint, endpoint->port);
        err_add(err, "input %s", name);
        free(name);
        free(input);
        return rc;
    }
    input->source = source_name(endpoint, listener_port(input->listener));
    *out = input;
    return 0;
}

void input_close(struct input *input) {
    if (!input) return;
    while (input->clients) client_close(input->clients);
    listener_close(input->listener);
    free(input->source);
    explicit_bzero(input->token, sizeof input->token);
    free(input);
}
