#include "ingest/file_id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/buf.h"

/* Looked at for a renamed file at most; a folder with more is no folder of logs. */
#define FOLDER_ENTRIES_MAX 100000

static const char *kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

static int os_error(struct err *err) {
    switch (errno) {
    case ENOENT:
    case ENOTDIR: return err_set(err, ERR_NOT_FOUND, "there is no such file yet");
    case EACCES:
    case EPERM:
        return err_set(
            err, ERR_DENIED, "no permission; expected a regular file that user %u may read", geteuid());
    default: return err_set(err, ERR_IO, "%s; expected a regular file that can be read", strerror(errno));
    }
}

static int facts(int fd, const char *path, int flags, struct file_facts *out, struct err *err) {
    struct statx told;
    if (statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &told) != 0) return os_error(err);
    if (!S_ISREG(told.stx_mode))
        return err_set(err, ERR_INVALID, "it is %s; expected a regular file", kind_of(told.stx_mode));
    *out = (struct file_facts){
        .device = (uint64_t)told.stx_dev_major << 32 | told.stx_dev_minor,
        .inode = told.stx_ino,
        .size = told.stx_size,
        .links = told.stx_nlink,
    };
    if (told.stx_mask & STATX_BTIME)
        out->birth_ns = (int64_t)told.stx_btime.tv_sec * 1000000000 + told.stx_btime.tv_nsec;
    return 0;
}

int file_facts_at(const char *path, struct file_facts *out, struct err *err) {
    return facts(AT_FDCWD, path, 0, out, err);
}

int file_facts_of(int fd, struct file_facts *out, struct err *err) {
    return facts(fd, "", AT_EMPTY_PATH, out, err);
}

int file_open(const char *path, struct file_facts *out, struct err *err) {
    int rc = file_facts_at(path, out, err); /* opening a FIFO or a device may have effects, so look before */
    if (rc != 0) return rc;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return os_error(err);
    rc = file_facts_of(fd, out, err);
    if (rc == 0) return fd;
    close(fd);
    return rc;
}

/* An inode is used again after its file is gone, which the time of birth tells; the number of a device may
 * change with a reboot, when the time of birth has to do. */
bool file_same(const struct file_facts *a, const struct file_facts *b) {
    bool births_known = a->birth_ns != 0 && b->birth_ns != 0;
    if (a->inode != b->inode || (births_known && a->birth_ns != b->birth_ns)) return false;
    return a->device == b->device || births_known;
}

int file_hash(int fd, uint64_t from, uint64_t bytes, uint64_t *out) {
    unsigned char data[FILE_HASH_BYTES];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (bytes > sizeof data || pread(fd, data, bytes, (off_t)from) != (ssize_t)bytes) return ERR_IO;
    for (uint64_t i = 0; i < bytes; i++) hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    *out = hash;
    return 0;
}

static bool holds(int fd, uint64_t from, uint64_t bytes, uint64_t hash) {
    uint64_t found;
    return file_hash(fd, from, bytes, &found) == 0 && found == hash;
}

enum file_match file_matches(int fd, const struct file_facts *found, const struct intake_position *position) {
    struct file_facts known = {position->device, position->inode, position->birth_ns, 0, 0};
    if (!file_same(found, &known)) return FILE_OTHER;
    if (found->size < position->offset) return FILE_SHRUNK;
    if (position->tail_bytes > position->offset) return FILE_OTHER; /* somebody edited the database */
    if (!holds(fd, 0, position->head_bytes, position->head_hash)) return FILE_OTHER;
    if (!holds(fd, position->offset - position->tail_bytes, position->tail_bytes, position->tail_hash))
        return FILE_OTHER;
    return FILE_IS;
}

/* The descriptor, or -1. */
static int try_name(
    int folder, const char *name, const struct intake_position *position, struct file_facts *out) {
    struct file_facts known = {position->device, position->inode, position->birth_ns, 0, 0};
    if (facts(folder, name, AT_SYMLINK_NOFOLLOW, out, NULL) != 0 || !file_same(out, &known)) return -1;
    int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return -1;
    if (file_facts_of(fd, out, NULL) == 0 && file_matches(fd, out, position) == FILE_IS) return fd;
    close(fd);
    return -1;
}

int file_find_renamed(const char *path, const struct intake_position *position, struct file_facts *out) {
    struct buf name = {0};
    const char *slash = strrchr(path, '/');
    buf_add_span(&name, slash ? (struct span){path, (size_t)(slash - path) + 1} : SPAN("."));
    DIR *folder = opendir(name.data);
    buf_fini(&name);
    if (!folder) return ERR_NOT_FOUND;
    int fd = -1;
    struct dirent *entry;
    for (int i = 0; fd < 0 && i < FOLDER_ENTRIES_MAX && (entry = readdir(folder)) != NULL; i++)
        fd = try_name(dirfd(folder), entry->d_name, position, out);
    closedir(folder);
    return fd < 0 ? ERR_NOT_FOUND : fd;
}
