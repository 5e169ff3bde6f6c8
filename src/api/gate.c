/* What a browser can be made to do by a page from elsewhere is kept out by Host and Origin: a name that is made to point
 * here (DNS rebinding) is not ours, and a page that is not ours says so. No CORS header is ever sent. */
#include "api/gate.h"

#include <strings.h>
#include "api/answer.h"
#include "slad/base/utf8.h"

enum { SHOWN_MAX = 100 }; /* bytes of a header in an answer: to recognise it by */

/* ---------------------------------------------------------------- Host */

/* "[::1]:8470" is "::1", "localhost:8470" is "localhost"; what is no host is "", which is nobody's name. */
static struct span without_port(struct span host) {
    bool bracketed = host.n && host.p[0] == '[';
    const char *end = host.n ? memchr(host.p, bracketed ? ']' : ':', host.n) : NULL;
    if (bracketed) host.p++, host.n--;
    if (bracketed && !end) return SPAN("");
    if (end) host.n = (size_t)(end - host.p);
    return host;
}

static bool same_name(struct span a, const char *b) {
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static bool is_ours(const struct api_server *server, const struct peer *peer, struct span host) {
    const struct endpoint *endpoint = server->endpoint;
    if (same_name(host, peer->here) || same_name(host, "localhost")) return true;
    for (size_t i = 0; i < endpoint->host_count; i++)
        if (same_name(host, endpoint->hosts[i])) return true;
    return false;
}

static bool host_is_ours(const struct api_server *server, struct http_request *request) {
    const char *host = http_header(request, "Host");
    struct buf detail = {0};
    if (!host) return true; /* HTTP/1.0, which no browser speaks */
    if (is_ours(server, http_peer(request), without_port(span_of(host)))) return true;
    buf_add_text(&detail, "\"");
    utf8_escape(&detail, span_of(host), SHOWN_MAX);
    buf_printf(&detail, "\" is not a name of this server: ask by its address, or add the name to \"hosts\" (%s:%d)",
        server->endpoint->file, server->endpoint->line);
    answer_kept_out(server, request, 421, buf_text(&detail));
    buf_fini(&detail);
    return false;
}

/* ---------------------------------------------------------------- Origin */

/* Behind a proxy that speaks TLS, pages come by https. */
static bool same_origin(const char *origin, const char *host) {
    size_t scheme = strncasecmp(origin, "http://", 7) == 0 ? 7 : strncasecmp(origin, "https://", 8) == 0 ? 8 : 0;
    return scheme && host && strcasecmp(origin + scheme, host) == 0;
}

static bool origin_is_ours(const struct api_server *server, struct http_request *request) {
    const char *origin = http_header(request, "Origin");
    struct buf detail = {0};
    if (!origin || same_origin(origin, http_header(request, "Host"))) return true;
    buf_add_text(&detail, "a page of \"");
    utf8_escape(&detail, span_of(origin), SHOWN_MAX);
    buf_add_text(&detail, "\" asks; only pages from here are answered");
    answer_kept_out(server, request, 403, buf_text(&detail));
    buf_fini(&detail);
    return false;
}

/* ---------------------------------------------------------------- the token */

int gate_read_token(struct api_server *server, struct err *err) {
    struct secret_place place = {server->endpoint->secret_file, server->endpoint->credential};
    bool asks = server->endpoint->kind == ENDPOINT_HTTP && (place.file || place.credential);
    if (asks && secret_read_token(&place, server->token, err)) return err->code;
    server->asks_token = asks;
    return 0;
}

static bool token_is_right(const struct api_server *server, struct http_request *request) {
    static const char scheme[] = "Bearer ";
    const char *given = http_header(request, "Authorization");
    if (!server->asks_token) return true;
    bool is_bearer = given && strncasecmp(given, scheme, sizeof scheme - 1) == 0;
    if (is_bearer && secret_is(server->token, span_of(given + sizeof scheme - 1))) return true;
    http_reply_header(request, "WWW-Authenticate", "Bearer");
    answer_kept_out(server, request, 401,
        is_bearer ? "the token is not the right one"
                  : "this address asks for a token: send \"Authorization: Bearer TOKEN\"");
    return false;
}

bool gate_lets_in(const struct api_server *server, struct http_request *request) {
    if (server->endpoint->kind == ENDPOINT_UNIX) return true;
    return host_is_ours(server, request) && origin_is_ours(server, request) && token_is_right(server, request);
}
