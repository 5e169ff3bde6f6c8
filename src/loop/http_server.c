/* Invariants:
 * 1. A connection has a request exactly in the states BODY and HANDLING. In BODY it is the server's to free,
 * in HANDLING the handler's, by its reply; request->conn and conn->request point at each other or are both
 * NULL.
 * 2. The timer of a connection is set in every state but HANDLING, where the handler decides how long it
 * takes.
 * 3. One request at a time: while one is handled or its reply is not yet with the kernel, later bytes wait in
 * the stream, which bounds them.
 * 4. buffered is the sum of the bodies' sizes of all requests of the server's connections.
 *
 *   HEAD ──head──▶ BODY ──all of it──▶ HANDLING ──reply──▶ SENDING ──drained──▶ HEAD
 *     └──────── no body ──────────────────▲ └── reply with the kernel at once ───▲
 * From each state: an error, a timeout or "Connection: close" ends in conn_free(). */
#include "http_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* All requests' bodies together: many clients that post at once must not add up to all memory. */
#define BODIES_BYTES_MAX (64 * 1024 * 1024)

enum conn_state { CONN_HEAD, CONN_BODY, CONN_HANDLING, CONN_SENDING };

struct http_conn {
    struct http_server *server;
    struct http_conn *prev, *next;
    struct stream *stream;
    struct loop_timer *timer;
    enum conn_state state;
    struct http_request *request;
    struct http_body body;
    struct peer peer;
    bool begun; /* HEAD: its first byte came */
    bool ended; /* the client sends no more */
    bool last;  /* closed after this reply */
};

struct http_server {
    struct loop *loop;
    struct listener *listener;
    struct http_limits limits;
    http_handler *handler;
    void *arg;
    struct http_conn *conns;
    size_t buffered;
    char *at; /* for the log: its path, or "port 8470" */
};

struct stream *http_conn_stream(struct http_conn *conn) {
    return conn->stream;
}

int64_t http_conn_now_ms(struct http_conn *conn) {
    return loop_now_ms(conn->server->loop);
}

bool http_conn_closes(const struct http_conn *conn) {
    return conn->last || conn->ended;
}

const struct peer *http_conn_peer(const struct http_conn *conn) {
    return &conn->peer;
}

void http_conn_close_after(struct http_conn *conn) {
    conn->last = true;
}

/* The stream must be closed, or closing by itself. */
static void conn_free(struct http_conn *conn) {
    struct http_server *server = conn->server;
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        server->conns = conn->next;
    if (conn->next) conn->next->prev = conn->prev;
    if (server->listener) listener_release(server->listener);
    loop_timer_free(conn->timer);
    peer_fini(&conn->peer);
    free(conn);
}

/* The request and its connection part; the request of a handler is then told and stays its own. */
static void drop_request(struct http_conn *conn) {
    struct http_request *request = conn->request;
    if (!request) return;
    conn->server->buffered -= request->body.size;
    conn->request = NULL;
    request->conn = NULL;
    if (conn->state != CONN_HANDLING)
        http_request_free(request);
    else if (request->gone)
        request->gone(request->gone_arg);
}

static void conn_end(struct http_conn *conn, enum stream_close_how how) {
    drop_request(conn);
    stream_close(conn->stream, how);
    conn_free(conn);
}

static void refuse_and_end(struct http_conn *conn, int status, const char *detail) {
    conn->last = true;
    http_refuse(conn, status, detail);
    conn_end(conn, STREAM_FLUSH);
}

static void next_request(struct http_conn *conn) {
    conn->state = CONN_HEAD;
    conn->begun = false;
    loop_timer_set(conn->timer, conn->server->limits.idle_ms);
    stream_resume(conn->stream);
}

void http_conn_replied(struct http_conn *conn) {
    conn->server->buffered -= conn->request->body.size;
    conn->request = NULL;
    conn->state = CONN_SENDING;
    if (http_conn_closes(conn)) {
        conn_end(conn, STREAM_FLUSH);
    } else if (stream_pending(conn->stream) == 0) {
        next_request(conn);
    } else {
        loop_timer_set(conn->timer, conn->server->limits.request_ms);
    }
}

void http_conn_abort(struct http_conn *conn) {
    conn->server->buffered -= conn->request->body.size;
    conn->request = NULL;
    conn_end(conn, STREAM_DROP);
}

static void timed_out(void *arg) {
    struct http_conn *conn = arg;
    if (conn->state == CONN_BODY || (conn->state == CONN_HEAD && conn->begun)) {
        refuse_and_end(conn, 408, "the request took too long to arrive");
        return;
    }
    counter_inc(connections_timed_out);
    conn_end(conn, STREAM_DROP);
}

static void hand_over(struct http_conn *conn) {
    conn->state = CONN_HANDLING;
    loop_timer_cancel(conn->timer);
    conn->server->handler(conn->server->arg, conn->request); /* conn may be gone now */
}

static void refuse_body(struct http_conn *conn) {
    char detail[96];
    snprintf(detail, sizeof detail, "the body is larger than the %zu bytes allowed: send it in parts",
        conn->server->limits.body_bytes);
    refuse_and_end(conn, 413, detail);
}

/* Returns false when the connection is gone. */
static bool take_body(struct http_conn *conn, struct span *data) {
    struct http_server *server = conn->server;
    while (!conn->body.done && (data->n || conn->body.framing == HTTP_NO_BODY)) {
        struct span piece;
        if (http_body_take(&conn->body, data, &piece) != 0) {
            refuse_and_end(conn, 400, "the chunks of the body are malformed");
            return false;
        }
        if (conn->request->body.size + piece.n > server->limits.body_bytes) {
            refuse_body(conn);
            return false;
        }
        if (server->buffered + piece.n > BODIES_BYTES_MAX) {
            refuse_and_end(conn, 503, "too many large requests at once");
            return false;
        }
        server->buffered += piece.n;
        buf_add_span(&conn->request->body, piece);
    }
    return true;
}

/* Returns false when the connection is gone. */
static bool take_head(struct http_conn *conn, struct span text, bool more) {
    const struct http_limits *limits = &conn->server->limits;
    const char *why = "";
    int status = 0;
    struct http_request *request = http_request_new(conn);
    if (text.n > limits->header_bytes) status = 431, why = "the headers are larger than allowed";
    if (!status) status = http_head_parse(text, &request->arena, &request->head, &why);
    if (!status && request->head.length > limits->body_bytes) {
        http_request_free(request);
        refuse_body(conn);
        return false;
    }
    if (status) {
        http_request_free(request);
        refuse_and_end(conn, status, why);
        return false;
    }
    request->peer_uid = conn->peer.uid;
    conn->request = request;
    conn->state = CONN_BODY;
    conn->last = !request->head.keep_alive;
    conn->body = (struct http_body){.framing = request->head.framing,
        .left = request->head.length,
        .done = request->head.framing == HTTP_LENGTH && request->head.length == 0};
    if (request->head.expects_continue && !more && !conn->body.done)
        stream_write(conn->stream, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    return true;
}

/* At most one request a call: the stream_resume() of the next one has the stream offer the rest in a call of
 * its own, so that a client that sends many at once does not hold up the others. */
static size_t conn_data(void *arg, struct span data) {
    struct http_conn *conn = arg;
    struct span rest = data;
    if (conn->state == CONN_HEAD) {
        while (rest.n && (*rest.p == '\r' || *rest.p == '\n')) rest.p++, rest.n--; /* stray ends of lines */
        if (rest.n && !conn->begun) {
            conn->begun = true;
            loop_timer_set(conn->timer, conn->server->limits.request_ms);
        }
        size_t head = http_head_size(rest);
        if (!head) return data.n - rest.n;
        struct span text = {rest.p, head};
        rest.p += head;
        rest.n -= head;
        if (!take_head(conn, text, rest.n > 0)) return data.n;
    }
    if (conn->state != CONN_BODY) return 0;
    if (!take_body(conn, &rest)) return data.n;
    if (conn->body.done) hand_over(conn);
    return data.n - rest.n;
}

static void conn_full(void *arg) {
    struct http_conn *conn = arg;
    if (conn->state == CONN_HEAD)
        refuse_and_end(conn, 431, "the headers are larger than allowed");
    else
        stream_pause(conn->stream); /* until the reply: requests sent ahead */
}

static void conn_input_end(void *arg, struct span rest) {
    struct http_conn *conn = arg;
    (void)rest; /* an unfinished request, or one sent ahead by a client that will not wait for it */
    bool unfinished = conn->state == CONN_HEAD || conn->state == CONN_BODY;
    if (unfinished || stream_hung_up(conn->stream))
        conn_end(conn, STREAM_DROP);
    else
        conn->ended = true; /* it may still read the reply */
}

static void conn_drained(void *arg) {
    struct http_conn *conn = arg;
    if (conn->state == CONN_HANDLING && conn->request->drained) {
        conn->request->drained(conn->request->drained_arg);
        return;
    }
    if (conn->state != CONN_SENDING) return;
    if (http_conn_closes(conn))
        conn_end(conn, STREAM_FLUSH);
    else
        next_request(conn);
}

static void conn_lost(void *arg, const char *reason) {
    struct http_conn *conn = arg;
    (void)reason;
    drop_request(conn);
    conn_free(conn);
}

static const struct stream_events conn_events = {
    .on_data = conn_data,
    .on_full = conn_full,
    .on_end = conn_input_end,
    .on_drained = conn_drained,
    .on_close = conn_lost,
};

static void accepted(void *arg, int take_fd) {
    struct http_server *server = arg;
    struct http_conn *conn = mem_zalloc(sizeof *conn);
    struct stream_options options = {.input_bytes = server->limits.header_bytes, .at_once = true};
    conn->server = server;
    peer_of(take_fd, &conn->peer);
    conn->stream = stream_open(server->loop, take_fd, &options, &conn_events, conn);
    conn->timer = loop_timer_new(server->loop, timed_out, conn);
    conn->next = server->conns;
    if (conn->next) conn->next->prev = conn;
    server->conns = conn;
    next_request(conn);
}

static void refused(void *arg) {
    struct http_server *server = arg;
    uint64_t held;
    if (!log_allow("connection refused", loop_now_ms(server->loop), &held)) return;
    log_warning("connection refused", "at=%s limit=%d held=%llu next=\"served again as soon as one of them is closed\"",
        LOG_TEXT(span_of(server->at)), LISTEN_CONNECTIONS_DEFAULT, (unsigned long long)held);
}

static char *name_of(const struct http_server *server, const struct listen_options *listen) {
    struct buf name = {0};
    if (listen->unix_path)
        buf_add_text(&name, listen->unix_path);
    else
        buf_printf(&name, "port %d", http_server_port(server));
    return name.data;
}

int http_server_open(struct loop *loop, const struct listen_options *listen, const struct http_limits *limits,
    http_handler *handler, void *arg, struct http_server **out, struct err *err) {
    struct http_server *server = mem_zalloc(sizeof *server);
    server->loop = loop;
    if (limits) server->limits = *limits;
    if (!server->limits.header_bytes) server->limits.header_bytes = HTTP_HEADER_BYTES;
    if (!server->limits.body_bytes) server->limits.body_bytes = HTTP_BODY_BYTES;
    if (!server->limits.idle_ms) server->limits.idle_ms = HTTP_IDLE_MS;
    if (!server->limits.request_ms) server->limits.request_ms = HTTP_REQUEST_MS;
    server->handler = handler;
    server->arg = arg;
    int rc = listener_open(loop, listen, accepted, refused, server, &server->listener, err);
    if (rc) {
        free(server);
        return rc;
    }
    server->at = name_of(server, listen);
    *out = server;
    return 0;
}

int http_server_port(const struct http_server *server) {
    return listener_port(server->listener);
}

void http_server_close(struct http_server *server) {
    if (!server) return;
    listener_close(server->listener);
    server->listener = NULL;
    while (server->conns)
        conn_end(server->conns, server->conns->state == CONN_SENDING ? STREAM_FLUSH : STREAM_DROP);
    free(server->at);
    free(server);
}
