/* http_conn: what connections and requests know of each other inside the HTTP server.
 * Owns: nothing.
 * Must not know: anything outside the server's two files. */
#ifndef SLAD_LOOP_HTTP_CONN_H
#define SLAD_LOOP_HTTP_CONN_H

#include "http_body.h"
#include "slad/base/buf.h"
#include "slad/loop/http.h"
#include "slad/loop/stream.h"

struct http_conn;

struct http_request {
    struct http_conn *conn; /* NULL: the client is gone */
    struct arena arena;
    struct http_head head;
    struct buf body;
    int64_t peer_uid;
    struct buf reply_headers;
    void (*gone)(void *arg);
    void *gone_arg;
    void (*drained)(void *arg);
    void *drained_arg;
    bool streaming, chunked; /* the reply */
};

/* For http_reply.c. */
struct stream *http_conn_stream(struct http_conn *conn);
int64_t http_conn_now_ms(struct http_conn *conn);
const struct peer *http_conn_peer(const struct http_conn *conn);
/* Whether the connection will be closed after this reply. */
bool http_conn_closes(const struct http_conn *conn);
void http_conn_close_after(struct http_conn *conn);
/* The reply is written, the request is no longer the connection's; conn may be gone afterwards. */
void http_conn_replied(struct http_conn *conn);
/* The same, and the connection is closed without another word: conn is gone. */
void http_conn_abort(struct http_conn *conn);

/* For http_server.c. */
struct http_request *http_request_new(struct http_conn *conn);
void http_request_free(struct http_request *request);
/* An answer by the server itself, as a problem document (RFC 9457); detail is ours and needs no escaping. */
void http_refuse(struct http_conn *conn, int status, const char *detail);

#endif
