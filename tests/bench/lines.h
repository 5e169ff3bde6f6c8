/* lines: a file of lines, mapped; and the fields of lines that make_day wrote.
 * Owns: the mapping, until the process ends.
 * Must not know: JSON in general: values of these lines hold no escapes. */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <fcntl.h>
#include <stdint.h>
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

/* The instant of a line, in ms; 0 where it says none as make_day does. */
static inline int64_t lines_instant(const char *line, size_t size) {
    static char known[11]; /* a date, and when it begins: lines of one day come together */
    static int64_t known_ms;
    static const char KEY[] = "\"at\":\"";
    const char *at = memmem(line, size, KEY, sizeof KEY - 1);
    char text[24] = ""; /* sscanf and strptime look for the end of what they are given: of the whole file */
    int hour, minute, second, ms;
    if (!at || (size_t)(line + size - at) < sizeof KEY + 24) return 0;
    memcpy(text, at + sizeof KEY - 1, sizeof text - 1);
    if (memcmp(text, known, 10)) {
        struct tm tm = {.tm_isdst = 0};
        if (!strptime(text, "%Y-%m-%d", &tm)) return 0;
        memcpy(known, text, 10);
        known_ms = (int64_t)timegm(&tm) * 1000;
    }
    if (sscanf(text + 10, "T%2d:%2d:%2d.%3dZ", &hour, &minute, &second, &ms) != 4) return 0;
    return known_ms + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
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
