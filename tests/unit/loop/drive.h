/* drive: how the tests of this room drive a loop: turns until a condition holds, never a sleep.
 * Owns: a temporary folder for sockets.
 * Must not know: what is tested. */
#ifndef SLAD_TESTS_LOOP_DRIVE_H
#define SLAD_TESTS_LOOP_DRIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "slad/base/clock.h"
#include "slad/loop/loop.h"

/* Far beyond what anything here takes, also under sanitizers on a busy machine. */
#define DEADLINE_US (INT64_C(60) * 1000 * 1000)

#define DRIVE_UNTIL(loop, condition)                                                                         \
    do {                                                                                                     \
        int64_t drive_end_us = clock_steady_us() + DEADLINE_US;                                              \
        while (!(condition)) {                                                                               \
            if (clock_steady_us() > drive_end_us) fail_msg("never came true: %s", #condition);               \
            loop_turn((loop), 20);                                                                           \
        }                                                                                                    \
    } while (0)

static inline struct loop *drive_loop(void) {
    struct err err;
    struct loop *loop = loop_new(&err);
    assert_non_null(loop);
    return loop;
}

/* A new folder; free() it after drive_remove(). */
static inline char *drive_folder(void) {
    char *folder = strdup("/tmp/slad-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static inline void drive_remove(char *folder) {
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    free(folder);
}

static inline void drive_pair(int fds[2]) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
}

/* A connected, non-blocking client socket, or -1. */
static inline int drive_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

#endif
