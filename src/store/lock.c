#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "store/files.h"

enum { PID_TEXT_MAX = 24 }; /* more digits than a pid has */

/* What the holder wrote into the file; "?" when it is not a number (the holder is only just starting). */
static void read_holder(int fd, char out[PID_TEXT_MAX]) {
    ssize_t n = pread(fd, out, PID_TEXT_MAX - 1, 0);
    out[n > 0 ? n : 0] = '\0';
    out[strspn(out, "0123456789")] = '\0';
    if (!out[0]) strcpy(out, "?");
}

/* The pid is a courtesy: on a disk that is full or does not work well the lock holds nevertheless. */
static void write_holder(int fd) {
    char text[PID_TEXT_MAX];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) (void)!ftruncate(fd, 0);
}

int lock_take(const char *path, int *out, struct err *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) return files_fail("open", path, errno, err);
    int code = 0;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int reason = errno;
        char holder[PID_TEXT_MAX];
        read_holder(fd, holder);
        code = reason == EWOULDBLOCK
                   ? err_set(err, ERR_IN_USE, "another process (pid %s) holds %s", holder, path)
                   : files_fail("lock", path, reason, err);
    } else {
        write_holder(fd);
    }
    if (code == 0)
        *out = fd;
    else
        close(fd);
    return code;
}
