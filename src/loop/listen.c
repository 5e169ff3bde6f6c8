/* Invariants:
 * 1. open <= max_connections: an fd beyond it is closed before on_accept hears of it.
 * 2. The accept event is pending, or the resume timer is set: never both, never neither.
 * 3. The path is removed only while it still is the inode that we made (identity). */
#include "slad/loop/listen.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bind.h"
#include "loop_base.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* Accepted in one callback at most, so that a flood of connections cannot hold up what is open. */
#define ACCEPTS_A_CALL 64
/* How long to wait for a descriptor to come free. */
#define RESUME_MS 200

struct listener {
    struct loop *loop;
    int fd;
    struct event *ready;
    struct loop_timer *resume;
    size_t open, max_connections;
    uint64_t pauses;
    void (*on_accept)(void *arg, int take_fd);
    void (*on_refused)(void *arg);
    void *arg;
    char *path; /* NULL: nothing to remove */
    struct stat identity;
};

static void resume(void *arg) {
    struct listener *listener = arg;
    event_add(listener->ready, NULL);
}

/* The listening socket stays readable, so without a pause the loop would spin. */
static void pause_for_descriptors(struct listener *listener, int reason) {
    uint64_t held;
    if (log_allow("connections have to wait", loop_now_ms(listener->loop), &held))
        log_warning("connections have to wait", "at=%s error=\"%s\" more=%llu next=\"accepting again as soon as it can\"",
            LOG_TEXT(span_of(listener->path ? listener->path : "tcp")), strerror(reason), (unsigned long long)held);
    counter_inc(accepts_paused);
    listener->pauses++;
    event_del(listener->ready);
    loop_timer_set(listener->resume, RESUME_MS);
}

static void hand_over(struct listener *listener, int fd) {
    if (listener->open >= listener->max_connections) {
        close(fd);
        counter_inc(connections_refused);
        if (listener->on_refused) listener->on_refused(listener->arg);
        return;
    }
    int on = 1; /* small answers at once; fails harmlessly on AF_UNIX */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    listener->open++;
    listener->on_accept(listener->arg, fd);
}

static void accept_some(struct listener *listener) {
    for (int i = 0; i < ACCEPTS_A_CALL; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            hand_over(listener, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_for_descriptors(listener, errno);
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return; /* nobody waits any more */
        }
    }
}

static void accept_ready(evutil_socket_t fd, short what, void *arg) {
    struct listener *listener = arg;
    (void)fd, (void)what;
    accept_some(listener);
    loop_yield(listener->loop);
}

static int make_socket(struct listener *listener, const struct listen_options *options, struct err *err) {
    if (options->inherited_fd > STDERR_FILENO) return bind_inherited(options->inherited_fd, err);
    if (!options->unix_path) return bind_tcp(options, err);
    int fd = bind_unix(options, &listener->identity, err);
    if (fd >= 0) listener->path = mem_dup_text(span_of(options->unix_path));
    return fd;
}

int listener_open(struct loop *loop, const struct listen_options *options,
    void (*on_accept)(void *arg, int take_fd), void (*on_refused)(void *arg), void *arg,
    struct listener **out, struct err *err) {
    struct listener *listener = mem_zalloc(sizeof *listener);
    listener->fd = make_socket(listener, options, err);
    if (listener->fd < 0) {
        int rc = listener->fd;
        free(listener);
        return rc;
    }
    listener->loop = loop;
    listener->max_connections =
        options->max_connections ? options->max_connections : LISTEN_CONNECTIONS_DEFAULT;
    listener->on_accept = on_accept;
    listener->on_refused = on_refused;
    listener->arg = arg;
    listener->resume = loop_timer_new(loop, resume, listener);
    listener->ready =
        loop_event_new(loop, listener->fd, EV_READ | EV_PERSIST, LOOP_PRIORITY_INPUT, accept_ready, listener);
    event_add(listener->ready, NULL);
    *out = listener;
    return 0;
}

void listener_release(struct listener *listener) {
    assert(listener->open > 0);
    listener->open--;
}

int listener_port(const struct listener *listener) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(listener->fd, (struct sockaddr *)&address, &size) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

uint64_t listener_pauses(const struct listener *listener) {
    return listener->pauses;
}

void listener_close(struct listener *listener) {
    if (!listener) return;
    struct stat now;
    if (listener->path && stat(listener->path, &now) == 0 && now.st_ino == listener->identity.st_ino &&
        now.st_dev == listener->identity.st_dev)
        unlink(listener->path);
    event_free(listener->ready);
    loop_timer_free(listener->resume);
    close(listener->fd);
    free(listener->path);
    free(listener);
}
