#include "ingest/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/buf.h"

static int find_path(const struct endpoint *endpoint, struct buf *out, struct err *err) {
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (endpoint->secret_file) {
        buf_add_text(out, endpoint->secret_file);
        return 0;
    }
    if (!folder)
        return err_set(err, ERR_NOT_FOUND,
            "the service manager gave no credentials: add LoadCredential=%s:FILE to the unit",
            endpoint->credential);
    buf_printf(out, "%s/%s", folder, endpoint->credential);
    return 0;
}

static int fail(const char *path, int number, struct err *err) {
    int code = number == ENOENT ? ERR_NOT_FOUND : number == EACCES ? ERR_DENIED : ERR_IO;
    return err_set(err, code, "the secret %s cannot be read: %s", path, strerror(number));
}

/* The first line, in place. */
static int take_line(const char *path, char *text, size_t n, struct err *err) {
    size_t length = strcspn(text, "\r\n");
    if (length == 0) return err_set(err, ERR_INVALID, "the secret %s is empty", path);
    if (length == n && n == SECRET_MAX - 1)
        return err_set(err, ERR_INVALID, "the secret %s is longer than %d bytes", path, SECRET_MAX - 2);
    text[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ') return err_set(err, ERR_INVALID, "the secret %s is not text", path);
    return 0;
}

static int read_line(const char *path, char out[SECRET_MAX], bool *exposed, struct err *err) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(path, errno, err);
    ssize_t got = fstat(fd, &st) == 0 ? read(fd, out, SECRET_MAX - 1) : -1;
    int number = errno;
    close(fd);
    if (got < 0) return fail(path, number, err);
    out[got] = '\0';
    *exposed = (st.st_mode & S_IROTH) != 0;
    return take_line(path, out, (size_t)got, err);
}

int secret_read(const struct endpoint *endpoint, char out[SECRET_MAX], bool *exposed, struct err *err) {
    struct buf path = {0};
    int code = find_path(endpoint, &path, err);
    if (!code) code = read_line(buf_text(&path), out, exposed, err);
    buf_fini(&path);
    return code;
}
