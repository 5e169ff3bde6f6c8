/* The ballast and the disk under it. Invariant: has_ballast only when the file has all its blocks. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "store/db.h"
#include "store/files.h"

bool store_has_ballast(const struct store *store) {
    return store->has_ballast;
}

int store_release_ballast(struct store *store, struct err *err) {
    char *path = files_beside(store->path, ".ballast");
    int reason = unlink(path) == 0 ? 0 : errno;
    int code = reason == 0 || reason == ENOENT ? 0 : files_fail("remove", path, reason, err);
    if (code == 0) store->has_ballast = false;
    free(path);
    return code;
}

/* Real blocks, not a hole: the space must be ours. */
static int lay_down(const char *path, struct err *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) return files_fail("create", path, errno, err);
    int reason = posix_fallocate(fd, 0, STORE_BALLAST_BYTES);
    close(fd);
    if (reason == 0) return 0;
    unlink(path);
    return files_fail("reserve space in", path, reason, err);
}

int store_restore_ballast(struct store *store, struct err *err) {
    if (store->has_ballast) return 0;
    char *path = files_beside(store->path, ".ballast");
    int code = lay_down(path, err);
    store->has_ballast = code == 0;
    free(path);
    return code;
}

int store_free_bytes(const struct store *store, uint64_t *bytes, struct err *err) {
    struct statvfs disk;
    if (statvfs(store->path, &disk) != 0) return files_fail("ask for free space at", store->path, errno, err);
    *bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    return 0;
}
