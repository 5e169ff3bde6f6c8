/* Invariants:
 * 1. until done() or connect_cancel() the timer is set; with a socket that is not connected yet, its event is
 * added.
 * 2. fd is -1 when there is no socket: then `failed` says why, and the timer ends it in the next turn. */
#include "loop/bind.h"
#include "slad/loop/connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "loop_base.h"
#include "slad/base/mem.h"

struct connect {
    int fd;
    struct event *writable; /* NULL: there is nothing to wait for */
    struct loop_timer *timer;
    struct err failed;
    void (*done)(void *arg, int take_fd, const struct err *err);
    void *arg;
};

static void connect_free(struct connect *connect) {
    if (connect->writable) event_free(connect->writable);
    loop_timer_free(connect->timer);
    free(connect);
}

static void finish(struct connect *connect) {
    struct connect last = *connect;
    if (last.failed.code && last.fd >= 0) {
        close(last.fd);
        last.fd = -1;
    }
    connect_free(connect);
    last.done(last.arg, last.fd, &last.failed);
}

static void on_timer(void *arg) {
    struct connect *connect = arg;
    if (!connect->failed.code) err_set(&connect->failed, ERR_IO, "it does not answer");
    finish(connect);
}

static void on_writable(evutil_socket_t fd, short what, void *arg) {
    struct connect *connect = arg;
    int error = 0;
    socklen_t size = sizeof error;
    (void)what;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error) err_set(&connect->failed, ERR_IO, "%s", strerror(error));
    finish(connect);
}

static socklen_t read_address(const char *host, int port, struct sockaddr_storage *out) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4);
        return sizeof v4;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6);
        return sizeof v6;
    }
    return 0;
}

static int start(int *out, const char *host, int port, struct err *err) {
    struct sockaddr_storage address;
    socklen_t size = read_address(host, port, &address);
    if (size == 0) return err_set(err, ERR_INVALID, "%s is not an address", host);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return err_set(err, ERR_IO, "%s", bind_problem(errno));
    if (connect(fd, (struct sockaddr *)&address, size) != 0 && errno != EINPROGRESS) {
        err_set(err, ERR_IO, "%s", strerror(errno));
        close(fd);
        return ERR_IO;
    }
    *out = fd;
    return 0;
}

struct connect *connect_open(struct loop *loop, const char *host, int port, int64_t timeout_ms,
    void (*done)(void *arg, int take_fd, const struct err *err), void *arg) {
    struct connect *new = mem_zalloc(sizeof *new);
    new->fd = -1;
    new->done = done;
    new->arg = arg;
    new->timer = loop_timer_new(loop, on_timer, new);
    bool started = start(&new->fd, host, port, &new->failed) == 0;
    if (started) {
        new->writable = loop_event_new(loop, new->fd, EV_WRITE, LOOP_PRIORITY_INPUT, on_writable, new);
        event_add(new->writable, NULL);
    }
    loop_timer_set(new->timer, started ? timeout_ms : 0);
    return new;
}

void connect_cancel(struct connect *connect) {
    if (!connect) return;
    if (connect->fd >= 0) close(connect->fd);
    connect_free(connect);
}
