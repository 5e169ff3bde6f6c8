/* heap: how many bytes a program has from malloc(), for others to read. Loaded before the C library (LD_PRELOAD), keeps an
 * int64_t at the start of the file that HEAP_FILE names. What stays resident jumps, as malloc() cannot give everything
 * back; this does not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *p);

static int64_t early, *live = &early;

__attribute__((constructor)) static void open_file(void) {
    const char *path = getenv("HEAP_FILE");
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) return;
    if (ftruncate(fd, sizeof *live) == 0) {
        int64_t *map = mmap(NULL, sizeof *live, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map != MAP_FAILED) {
            *map = early;
            live = map;
        }
    }
    close(fd);
}

static void add(int64_t bytes) { /* of whichever thread */
    __atomic_fetch_add(live, bytes, __ATOMIC_RELAXED);
}

static void *gained(void *p) {
    if (p) add((int64_t)malloc_usable_size(p));
    return p;
}

void *malloc(size_t n) {
    return gained(__libc_malloc(n));
}

void *calloc(size_t count, size_t size) {
    return gained(__libc_calloc(count, size));
}

void *realloc(void *p, size_t n) {
    int64_t before = p ? (int64_t)malloc_usable_size(p) : 0;
    void *q = __libc_realloc(p, n);
    if (q || !n) add(-before);
    return gained(q);
}

void *memalign(size_t alignment, size_t n) {
    return gained(__libc_memalign(alignment, n));
}

void *aligned_alloc(size_t alignment, size_t n) {
    return memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n) {
    void *p = memalign(alignment, n);
    if (p) *out = p;
    return p ? 0 : ENOMEM;
}

void free(void *p) {
    if (p) add(-(int64_t)malloc_usable_size(p));
    __libc_free(p);
}
