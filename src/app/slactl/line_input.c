#include "line_input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/model/event.h"

enum { READ_BYTES = 64 * 1024 };

int line_input_open(const char *name, struct line_input *out, struct err *err) {
    struct stat info;
    *out = (struct line_input){.fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)};
    if (out->fd < 0 || fstat(out->fd, &info) != 0)
        return err_set(err, ERR_IO, "cannot read %s: %s", name, strerror(errno));
    if (S_ISREG(info.st_mode)) out->whole_bytes = (uint64_t)info.st_size;
    return 0;
}

static void cut_lines(struct line_input *input, void (*take)(void *arg, struct span line), void *arg) {
    struct span rest = buf_span(&input->text);
    const char *newline;
    while (rest.n && (newline = memchr(rest.p, '\n', rest.n))) {
        struct span line = {rest.p, (size_t)(newline - rest.p)};
        input->lines++;
        take(arg, input->skipping || line.n > EVENT_LINE_MAX ? (struct span){0} : line);
        input->skipping = false;
        rest.p += line.n + 1;
        rest.n -= line.n + 1;
    }
    if (rest.n > EVENT_LINE_MAX) {
        input->skipping = true;
        rest.n = 0;
    }
    buf_drop_front(&input->text, input->text.size - rest.n);
}

int line_input_read(struct line_input *input, void (*take)(void *arg, struct span line), void *arg, struct err *err) {
    buf_reserve(&input->text, READ_BYTES);
    ssize_t got = read(input->fd, input->text.data + input->text.size, READ_BYTES);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
    if (got < 0) return err_set(err, ERR_IO, "reading the input: %s", strerror(errno));
    input->text.size += (size_t)got;
    input->text.data[input->text.size] = '\0';
    input->bytes += (uint64_t)got;
    input->ended = got == 0;
    if (got == 0 && (input->text.size || input->skipping)) buf_add_char(&input->text, '\n'); /* the last one has none */
    cut_lines(input, take, arg);
    return 0;
}

void line_input_fini(struct line_input *input) {
    if (input->fd > STDIN_FILENO) close(input->fd);
    buf_fini(&input->text);
}
