#include "slad/ingest/ingest.h"

#include <stdlib.h>
#include "ingest/ami_link.h"
#include "ingest/batch.h"
#include "ingest/files.h"
#include "ingest/inputs.h"
#include "ingest/sockets.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/service/feed.h"

struct ingest {
    struct batch batch;
    const struct config *config;
    struct input **inputs; /* of config->inputs, NULL for those that are not listened at */
    size_t input_count;    /* ingest_close() runs when the configuration is gone already */
    struct ami_link **links; /* as inputs */
    struct files *files;
};

static void go_on(void *arg) {
    struct ingest *ingest = arg;
    files_go_on(ingest->files);
    for (size_t i = 0; i < ingest->input_count; i++)
        if (ingest->links[i]) ami_link_go_on(ingest->links[i]);
}

static void committed(void *arg) {
    struct ingest *ingest = arg;
    batch_committed(&ingest->batch);
}

static void failed(void *arg) {
    struct ingest *ingest = arg;
    batch_failed(&ingest->batch);
    for (size_t i = 0; i < ingest->input_count; i++)
        if (ingest->links[i]) ami_link_lost(ingest->links[i]);
}

static void recovered(void *arg) {
    struct ingest *ingest = arg;
    files_recovered(ingest->files);
    batch_recovered(&ingest->batch);
}

static int64_t read_as_of(void *arg, int64_t now_ms) {
    struct ingest *ingest = arg;
    return files_read_as_of(ingest->files, now_ms);
}

/* A reload is when the file of a token may have changed. */
static void news(void *arg, const struct feed_message *message) {
    struct ingest *ingest = arg;
    struct err err;
    for (size_t i = 0; message->kind == FEED_RELOAD && i < ingest->input_count; i++)
        if (ingest->inputs[i] && input_read_token(ingest->inputs[i], &err))
            log_warning("token not read", "input=%s error=%s next=\"the one in force is kept\"",
                ingest->inputs[i]->source, LOG_TEXT(span_of(err.text)));
}

static int open_socket(
    struct ingest *ingest, size_t i, const struct ingest_options *options, struct err *err) {
    const struct endpoint *endpoint = &ingest->config->inputs[i];
    int fd = -1;
    if (endpoint->kind == ENDPOINT_UNIX && options && options->inherited_fd)
        fd = options->inherited_fd(options->arg, endpoint->path);
    return input_open(&ingest->batch, endpoint, fd, &ingest->inputs[i], err);
}

static int open_sockets(struct ingest *ingest, const struct ingest_options *options, struct err *err) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < ingest->input_count; i++) {
        enum endpoint_kind kind = ingest->config->inputs[i].kind;
        if (kind == ENDPOINT_UNIX || kind == ENDPOINT_TCP) rc = open_socket(ingest, i, options, err);
    }
    return rc;
}

int ingest_open(struct loop *loop, struct service *service, const struct config *config,
    const struct ingest_options *options, struct ingest **out, struct err *err) {
    struct ingest *ingest = mem_zalloc(sizeof *ingest);
    batch_init(&ingest->batch, loop, service);
    ingest->batch.go_on = go_on;
    ingest->batch.arg = ingest;
    ingest->config = config;
    ingest->input_count = config->input_count;
    ingest->inputs = mem_zalloc((config->input_count + 1) * sizeof *ingest->inputs);
    ingest->links = mem_zalloc((config->input_count + 1) * sizeof *ingest->links);
    int rc = open_sockets(ingest, options, err);
    if (rc != 0) {
        ingest_close(ingest);
        return rc;
    }
    for (size_t i = 0; i < ingest->input_count; i++)
        if (config->inputs[i].kind == ENDPOINT_AMI)
            ingest->links[i] = ami_link_open(&ingest->batch, &config->inputs[i]);
    ingest->files = files_open(&ingest->batch, config);
    service_listen(service,
        &(struct service_listener){.committed = committed,
            .failed = failed, .recovered = recovered, .read_as_of = read_as_of, .news = news, .arg = ingest});
    *out = ingest;
    return 0;
}

void ingest_close(struct ingest *ingest) {
    if (!ingest) return;
    for (size_t i = 0; i < ingest->input_count; i++) input_close(ingest->inputs[i]);
    for (size_t i = 0; i < ingest->input_count; i++) ami_link_close(ingest->links[i]);
    files_close(ingest->files);
    batch_fini(&ingest->batch);
    free(ingest->inputs);
    free(ingest->links);
    free(ingest);
}

int ingest_port(const struct ingest *ingest, size_t input) {
    return ingest->inputs[input] ? listener_port(ingest->inputs[input]->listener) : 0;
}

void ingest_status(const struct ingest *ingest, struct json_writer *w) {
    json_array_begin(w);
    for (size_t i = 0; i < ingest->input_count; i++)
        if (ingest->inputs[i]) inputs_socket(ingest->inputs[i], w);
    for (size_t i = 0; i < ingest->input_count; i++)
        if (ingest->links[i]) ami_link_status(ingest->links[i], w);
    inputs_files(ingest->files, w);
    json_array_end(w);
}
