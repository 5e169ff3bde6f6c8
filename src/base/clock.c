/* Invariants:
 * 1. controlled is NULL (the real clock) or the first eight bytes of a read-only mapping that is never given
 *    back. */
#include "slad/base/clock.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const uint64_t *controlled;

int64_t clock_wall_ms(void) {
    if (controlled) return (int64_t)le64toh(__atomic_load_n(controlled, __ATOMIC_RELAXED));
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_steady_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int clock_use_file(const char *path, struct err *err) {
    int result = 0;
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return err_set(err, ERR_IO, "cannot open the clock file %s: %s", path, strerror(errno));
    if (fstat(fd, &facts) < 0) {
        result = err_set(err, ERR_IO, "cannot examine the clock file %s: %s", path, strerror(errno));
        goto done;
    }
    if (!S_ISREG(facts.st_mode) || facts.st_size < (off_t)sizeof *controlled) {
        result = err_set(err, ERR_INVALID, "%s is no clock: expected a file of at least 8 bytes", path);
        goto done;
    }
    void *map = mmap(NULL, sizeof *controlled, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        result = err_set(err, ERR_IO, "cannot map the clock file %s: %s", path, strerror(errno));
    else
        controlled = map;
done:
    close(fd);
    return result;
}

int clock_is_controlled(void) {
    return controlled != NULL;
}
