#include "slad/loop/fetch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "http_body.h"
#include "slad/base/clock.h"

/* An answer's head is ours to write and short; a peer that sends more is not our daemon. */
#define HEAD_BYTES_MAX (64 * 1024)
#define READ_BYTES (64 * 1024)

struct fetch {
    const struct fetch_request *request;
    struct fetch_answer answer;
    struct http_body body;
    int fd;
    int64_t deadline_us; /* INT64_MAX: none */
    bool stopped;        /* by on_body */
    char in[READ_BYTES];
};

static int timed_out(const struct fetch_request *request, struct err *err) {
    int64_t timeout_ms = request->timeout_ms ? request->timeout_ms : FETCH_TIMEOUT_MS;
    return err_set(
        err, ERR_LIMIT, "%s: no answer within %lld ms", request->socket_path, (long long)timeout_ms);
}

static int broken(const struct fetch *fetch, struct err *err) {
    return err_set(err, ERR_IO, "%s: the connection broke: %s", fetch->request->socket_path, strerror(errno));
}

/* Waits until the socket is ready; 0, ERR_LIMIT, ERR_IO. */
static int wait_for(struct fetch *fetch, short what, struct err *err) {
    for (;;) {
        struct pollfd look = {.fd = fetch->fd, .events = what};
        int64_t left_ms = -1;
        if (fetch->deadline_us != INT64_MAX) {
            left_ms = (fetch->deadline_us - clock_steady_us() + 999) / 1000;
            if (left_ms <= 0) return timed_out(fetch->request, err);
            if (left_ms > INT32_MAX) left_ms = INT32_MAX;
        }
        int ready = poll(&look, 1, (int)left_ms);
        if (ready > 0) return 0;
        if (ready < 0 && errno != EINTR) return broken(fetch, err);
    }
}

static int connect_failed(const char *path, int error, struct err *err) {
    switch (error) {
    case ENOENT:
    case ENOTDIR: return err_set(err, ERR_NOT_FOUND, "%s: there is no such socket", path);
    case ECONNREFUSED: return err_set(err, ERR_IO, "%s: nobody listens there", path);
    case EACCES:
    case EPERM: return err_set(err, ERR_DENIED, "%s: no permission to connect", path);
    case EAGAIN: return err_set(err, ERR_LIMIT, "%s: too busy to take another connection", path);
    default: return err_set(err, ERR_IO, "%s: cannot connect: %s", path, strerror(error));
    }
}

/* A full backlog makes connect() wait as long as SO_SNDTIMEO says; poll() would know nothing of it. */
static int open_connection(struct fetch *fetch, int64_t timeout_ms, struct err *err) {
    const char *path = fetch->request->socket_path;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path[0] == '\0' || strlen(path) >= sizeof address.sun_path)
        return err_set(err, ERR_INVALID, "%s: a socket's path has between 1 and %zu bytes", path,
            sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    fetch->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fetch->fd < 0) return broken(fetch, err);
    struct timeval wait = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    if (setsockopt(fetch->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0) return broken(fetch, err);
    if (connect(fetch->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return connect_failed(path, errno, err);
    return 0;
}

static int send_all(struct fetch *fetch, struct span data, struct err *err) {
    while (data.n) {
        int rc = wait_for(fetch, POLLOUT, err);
        if (rc) return rc;
        ssize_t sent = send(fetch->fd, data.p, data.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            /* A server that refuses a request may answer and close before it has read all of it. */
            return errno == EPIPE || errno == ECONNRESET ? 0 : broken(fetch, err);
        }
        if (sent > 0) data.p += sent, data.n -= (size_t)sent;
    }
    return 0;
}

static bool is_word(const char *text) {
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f) return false;
    return *text != '\0';
}

static int send_request(struct fetch *fetch, struct err *err) {
    const struct fetch_request *request = fetch->request;
    const char *method = request->method ? request->method : "GET";
    const char *type = request->content_type ? request->content_type : "application/json";
    if (!is_word(method) || request->target[0] != '/' || !is_word(request->target) || strpbrk(type, "\r\n"))
        return err_set(err, ERR_INVALID, "%s: not a target that can be asked for", request->target);
    struct buf head = {0};
    buf_printf(&head, "%s %s HTTP/1.1\r\nHost: slad\r\nConnection: close\r\n", method, request->target);
    if (request->body.n || strcmp(method, "GET") != 0)
        buf_printf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, request->body.n);
    buf_add_text(&head, "\r\n");
    int rc = send_all(fetch, buf_span(&head), err);
    if (rc == 0) rc = send_all(fetch, request->body, err);
    buf_fini(&head);
    return rc;
}

/* Reads what there is into fetch->in; *got is 0 at the end. */
static int read_some(struct fetch *fetch, size_t *got, struct err *err) {
    for (;;) {
        int rc = wait_for(fetch, POLLIN, err);
        if (rc) return rc;
        ssize_t n = recv(fetch->fd, fetch->in, sizeof fetch->in, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n < 0) return broken(fetch, err);
        *got = (size_t)n;
        return 0;
    }
}

static int not_http(const struct fetch *fetch, const char *why, struct err *err) {
    return err_set(
        err, ERR_INVALID, "%s: what answers there is not HTTP: %s", fetch->request->socket_path, why);
}

static int frame_body(struct fetch *fetch, const struct http_fields *headers, struct err *err) {
    const char *why = "";
    const char *method = fetch->request->method;
    int status = fetch->answer.status;
    if (http_framing_of(headers, &fetch->body.framing, &fetch->body.left, &why))
        return not_http(fetch, why, err);
    if ((method && strcmp(method, "HEAD") == 0) || status == 204 || status == 304) {
        fetch->body.framing = HTTP_NO_BODY;
        fetch->body.done = true;
    } else if (fetch->body.framing == HTTP_NO_BODY) {
        fetch->body.framing = HTTP_UNTIL_CLOSE;
    } else if (fetch->body.framing == HTTP_LENGTH) {
        fetch->body.done = fetch->body.left == 0;
    }
    return 0;
}

static int parse_head(struct fetch *fetch, struct span text, struct err *err) {
    struct arena arena = {0};
    struct http_fields headers;
    const char *why = "";
    struct span line = http_line(&text);
    int rc = 0;
    if (line.n < 12 || memcmp(line.p, "HTTP/1.", 7) != 0 || line.p[8] != ' ')
        return not_http(fetch, "no status line", err);
    for (int i = 9; i < 12; i++) {
        if (line.p[i] < '0' || line.p[i] > '9') return not_http(fetch, "no status", err);
        fetch->answer.status = i == 9 ? line.p[i] - '0' : fetch->answer.status * 10 + line.p[i] - '0';
    }
    if (http_fields_parse(text, &arena, &headers, &why)) {
        rc = not_http(fetch, why, err);
    } else {
        const char *type = http_field_find(&headers, "content-type");
        snprintf(fetch->answer.content_type, sizeof fetch->answer.content_type, "%s", type ? type : "");
        rc = frame_body(fetch, &headers, err);
    }
    arena_fini(&arena);
    return rc;
}

static bool handed_over(const struct fetch *fetch) {
    return fetch->request->on_body && fetch->answer.status < 300;
}

static int take_piece(struct fetch *fetch, struct span piece, struct err *err) {
    if (piece.n == 0) return 0;
    if (handed_over(fetch)) {
        fetch->stopped = fetch->request->on_body(fetch->request->arg, piece) != 0;
        return 0;
    }
    if (fetch->answer.body.size + piece.n > FETCH_BODY_MAX)
        return err_set(err, ERR_LIMIT, "%s: an answer of more than %d MiB", fetch->request->socket_path,
            FETCH_BODY_MAX / (1024 * 1024));
    buf_add_span(&fetch->answer.body, piece);
    return 0;
}

static int take_body(struct fetch *fetch, struct span data, struct err *err) {
    while (data.n && !fetch->body.done && !fetch->stopped) {
        struct span piece;
        if (http_body_take(&fetch->body, &data, &piece) != 0) return not_http(fetch, "malformed chunks", err);
        int rc = take_piece(fetch, piece, err);
        if (rc) return rc;
    }
    return 0;
}

/* Collects the head, skipping interim ones (100 Continue), and feeds what follows to the body. */
static int read_head(struct fetch *fetch, struct err *err) {
    struct buf text = {0};
    int rc = 0;
    while (rc == 0) {
        size_t head = http_head_size(buf_span(&text)), got = 0;
        if (head) {
            rc = parse_head(fetch, (struct span){text.data, head}, err);
            buf_drop_front(&text, head);
            if (rc || fetch->answer.status >= 200) break;
            fetch->body = (struct http_body){0};
        } else if (text.size > HEAD_BYTES_MAX) {
            rc = not_http(fetch, "endless headers", err);
        } else if ((rc = read_some(fetch, &got, err)) == 0) {
            if (got == 0)
                rc = err_set(err, ERR_IO, "%s: closed without an answer", fetch->request->socket_path);
            buf_add(&text, fetch->in, got);
        }
    }
    if (rc == 0) rc = take_body(fetch, buf_span(&text), err);
    buf_fini(&text);
    return rc;
}

static int read_body(struct fetch *fetch, struct err *err) {
    if (handed_over(fetch)) fetch->deadline_us = INT64_MAX;
    while (!fetch->body.done && !fetch->stopped) {
        size_t got = 0;
        int rc = read_some(fetch, &got, err);
        if (rc) return rc;
        if (got == 0) {
            if (fetch->body.framing == HTTP_UNTIL_CLOSE) return 0;
            return err_set(err, ERR_IO, "%s: the answer ended too early", fetch->request->socket_path);
        }
        rc = take_body(fetch, (struct span){fetch->in, got}, err);
        if (rc) return rc;
    }
    return 0;
}

int http_fetch(const struct fetch_request *request, struct fetch_answer *out, struct err *err) {
    struct fetch *fetch = mem_zalloc(sizeof *fetch);
    int64_t timeout_ms = request->timeout_ms ? request->timeout_ms : FETCH_TIMEOUT_MS;
    fetch->request = request;
    fetch->fd = -1;
    fetch->deadline_us = clock_steady_us() + timeout_ms * 1000;
    int rc = open_connection(fetch, timeout_ms, err);
    if (rc == 0) rc = send_request(fetch, err);
    if (rc == 0) rc = read_head(fetch, err);
    if (rc == 0) rc = read_body(fetch, err);
    if (fetch->fd >= 0) close(fetch->fd);
    if (rc == 0)
        *out = fetch->answer;
    else
        fetch_answer_fini(&fetch->answer);
    free(fetch);
    return rc;
}

void fetch_answer_fini(struct fetch_answer *answer) {
    buf_fini(&answer->body);
}

void fetch_encode(struct buf *target, struct span text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-._~:", c));
        if (plain)
            buf_add_char(target, (char)c);
        else
            buf_printf(target, "%%%02X", c);
    }
}
