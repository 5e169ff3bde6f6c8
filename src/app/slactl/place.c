#include "place.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "slad/base/mem.h"
#include "socket.h"

enum { CONNECT_SECONDS = 10 }; /* a host that does not answer; on a local socket nothing waits */

static int read_tcp(const char *text, struct place *out, struct err *err) {
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : 0;
    if (!n || !colon[1]) return err_set(err, ERR_INVALID, "--to \"tcp:%s\": expected tcp:HOST:PORT", text);
    bool brackets = n > 2 && text[0] == '[' && text[n - 1] == ']'; /* an IPv6 address */
    out->host = mem_dup_text((struct span){text + brackets, n - 2 * (size_t)brackets});
    out->port = mem_dup_text(span_of(colon + 1));
    return 0;
}

static char *events_beside(char *take_path) {
    static const char name[] = "events.sock";
    const char *slash = strrchr(take_path, '/');
    struct buf path = {0};
    if (slash) buf_add(&path, take_path, (size_t)(slash - take_path) + 1);
    buf_add_text(&path, name);
    free(take_path);
    return path.data;
}

int place_of(const struct options *options, struct place *out, struct err *err) {
    const char *told = options->value[OPTION_TO];
    *out = (struct place){0};
    if (!told)
        out->path = events_beside(socket_path(options));
    else if (strncmp(told, "unix:", 5) == 0 && told[5])
        out->path = mem_dup_text(span_of(told + 5));
    else if (strncmp(told, "tcp:", 4) == 0)
        return read_tcp(told + 4, out, err);
    else
        return err_set(err, ERR_INVALID, "--to \"%s\": expected unix:PATH or tcp:HOST:PORT", told);
    return 0;
}

static int refused(const char *where, int error, struct err *err) {
    if (error == ENOENT || error == ENOTDIR)
        return err_set(err, ERR_NOT_FOUND, "there is no socket at %s: is slad running? Name another place with --to", where);
    if (error == EACCES || error == EPERM) return err_set(err, ERR_DENIED, "you may not open %s", where);
    if (error == ECONNREFUSED) return err_set(err, ERR_IO, "nobody listens at %s: is slad running?", where);
    return err_set(err, ERR_IO, "cannot connect to %s: %s", where, strerror(error));
}

static int connect_to(int family, const void *address, socklen_t bytes, const char *where, struct err *err) {
    struct timeval wait = {.tv_sec = CONNECT_SECONDS};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return refused(where, errno, err);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, address, bytes) == 0) return fd;
    int error = errno;
    close(fd);
    return refused(where, error, err);
}

static int connect_unix(const char *path, struct err *err) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return err_set(err, ERR_INVALID, "%s: a socket's path has at most %zu bytes", path, sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    return connect_to(AF_UNIX, &address, sizeof address, path, err);
}

static int connect_tcp(const struct place *place, struct err *err) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    struct buf where = {0};
    buf_printf(&where, "%s port %s", place->host, place->port);
    int rc = getaddrinfo(place->host, place->port, &hints, &found), fd = ERR_NOT_FOUND;
    if (rc != 0) err_set(err, ERR_NOT_FOUND, "%s: %s", buf_text(&where), gai_strerror(rc));
    for (const struct addrinfo *a = found; rc == 0 && a && fd < 0; a = a->ai_next)
        fd = connect_to(a->ai_family, a->ai_addr, a->ai_addrlen, buf_text(&where), err);
    if (found) freeaddrinfo(found);
    buf_fini(&where);
    return fd;
}

int place_connect(const struct place *place, struct err *err) {
    return place->path ? connect_unix(place->path, err) : connect_tcp(place, err);
}

void place_fini(struct place *place) {
    free(place->path);
    free(place->host);
    free(place->port);
}
