#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/mem.h"

int files_fail(const char *doing, const char *path, int reason, struct err *err) {
    int code = reason == EACCES || reason == EPERM || reason == EROFS ? ERR_DENIED
               : reason == ENOSPC || reason == EDQUOT                 ? ERR_FULL
                                                                      : ERR_IO;
    return err_set(err, code, "cannot %s %s: %s", doing, path, strerror(reason));
}

char *files_beside(const char *path, const char *suffix) {
    size_t n = strlen(path), more = strlen(suffix) + 1;
    char *out = mem_alloc(n + more);
    memcpy(out, path, n);
    memcpy(out + n, suffix, more);
    return out;
}

int files_make_folder(const char *path, struct err *err) {
    char *folder = files_beside(path, "");
    int code = 0;
    for (char *slash = strchr(folder + 1, '/'); folder[0] && slash && code == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        /* Above a folder that we may not write to, "exists" is all we need to hear. */
        if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
            int reason = errno;
            struct stat st;
            if (stat(folder, &st) != 0) code = files_fail("make the folder", folder, reason, err);
        }
        *slash = '/';
    }
    free(folder);
    return code;
}

static int check_start(int fd, const char *path, uint64_t bytes, struct err *err) {
    static const char MAGIC[16] = "SQLite format 3";
    char start[sizeof MAGIC];
    if (bytes == 0) return 0;
    ssize_t n = pread(fd, start, sizeof start, 0);
    if (n < 0) return files_fail("read", path, errno, err);
    if ((size_t)n == sizeof start && memcmp(start, MAGIC, sizeof start) == 0) return 0;
    return err_set(err, ERR_INVALID, "%s is not a SQLite database; it is left untouched", path);
}

int files_check_database(const char *path, uint64_t *bytes, struct err *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
    if (fd < 0) return files_fail("open", path, errno, err);
    struct stat st;
    int code;
    if (fstat(fd, &st) != 0)
        code = files_fail("look at", path, errno, err);
    else if (!S_ISREG(st.st_mode))
        code = err_set(err, ERR_INVALID, "%s is not a file", path);
    else
        code = check_start(fd, path, (uint64_t)st.st_size, err);
    close(fd);
    if (code == 0) *bytes = (uint64_t)st.st_size;
    return code;
}

uint64_t files_bytes(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}
