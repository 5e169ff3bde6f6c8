#include "bind.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "slad/base/mem.h"

/* Connections that wait to be accepted; the kernel caps it by net.core.somaxconn anyway. */
#define BACKLOG 1024
/* Where a socket is made ready before it gets its name: ".PID", so that two daemons do not meet there. */
#define TEMPORARY_SUFFIX_MAX 12
/* A group's line with all its members; far larger ones exist, but not for a socket's group. */
#define GROUP_BYTES_MAX (1024 * 1024)

static int code_of(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
    case EROFS: return ERR_DENIED;
    case EADDRINUSE: return ERR_IN_USE;
    case ENOSPC: return ERR_FULL;
    default: return ERR_IO;
    }
}

static int failed(struct err *err, const char *path, const char *what) {
    int error = errno;
    return err_set(err, code_of(error), "%s: %s: %s", path, what, strerror(error));
}

static int address_of(const char *path, struct sockaddr_un *out, struct err *err) {
    if (path[0] == '\0' || strlen(path) + TEMPORARY_SUFFIX_MAX >= sizeof out->sun_path)
        return err_set(err, ERR_INVALID, "%s: a socket's path has between 1 and %zu bytes", path,
            sizeof out->sun_path - TEMPORARY_SUFFIX_MAX - 1);
    memset(out, 0, sizeof *out);
    out->sun_family = AF_UNIX;
    memcpy(out->sun_path, path, strlen(path) + 1);
    return 0;
}

/* Only a refused connection proves that a socket file was left behind; anything else may be somebody's. */
static int check_path_is_free(const struct sockaddr_un *address, struct err *err) {
    const char *path = address->sun_path;
    struct stat found;
    if (lstat(path, &found) != 0) return errno == ENOENT ? 0 : failed(err, path, "cannot be looked at");
    if (!S_ISSOCK(found.st_mode)) return err_set(err, ERR_IN_USE, "%s: exists and is not a socket", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed(err, path, "no socket to be had");
    int rc = connect(fd, (const struct sockaddr *)address, sizeof *address);
    int error = errno;
    close(fd);
    if (rc != 0 && (error == ECONNREFUSED || error == ENOENT)) return 0;
    if (rc != 0 && (error == EACCES || error == EPERM))
        return err_set(err, ERR_DENIED, "%s: exists, and no permission to see whether anybody listens", path);
    return err_set(err, ERR_IN_USE, "%s: another process listens there: is slad running already?", path);
}

static int make_folder_of(const char *path, struct err *err) {
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return 0;
    char *folder = mem_dup_text((struct span){path, (size_t)(slash - path)});
    int rc = 0;
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        rc = failed(err, folder, "this folder cannot be created");
    free(folder);
    return rc;
}

static int find_group(const char *name, gid_t *out) {
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    if (name[0] >= '0' && name[0] <= '9' && *end == '\0' && number < UINT32_MAX) {
        *out = (gid_t)number;
        return 0;
    }
    struct group group, *found = NULL;
    size_t bytes = 4096;
    char *text = mem_alloc(bytes);
    while (getgrnam_r(name, &group, text, bytes, &found) == ERANGE && bytes < GROUP_BYTES_MAX) {
        bytes *= 2;
        text = mem_realloc(text, bytes);
    }
    if (found) *out = found->gr_gid;
    free(text);
    return found ? 0 : ERR_NOT_FOUND;
}

static int set_access(const char *temporary, const struct listen_options *options, struct err *err) {
    gid_t group = 0;
    if (options->group) {
        if (find_group(options->group, &group))
            return err_set(err, ERR_NOT_FOUND, "%s: there is no such group: \"%s\"", options->unix_path, options->group);
        if (chown(temporary, (uid_t)-1, group) != 0) return failed(err, options->unix_path, options->group);
    }
    if (chmod(temporary, options->mode ? options->mode : 0660) != 0)
        return failed(err, options->unix_path, "its mode cannot be set");
    return 0;
}

/* Binds under the temporary name, makes everything right there, and only then gives it the name that clients
 * know. */
static int bind_and_name(int fd, const struct sockaddr_un *temporary, const struct listen_options *options,
    struct stat *identity, struct err *err) {
    const char *made = temporary->sun_path;
    unlink(made); /* of a process that had our number and was killed right here */
    if (bind(fd, (const struct sockaddr *)temporary, sizeof *temporary) != 0)
        return failed(err, options->unix_path, "cannot be created");
    int rc = set_access(made, options, err);
    if (rc == 0 &&
        (listen(fd, BACKLOG) != 0 || stat(made, identity) != 0 || rename(made, options->unix_path) != 0))
        rc = failed(err, options->unix_path, "cannot be listened at");
    if (rc) unlink(made);
    return rc;
}

int bind_unix(const struct listen_options *options, struct stat *identity, struct err *err) {
    struct sockaddr_un address;
    int rc = address_of(options->unix_path, &address, err);
    if (rc) return rc;
    if ((rc = check_path_is_free(&address, err)) || (rc = make_folder_of(options->unix_path, err))) return rc;
    size_t length = strlen(options->unix_path);
    snprintf(address.sun_path + length, sizeof address.sun_path - length, ".%d", (int)getpid());
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed(err, options->unix_path, "no socket to be had");
    rc = bind_and_name(fd, &address, options, identity, err);
    if (rc == 0) return fd;
    close(fd);
    return rc;
}

/* Names are not looked up: a daemon must not hang on a name server, and "localhost" is the one that needs
 * none. */
static int resolve(const struct listen_options *options, struct addrinfo **out, struct err *err) {
    const char *host = options->host ? options->host : "127.0.0.1";
    char port[16], bare[64];
    if (options->port < 0 || options->port > 65535)
        return err_set(err, ERR_INVALID, "%d: a port is between 0 and 65535", options->port);
    size_t length = strlen(host);
    if (length > 2 && length < sizeof bare && host[0] == '[' && host[length - 1] == ']')
        snprintf(bare, sizeof bare, "%.*s", (int)(length - 2), host + 1);
    else
        snprintf(bare, sizeof bare, "%s", strcmp(host, "localhost") == 0 ? "127.0.0.1" : host);
    snprintf(port, sizeof port, "%d", options->port);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
        .ai_family = AF_UNSPEC};
    if (length >= sizeof bare || getaddrinfo(bare, port, &hints, out) != 0)
        return err_set(err, ERR_INVALID, "%s: expected a numeric IPv4 or IPv6 address, or localhost", host);
    return 0;
}

const char *bind_problem(int error) {
    if (error == EAFNOSUPPORT)
        return "this process may use no network (RestrictAddressFamilies= of its unit); to allow it, install the drop-in "
               "network.conf: docs/OPERATIONS.md, systemd";
    return strerror(error);
}

int bind_tcp(const struct listen_options *options, struct err *err) {
    struct addrinfo *address;
    int rc = resolve(options, &address, err);
    if (rc) return rc;
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        rc = err_set(err, code_of(error), "%s port %d: cannot be listened at: %s",
            options->host ? options->host : "127.0.0.1", options->port, bind_problem(error));
        if (fd >= 0) close(fd);
    }
    freeaddrinfo(address);
    return rc ? rc : fd;
}

int bind_inherited(int fd, struct err *err) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
        return err_set(err, ERR_INVALID, "descriptor %d: handed over, but not a listening socket", fd);
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return err_set(err, ERR_IO, "descriptor %d: %s", fd, strerror(errno));
    return fd;
}
