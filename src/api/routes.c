#include "api/routes.h"

#include "api/admins.h"
#include "api/answer.h"
#include "api/query.h"
#include "slad/base/nearest.h"
#include "slad/base/utf8.h"
#include "slad/service/view.h"

typedef int view(struct service *service, const struct view_query *query, struct buf *out, struct err *err);
typedef int named_view(struct service *service, struct span name, struct buf *out, struct err *err);
typedef int plain_view(struct service *service, struct buf *out, struct err *err);

struct route {
    const char *method;
    const char *path; /* one that ends in '/' takes a name after it */
    /* One of these: a question that is answered at once, or a handler that sees to the answer. */
    plain_view *plain;
    named_view *named;
    view *view;
    void (*handler)(const struct question *question);
    const char *params[12]; /* NULL at the end */
    unsigned needs; /* bits of enum serve, of which the place must serve one; 0: SERVE_READ of GET, else SERVE_ADMIN */
};

static void ask_figures(const struct question *question);
static void ask_contact(const struct question *question);

static const struct route routes[] = {
    {"GET", "/v1/health", .handler = ask_health, .needs = SERVE_ALL},
    {"GET", "/v1/ready", .handler = ask_ready, .needs = SERVE_ALL},
    {"GET", "/v1/status", .handler = ask_status},
    {"GET", "/v1/inputs", .handler = ask_inputs},
    {"GET", "/v1/standards", .plain = view_standards},
    {"GET", "/v1/standards/", .named = view_standard},
    {"GET", "/v1/breaches", .view = view_breaches,
        .params = {"standard", "kind", "state", "since", "until", "limit", "after", "group."}},
    {"GET", "/v1/warnings", .view = view_warnings,
        .params = {"standard", "kind", "state", "since", "until", "limit", "after", "group."}},
    {"GET", "/v1/figures", .handler = ask_figures, .params = {"standard", "at", "group."}},
    {"GET", "/v1/percentiles", .view = view_percentiles,
        .params = {"standard", "from", "to", "q", "limit", "after", "group."}},
    {"GET", "/v1/open", .view = view_open, .params = {"standard", "limit", "at_risk", "group."}},
    {"GET", "/v1/stream", .handler = ask_stream, .params = {"standard", "kind", "figures", "after", "group."}},
    {"GET", "/v1/contacts/", .handler = ask_contact, .params = {"standard"}},
    {"GET", "/metrics", .handler = ask_metrics},
    {"POST", "/v1/breaches/", .handler = post_excuse}, /* ID/excuse */
    {"POST", "/v1/events", .handler = post_events, .needs = SERVE_INGEST},
    {"POST", "/v1/reload", .handler = post_reload},
    {"POST", "/v1/diff", .handler = post_diff},
};
enum { ROUTES = sizeof routes / sizeof *routes };

/* ---------------------------------------------------------------- handlers that are nearly plain */

static void ask_contact(const struct question *question) {
    struct buf body = {0};
    struct err err;
    if (view_contact(question->api->service, question->name, question->query, &body, &err))
        answer_err(question->request, &err);
    else
        answer_json(question->request, buf_span(&body));
    buf_fini(&body);
}

static void ask_view(const struct question *question, const struct route *route) {
    struct service *service = question->api->service;
    struct buf body = {0};
    struct err err;
    int code = route->plain   ? route->plain(service, &body, &err)
               : route->named ? route->named(service, question->name, &body, &err)
                              : route->view(service, question->query, &body, &err);
    if (code)
        answer_err(question->request, &err);
    else
        answer_json(question->request, buf_span(&body));
    buf_fini(&body);
}

static void ask_figures(const struct question *question) {
    static const struct route now = {.view = view_figures};
    if (question->query->at)
        ask_past(question);
    else
        ask_view(question, &now);
}

/* ---------------------------------------------------------------- the way to a handler */

static bool route_fits(const struct route *route, const char *path, struct span *name) {
    size_t n = strlen(route->path);
    *name = (struct span){0};
    if (route->path[n - 1] != '/') return strcmp(route->path, path) == 0;
    if (strncmp(route->path, path, n) != 0 || !path[n]) return false;
    *name = span_of(path + n);
    return true;
}

static void no_such_path(struct http_request *request) {
    enum { SHOWN_MAX = 100 }; /* bytes: to recognise it by */
    const char *paths[ROUTES];
    for (size_t i = 0; i < ROUTES; i++) paths[i] = routes[i].path;
    const char *nearest = nearest_word(span_of(http_path(request)), paths, ROUTES);
    struct buf detail = {0};
    buf_add_text(&detail, "there is nothing at \"");
    utf8_escape(&detail, span_of(http_path(request)), SHOWN_MAX);
    if (nearest)
        buf_printf(&detail, "\": did you mean \"%s\"?", nearest);
    else
        buf_add_text(&detail, "\": see /v1/status, /v1/standards, /v1/breaches, /v1/figures, /v1/open");
    answer_problem(request, 404, buf_text(&detail));
    buf_fini(&detail);
}

static void other_method(struct http_request *request, const char *allowed, const char *detail) {
    http_reply_header(request, "Allow", allowed);
    answer_problem(request, 405, detail);
}

/* ---------------------------------------------------------------- who may do what */

static unsigned needs_of(const struct route *route) {
    if (route->needs) return route->needs;
    return strcmp(route->method, "GET") == 0 ? SERVE_READ : SERVE_ADMIN;
}

static void not_served(const struct api_server *server, unsigned needs, struct http_request *request) {
    const struct endpoint *endpoint = server->endpoint;
    const char *word = needs & SERVE_READ ? "read" : needs & SERVE_INGEST ? "ingest" : "admin";
    struct buf detail = {0};
    buf_printf(&detail, "\"%s\" is not served here", word);
    if (endpoint->file) buf_printf(&detail, ": see \"serve\" (%s:%d)", endpoint->file, endpoint->line);
    if (endpoint->kind == ENDPOINT_HTTP) buf_add_text(&detail, "; use the Unix socket");
    answer_kept_out(server, request, 403, buf_text(&detail));
    buf_fini(&detail);
}

/* False: it has been answered. */
static bool may(const struct api_server *server, const struct route *route, struct http_request *request) {
    unsigned needs = needs_of(route);
    struct buf why = {0};
    if (!(server->endpoint->serves & needs)) {
        not_served(server, needs, request);
        return false;
    }
    bool fine = needs != SERVE_ADMIN || admins_have(server, http_peer(request), &why);
    if (!fine) answer_kept_out(server, request, 403, buf_text(&why));
    buf_fini(&why);
    return fine;
}

static void run_route(
    struct api *api, const struct route *route, struct span name, struct http_request *request) {
    struct query query;
    struct err err;
    if (query_read(request, route->params, &query, &err)) {
        answer_err(request, &err);
        return;
    }
    struct question question = {api, request, name, &query.view};
    if (route->handler)
        route->handler(&question);
    else
        ask_view(&question, route);
}

static const struct route *find_route(const char *path, struct span *name) {
    for (size_t i = 0; i < ROUTES; i++)
        if (route_fits(&routes[i], path, name)) return &routes[i];
    return NULL;
}

void route_request(const struct api_server *server, struct http_request *request) {
    const char *method = http_method(request);
    bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    struct span name;
    const struct route *route = find_route(http_path(request), &name);
    if (!route) {
        no_such_path(request);
        return;
    }
    if (!may(server, route, request)) return;
    bool route_reads = strcmp(route->method, "GET") == 0;
    if (route_reads && !reads)
        other_method(request, "GET, HEAD", "this can only be asked (GET)");
    else if (!route_reads && strcmp(method, route->method) != 0)
        other_method(request, route->method, "this is done with POST");
    else
        run_route(server->api, route, name, request);
}
