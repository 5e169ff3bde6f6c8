#include "http_conn.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "slad/base/counters.h"
#include "slad/base/mem.h"

/* A body up to this size is sent in one piece with its head; a larger one is not copied for that. */
#define TOGETHER_BYTES (64 * 1024)

struct http_request *http_request_new(struct http_conn *conn) {
    struct http_request *request = mem_zalloc(sizeof *request);
    request->conn = conn;
    request->peer_uid = -1;
    return request;
}

void http_request_free(struct http_request *request) {
    arena_fini(&request->arena);
    buf_fini(&request->body);
    buf_fini(&request->reply_headers);
    free(request);
}

const char *http_method(const struct http_request *request) {
    return request->head.method;
}

const char *http_path(const struct http_request *request) {
    return request->head.path;
}

const char *http_query(const struct http_request *request, const char *name) {
    for (size_t i = 0; i < request->head.params.count; i++)
        if (strcmp(request->head.params.all[i].name, name) == 0) return request->head.params.all[i].value;
    return NULL;
}

size_t http_query_count(const struct http_request *request) {
    return request->head.params.count;
}

void http_query_at(const struct http_request *request, size_t i, const char **name, const char **value) {
    *name = request->head.params.all[i].name;
    *value = request->head.params.all[i].value;
}

const char *http_header(const struct http_request *request, const char *name) {
    return http_field_find(&request->head.headers, name);
}

struct span http_body(const struct http_request *request) {
    return buf_span(&request->body);
}

int64_t http_peer_uid(const struct http_request *request) {
    return request->peer_uid;
}

const struct peer *http_peer(const struct http_request *request) {
    return request->conn ? http_conn_peer(request->conn) : NULL;
}

void http_on_gone(struct http_request *request, void (*gone)(void *arg), void *arg) {
    request->gone = gone;
    request->gone_arg = arg;
}

void http_on_drained(struct http_request *request, void (*drained)(void *arg), void *arg) {
    request->drained = drained;
    request->drained_arg = arg;
}

void http_reply_header(struct http_request *request, const char *name, const char *value) {
    buf_printf(&request->reply_headers, "%s: ", name);
    for (; *value; value++) {
        bool control =
            (unsigned char)*value < ' ' || *value == 0x7f; /* a newline would begin another header */
        buf_add_char(&request->reply_headers, control ? ' ' : *value);
    }
    buf_add_text(&request->reply_headers, "\r\n");
}

static const char *phrase(int status) {
    static const struct {
        int status;
        const char *text;
    } phrases[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
        {304, "Not Modified"}, {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"},
        {404, "Not Found"}, {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"},
        {409, "Conflict"}, {413, "Content Too Large"}, {415, "Unsupported Media Type"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"}, {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"}, {501, "Not Implemented"}, {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"}, {507, "Insufficient Storage"}};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status) return phrases[i].text;
    return "Status";
}

static bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

static void begin_head(struct buf *head, struct http_conn *conn, int status, const char *content_type) {
    time_t now = (time_t)(http_conn_now_ms(conn) / 1000);
    struct tm utc;
    char date[40] = "";
    if (gmtime_r(&now, &utc)) strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    buf_printf(head, "HTTP/1.1 %d %s\r\n%s", status, phrase(status), date);
    if (content_type) buf_printf(head, "Content-Type: %s\r\n", content_type);
    if (http_conn_closes(conn)) buf_add_text(head, "Connection: close\r\n");
    counter_inc(requests_served);
    if (status >= 400) counter_inc(requests_failed);
}

static void send_head_and_body(struct http_conn *conn, struct buf *head, struct span body) {
    struct stream *stream = http_conn_stream(conn);
    bool together = body.n <= TOGETHER_BYTES;
    if (together) buf_add_span(head, body);
    stream_write(stream, head->data, head->size);
    if (!together) stream_write(stream, body.p, body.n);
}

static void end_request(struct http_request *request) {
    struct http_conn *conn = request->conn;
    if (conn) http_conn_replied(conn);
    http_request_free(request);
}

void http_reply(struct http_request *request, int status, const char *content_type, struct span body) {
    assert(!request->streaming);
    struct http_conn *conn = request->conn;
    if (conn) {
        struct buf head = {0};
        begin_head(&head, conn, status, content_type);
        buf_add_span(&head, buf_span(&request->reply_headers));
        if (may_have_body(status)) buf_printf(&head, "Content-Length: %zu\r\n", body.n);
        buf_add_text(&head, "\r\n");
        if (!may_have_body(status) || strcmp(request->head.method, "HEAD") == 0) body = SPAN("");
        send_head_and_body(conn, &head, body);
        buf_fini(&head);
    }
    end_request(request);
}

void http_refuse(struct http_conn *conn, int status, const char *detail) {
    struct buf head = {0}, body = {0};
    buf_printf(&body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n",
        phrase(status), status, detail);
    begin_head(&head, conn, status, "application/problem+json");
    buf_printf(&head, "Content-Length: %zu\r\n\r\n", body.size);
    send_head_and_body(conn, &head, buf_span(&body));
    buf_fini(&head);
    buf_fini(&body);
}

void http_stream_start(struct http_request *request, int status, const char *content_type) {
    assert(!request->streaming);
    struct http_conn *conn = request->conn;
    request->streaming = true;
    request->chunked = request->head.minor == 1;
    if (!conn) return;
    if (!request->chunked)
        http_conn_close_after(conn); /* HTTP/1.0: the end of the connection ends the body */
    struct buf head = {0};
    begin_head(&head, conn, status, content_type);
    buf_add_span(&head, buf_span(&request->reply_headers));
    if (request->chunked) buf_add_text(&head, "Transfer-Encoding: chunked\r\n");
    buf_add_text(&head, "\r\n");
    stream_write(http_conn_stream(conn), head.data, head.size);
    buf_fini(&head);
}

static bool sends_body(const struct http_request *request) {
    return request->conn && strcmp(request->head.method, "HEAD") != 0;
}

void http_stream_write(struct http_request *request, struct span piece) {
    assert(request->streaming);
    if (!sends_body(request) || piece.n == 0) return; /* an empty chunk would be the last one */
    struct stream *stream = http_conn_stream(request->conn);
    if (!request->chunked) {
        stream_write(stream, piece.p, piece.n);
        return;
    }
    struct buf chunk = {0};
    buf_printf(&chunk, "%zx\r\n", piece.n);
    buf_add_span(&chunk, piece);
    buf_add_text(&chunk, "\r\n");
    stream_write(stream, chunk.data, chunk.size);
    buf_fini(&chunk);
}

size_t http_stream_pending(const struct http_request *request) {
    return request->conn ? stream_pending(http_conn_stream(request->conn)) : 0;
}

void http_stream_end(struct http_request *request) {
    assert(request->streaming);
    if (sends_body(request) && request->chunked)
        stream_write(http_conn_stream(request->conn), "0\r\n\r\n", 5);
    end_request(request);
}

void http_stream_abort(struct http_request *request) {
    assert(request->streaming);
    if (request->conn) http_conn_abort(request->conn);
    http_request_free(request);
}
