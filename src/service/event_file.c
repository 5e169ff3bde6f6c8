#include "slad/service/event_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/buf.h"
#include "slad/wire/lines.h"

static int read_all(int fd, const char *name, struct event_file *out, struct err *err) {
    struct buf buf = {0};
    for (;;) {
        buf_reserve(&buf, 1 << 16);
        ssize_t n = read(fd, buf.data + buf.size, 1 << 16);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            buf_fini(&buf);
            return err_set(err, ERR_IO, "%s cannot be read: %s", name, strerror(errno));
        }
        if (n == 0) break;
        buf.size += (size_t)n;
    }
    *out = (struct event_file){{buf.data, buf.size}, false};
    return 0;
}

int event_file_open(const char *name, struct event_file *out, struct err *err) {
    if (strcmp(name, "-") == 0) return read_all(STDIN_FILENO, "standard input", out, err);
    int fd = open(name, O_RDONLY | O_CLOEXEC), code = 0;
    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s cannot be opened: %s", name, strerror(errno));
    struct stat st;
    void *map = MAP_FAILED;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map != MAP_FAILED) *out = (struct event_file){{map, (size_t)st.st_size}, true};
    else code = read_all(fd, name, out, err);
    close(fd);
    return code;
}

void event_file_close(struct event_file *file) {
    if (file->mapped) munmap((void *)file->text.p, file->text.n);
    else free((void *)file->text.p);
    *file = (struct event_file){0};
}

/* ---- records */

static size_t newlines(const char *p, const char *end) {
    size_t count = 0;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) p++, count++;
    return count;
}

static void visit_record(
    struct translator *translator, size_t number, struct span record, const struct event_file_visitor *visitor) {
    struct translation events = {&record, 1};
    struct err err;
    if (translator && translate(translator, record, &events, &err))
        visitor->rejected(visitor->arg, number, err.text);
    else if (events.count)
        visitor->events(visitor->arg, number, &events);
}

void event_file_visit(
    const struct event_file *file, const struct format *format, const struct event_file_visitor *visitor) {
    /* One byte more than can be part of a record, so that nothing is cut off unseen. */
    enum { WINDOW_BYTES = LINES_BYTES_MAX + 1 };
    struct translator *translator = translator_new(format, visitor->options);
    struct span rest = file->text;
    bool skipping = false;
    for (size_t number = 1; rest.n;) {
        struct span window = {rest.p, rest.n < WINDOW_BYTES ? rest.n : WINDOW_BYTES}, record;
        enum cut cut = lines_cut(format_framing(format), &skipping, &window, &record);
        if (cut == CUT_MORE && !skipping) record = lines_last(rest), window.p = rest.p + rest.n;
        if (cut == CUT_LINE || (cut == CUT_MORE && !skipping)) visit_record(translator, number, record, visitor);
        if (cut == CUT_TOO_LONG) visitor->rejected(visitor->arg, number, "longer than 64 KiB");
        size_t taken = (size_t)(window.p - rest.p);
        number += newlines(rest.p, window.p);
        rest.p += taken;
        rest.n -= taken;
    }
    translator_free(translator);
}
