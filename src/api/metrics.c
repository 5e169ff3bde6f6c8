/* GET /metrics: what the service knows, the inputs and the streams, for Prometheus and its kin. */
#include "slad/service/metrics.h"

#include <strings.h>
#include "api/answer.h"
#include "api/state.h"
#include "slad/wire/json.h"

/* One member of each input's status; what an input has not is left out. */
static void input_family(
    struct exposition *e, const struct json *inputs, enum metric metric, const char *name, const char *help, const char *key) {
    exposition_family(e, metric, name, help);
    for (const struct json *input = json_first(inputs); input; input = json_next(input)) {
        const struct json *value = json_get(input, key);
        struct buf labels = {0};
        bool is_error = strcmp(key, "error") == 0;
        exposition_label(&labels, SPAN("input"), span_of(json_text(json_get(input, "input"))));
        if (value && (is_error || json_is_number(value)))
            exposition_int(e, buf_span(&labels), is_error ? !json_is_null(value) : json_integer(value, 0));
        buf_fini(&labels);
    }
}

static void inputs_metrics(struct api *api, struct exposition *e) {
    struct buf text = {0};
    struct json *inputs = NULL;
    struct err err;
    if (!api->inputs) return;
    api->inputs(api->inputs_arg, &(struct json_writer){.out = &text});
    if (json_parse(buf_span(&text), &inputs, &err) == 0) {
        input_family(e, inputs, METRIC_COUNTER, "slad_input_lines", "lines taken in since the start", "lines");
        input_family(e, inputs, METRIC_GAUGE, "slad_input_clients", "clients of a socket", "clients");
        input_family(e, inputs, METRIC_GAUGE, "slad_input_lag_bytes", "what is still to be read of a file", "lag");
        input_family(e, inputs, METRIC_GAUGE, "slad_input_error", "1 when something keeps a file from being read", "error");
    }
    json_free(inputs);
    buf_fini(&text);
}

static enum exposition_format wanted(const struct http_request *request) {
    const char *accept = http_header(request, "Accept");
    return accept && strcasestr(accept, "application/openmetrics-text") ? EXPOSITION_OPENMETRICS : EXPOSITION_PROMETHEUS;
}

void ask_metrics(const struct question *question) {
    struct api *api = question->api;
    struct buf body = {0};
    struct exposition e = {.out = &body, .format = wanted(question->request)};
    service_metrics(api->service, &e);
    inputs_metrics(api, &e);
    exposition_one(&e, METRIC_GAUGE, "slad_streams", "open streams", (int64_t)api->streams.count);
    exposition_end(&e);
    http_reply_header(question->request, "Cache-Control", "no-store");
    http_reply(question->request, 200, exposition_type(e.format), buf_span(&body));
    buf_fini(&body);
}
