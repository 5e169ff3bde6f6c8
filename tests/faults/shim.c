/* shim: stands between slad and the C library (LD_PRELOAD), and lets calls fail while a test says so.
 *
 * The file $FAULT_FILE is mapped: one int64 a field of struct faults, written by the test and read at each call, so a
 * fault comes and goes while the daemon runs. Writes and syncs fail only for the database and what lies beside it. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum write_fault { WRITE_FINE, WRITE_NO_SPACE, WRITE_SHORT, WRITE_INTERRUPTED, WRITE_IO_ERROR };
enum sync_fault { SYNC_FINE, SYNC_IO_ERROR, SYNC_HANGS };

struct faults { /* tests/faults/victim.py has the same order */
    int64_t write, sync; /* enum write_fault, enum sync_fault */
    int64_t starve_at;   /* the allocation that fails; 0: none */
    int64_t writes, syncs, allocations; /* so many there were */
    int64_t hanging;     /* 1 while a sync hangs */
};
static volatile struct faults *faults;

__attribute__((constructor)) static void map_faults(void) {
    const char *path = getenv("FAULT_FILE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *map = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED) faults = map;
}

static int is_of_database(int fd) {
    char link[32], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return strstr(path, "/slad.db") != NULL;
}

/* ---------------------------------------------------------------- writes and syncs */

typedef ssize_t pwrite_call(int fd, const void *bytes, size_t count, off64_t at);
typedef int sync_call(int fd);

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    static pwrite_call *real;
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    if (!faults || !is_of_database(fd)) return real(fd, bytes, count, at);
    int64_t nth = ++faults->writes;
    switch ((enum write_fault)faults->write) {
    case WRITE_NO_SPACE: return errno = ENOSPC, -1;
    case WRITE_IO_ERROR: return errno = EIO, -1;
    case WRITE_INTERRUPTED:
        if (nth % 2) return errno = EINTR, -1;
        break;
    case WRITE_SHORT: count = count > 1 ? count / 2 : count; break;
    case WRITE_FINE: break;
    }
    return real(fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    return pwrite64(fd, bytes, count, at);
}

static int faulty_sync(int fd, sync_call *real) {
    if (!faults || !is_of_database(fd)) return real(fd);
    faults->syncs++;
    while (faults->sync == SYNC_HANGS) {
        faults->hanging = 1;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    faults->hanging = 0;
    return faults->sync == SYNC_IO_ERROR ? (errno = EIO, -1) : real(fd);
}

int fdatasync(int fd) {
    static sync_call *real;
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    return faulty_sync(fd, real);
}

int fsync(int fd) {
    static sync_call *real;
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "fsync");
    return faulty_sync(fd, real);
}

/* ---------------------------------------------------------------- memory */

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *p, size_t bytes);

static int is_starved(void) {
    return faults && ++faults->allocations == faults->starve_at;
}

void *malloc(size_t bytes) {
    return is_starved() ? (errno = ENOMEM, NULL) : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    return is_starved() ? (errno = ENOMEM, NULL) : __libc_calloc(count, bytes);
}

void *realloc(void *p, size_t bytes) {
    return is_starved() ? (errno = ENOMEM, NULL) : __libc_realloc(p, bytes);
}
