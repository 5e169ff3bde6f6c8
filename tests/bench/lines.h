/* lines: a file of lines, mapped; and the fields of lines that make_day wrote.
 * Owns: the mapping, until the process ends.
 * Must not know: JSON in general: values of these lines hold no escapes. */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct lines {
    const char *data;
    size_t size;
};

static inline _Noreturn void give_up(const char *what) {
    perror(what);
    exit(1);
}

static inline struct lines lines_map(const char *path) {
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &facts)) give_up(path);
    void *map = facts.st_size ? mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) : "";
    if (map == MAP_FAILED) give_up(path);
    close(fd);
    return (struct lines){map, (size_t)facts.st_size};
}

/* The next line, its newline included, from *at on; 0 at the end. */
static inline size_t lines_next(const struct lines *lines, size_t at) {
    if (at >= lines->size) return 0;
    const char *end = memchr(lines->data + at, '\n', lines->size - at);
    return end ? (size_t)(end - lines->data) - at + 1 : lines->size - at;
}

static inline double steady(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
