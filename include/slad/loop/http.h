/* http: an HTTP/1.1 server over a listening socket: whole requests in, replies out.
 * Owns: connections, requests until they are replied to, every limit on them.
 * Must not know: routes, JSON, who may ask what.
 *
 * Every request that the handler is given must be answered exactly once: by http_reply(), or by
 * http_stream_start() … http_stream_end() (or _abort()); at once or in a later turn. That call ends the request: the
 * pointer is dead. A request whose client has gone away stays valid until then, and its reply goes nowhere.
 * So there is nothing else to free. */
#ifndef SLAD_LOOP_HTTP_H
#define SLAD_LOOP_HTTP_H

#include <stddef.h>
#include <stdint.h>
#include "slad/base/span.h"
#include "slad/loop/listen.h"
#include "slad/loop/peer.h"

struct http_server;
struct http_request;

struct http_limits {     /* 0: the default named beside it */
    size_t header_bytes; /* HTTP_HEADER_BYTES: request line and headers, else 431 */
    size_t body_bytes;   /* HTTP_BODY_BYTES, else 413 */
    int64_t idle_ms;     /* HTTP_IDLE_MS: a connection without a request */
    int64_t request_ms;  /* HTTP_REQUEST_MS: from its first byte until all of a request is here, else 408; and
                          * again for the client to take the whole reply */
};
#define HTTP_HEADER_BYTES (16 * 1024)
#define HTTP_BODY_BYTES (8 * 1024 * 1024) /* 40,000 event lines of 200 bytes in one POST */
#define HTTP_IDLE_MS 60000
#define HTTP_REQUEST_MS 30000

typedef void http_handler(void *arg, struct http_request *request);

/* The errors of listener_open(). */
int http_server_open(struct loop *loop, const struct listen_options *listen, const struct http_limits *limits,
    http_handler *handler, void *arg, struct http_server **out, struct err *err) WARN_UNUSED;
int http_server_port(const struct http_server *server); /* see listener_port() */
/* Stops listening, at once; replies under way are sent in the background. Requests not yet answered are told
 * that their client is gone. NULL is fine. */
void http_server_close(struct http_server *server);

/* All borrowed from the request. */
const char *http_method(const struct http_request *request); /* as sent: "GET" */
const char *http_path(
    const struct http_request *request); /* decoded UTF-8, from the '/' on, without the query */
/* The decoded value of the first query parameter of this name, or NULL. "" when it has no value. */
const char *http_query(const struct http_request *request, const char *name);
size_t http_query_count(const struct http_request *request);
/* The i-th query parameter, i < http_query_count(). */
void http_query_at(const struct http_request *request, size_t i, const char **name, const char **value);
/* The value of the first header of this name (case ignored), or NULL. Any bytes but control characters. */
const char *http_header(const struct http_request *request, const char *name);
struct span http_body(const struct http_request *request); /* any bytes */
/* The user at the other end of an AF_UNIX connection; -1 on TCP. */
int64_t http_peer_uid(const struct http_request *request);
/* More of it; NULL once the client is gone, which it is not yet when the handler is called. */
const struct peer *http_peer(const struct http_request *request);

/* Told once, in a later turn or by http_server_close(), when the client goes away before the reply; the reply
 * is still due. NULL: not told. */
void http_on_gone(struct http_request *request, void (*gone)(void *arg), void *arg);

/* A header of the reply to come; control characters in the value become spaces. */
void http_reply_header(struct http_request *request, const char *name, const char *value);
/* Answers and ends the request. content_type may be NULL when the body is empty. Counted in requests_served
 * and, from 400 on, in requests_failed. */
void http_reply(struct http_request *request, int status, const char *content_type, struct span body);

/* A reply in pieces, of any length. Look at http_stream_pending() before each write: a client that does not
 * read makes it grow. */
void http_stream_start(struct http_request *request, int status, const char *content_type);
void http_stream_write(struct http_request *request, struct span piece);
size_t http_stream_pending(const struct http_request *request);
/* Told each time that all of it is with the kernel, after some was not. It may end the stream. */
void http_on_drained(struct http_request *request, void (*drained)(void *arg), void *arg);
void http_stream_end(struct http_request *request);
/* Ends it and closes the connection at once: what the client has not taken is lost to it. */
void http_stream_abort(struct http_request *request);

#endif
