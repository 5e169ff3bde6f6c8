#include "notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LISTEN_FDS_START = 3 };

static void send_text(const char *text, size_t bytes) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || !*path || strlen(path) >= sizeof to.sun_path) return;
    memcpy(to.sun_path, path, strlen(path));
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    (void)!sendto(fd, text, bytes, MSG_NOSIGNAL, (struct sockaddr *)&to, size);
    close(fd);
}

void notify_send(const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0) send_text(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void notify_reloading(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify_send("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

static int64_t number_in(const char *name) {
    const char *text = getenv(name);
    char *end;
    if (!text || !*text) return -1;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno || *end || value < 0 ? -1 : value;
}

int64_t notify_watchdog_us(void) {
    int64_t pid = number_in("WATCHDOG_PID"), us = number_in("WATCHDOG_USEC");
    if (us <= 0 || (pid >= 0 && pid != getpid())) return 0;
    return us;
}

int notify_listen_fd(void *unused, const char *unix_path) {
    (void)unused;
    if (number_in("LISTEN_PID") != getpid()) return -1;
    int64_t count = number_in("LISTEN_FDS");
    for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + count; fd++) {
        struct sockaddr_un name = {0};
        socklen_t size = sizeof name;
        if (getsockname(fd, (struct sockaddr *)&name, &size) || name.sun_family != AF_UNIX) continue;
        if (strncmp(name.sun_path, unix_path, sizeof name.sun_path) == 0) return fd;
    }
    return -1;
}
