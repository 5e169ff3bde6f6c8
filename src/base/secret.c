#include "slad/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/buf.h"

static int find_path(const struct secret_place *place, struct buf *out, struct err *err) {
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (place->file) {
        buf_add_text(out, place->file);
        return 0;
    }
    if (!folder)
        return err_set(err, ERR_NOT_FOUND,
            "the service manager gave no credentials: add LoadCredential=%s:FILE to the unit",
            place->credential);
    buf_printf(out, "%s/%s", folder, place->credential);
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
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ') return err_set(err, ERR_INVALID, "the secret %s is not text", path);
    explicit_bzero(text + length, SECRET_MAX - length);
    return 0;
}

static int read_line(const char *path, char text[SECRET_MAX], bool *exposed, struct err *err) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(path, errno, err);
    ssize_t got = fstat(fd, &st) == 0 ? read(fd, text, SECRET_MAX - 1) : -1;
    int number = errno;
    close(fd);
    if (got < 0) return fail(path, number, err);
    text[got] = '\0';
    *exposed = (st.st_mode & S_IROTH) != 0;
    return take_line(path, text, (size_t)got, err);
}

int secret_read(const struct secret_place *place, char out[SECRET_MAX], bool *exposed, struct err *err) {
    struct buf path = {0};
    char text[SECRET_MAX];
    int code = find_path(place, &path, err);
    if (!code) code = read_line(buf_text(&path), text, exposed, err);
    if (!code) memcpy(out, text, SECRET_MAX);
    explicit_bzero(text, sizeof text);
    buf_fini(&path);
    return code;
}

/* Visible ASCII is what both a header (RFC 6750, 2.1 asks for less) and a JSON string take as it is. */
static bool is_visible(const char *text) {
    for (; *text; text++)
        if (*text <= ' ' || *text > '~') return false;
    return true;
}

static int check_token(const char *name, const char *text, bool exposed, struct err *err) {
    if (exposed)
        return err_set(err, ERR_INVALID, "the token %s can be read by every user of this machine: chmod o= on it", name);
    if (strlen(text) < TOKEN_LEAST)
        return err_set(err, ERR_INVALID, "the token %s is shorter than %d bytes: make one with `openssl rand -hex 32`",
            name, TOKEN_LEAST);
    if (!is_visible(text))
        return err_set(err, ERR_INVALID, "the token %s holds spaces or letters beyond ASCII: make one with "
            "`openssl rand -hex 32`", name);
    return 0;
}

int secret_read_token(const struct secret_place *place, char out[SECRET_MAX], struct err *err) {
    char text[SECRET_MAX];
    bool exposed = false;
    int code = secret_read(place, text, &exposed, err);
    if (!code) code = check_token(place->file ? place->file : place->credential, text, exposed, err);
    if (!code) memcpy(out, text, SECRET_MAX);
    explicit_bzero(text, sizeof text);
    return code;
}

bool secret_is(const char secret[SECRET_MAX], struct span told) {
    volatile unsigned char differs = told.n == 0 || told.n >= SECRET_MAX;
    char padded[SECRET_MAX] = {0};
    if (!differs) memcpy(padded, told.p, told.n);
    for (size_t i = 0; i < SECRET_MAX; i++) differs |= (unsigned char)(padded[i] ^ secret[i]);
    explicit_bzero(padded, sizeof padded);
    return !differs;
}
