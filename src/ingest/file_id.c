#include "ingest/file_id.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    if (S_ISLNK(mode)) return "a symbolic link";
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

static int64_t ns_of(struct statx_timestamp at) {
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static int facts(int fd, const char *path, int flags, struct file_facts *out, struct err *err) {
    struct statx told;
    if (statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &told) != 0) return os_error(err);
    if (!S_ISREG(told.stx_mode))
        return err_set(err, ERR_INVALID, "it is %s; expected a regular file", kind_of(told.stx_mode));
    *out = (struct file_facts){
        .device = (uint64_t)told.stx_dev_major << 32 | told.stx_dev_minor,
        .inode = told.stx_ino,
        .mtime_ns = ns_of(told.stx_mtime),
        .size = told.stx_size,
        .links = told.stx_nlink,
    };
    if (told.stx_mask & STATX_BTIME) out->birth_ns = ns_of(told.stx_btime);
    return 0;
}

int file_facts_at(const char *path, struct file_facts *out, struct err *err) {
    return facts(AT_FDCWD, path, 0, out, err);
}

bool file_is_link(const char *path) {
    struct statx told;
    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &told) == 0 && S_ISLNK(told.stx_mode);
}

int file_facts_of(int fd, struct file_facts *out, struct err *err) {
    return facts(fd, "", AT_EMPTY_PATH, out, err);
}

int file_facts_in(int folder, const char *name, struct file_facts *out, struct err *err) {
    return facts(folder, name, AT_SYMLINK_NOFOLLOW, out, err);
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

struct file_facts file_facts_known(const struct intake_position *position) {
    return (struct file_facts){.device = position->device,
        .inode = position->inode,
        .birth_ns = position->birth_ns,
        .mtime_ns = position->mtime_ns};
}

uint64_t file_hash_more(uint64_t hash, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static bool load(int fd, uint64_t from, size_t bytes, char *out) {
    return pread(fd, out, bytes, (off_t)from) == (ssize_t)bytes;
}

static bool hashes_to(int fd, uint64_t from, uint64_t bytes, uint64_t hash) {
    char data[FILE_HASH_BYTES];
    if (bytes > sizeof data || !load(fd, from, bytes, data)) return false;
    return file_hash_more(FILE_HASH_START, data, bytes) == hash;
}

bool file_begins(int fd, const struct intake_position *position) {
    return position->head_bytes == 0 || hashes_to(fd, 0, position->head_bytes, position->head_hash);
}

bool file_holds(int fd, const struct file_facts *found, const struct intake_position *position) {
    if (found->size < position->offset) return false;
    if (position->tail_bytes > position->offset) return false; /* somebody edited the database */
    if (position->offset > 0 && position->tail_bytes == 0) return false;
    return file_begins(fd, position) && (position->tail_bytes == 0 ||
                                            hashes_to(fd, position->offset - position->tail_bytes,
                                                position->tail_bytes, position->tail_hash));
}

enum file_match file_matches(int fd, const struct file_facts *found, const struct intake_position *position) {
    struct file_facts known = file_facts_known(position);
    if (!file_same(found, &known)) return FILE_OTHER;
    if (found->size < position->offset) return FILE_SHRUNK;
    return file_holds(fd, found, position) ? FILE_IS : FILE_OTHER;
}

static bool same_bytes(int a, int b, uint64_t from, size_t bytes) {
    char of_a[FILE_HASH_BYTES], of_b[FILE_HASH_BYTES];
    return load(a, from, bytes, of_a) && load(b, from, bytes, of_b) && memcmp(of_a, of_b, bytes) == 0;
}

/* The copy's size first: both may be growing. */
bool file_is_copy(int fd, int of) {
    struct file_facts copy = {0}, whole = {0};
    if (file_facts_of(fd, &copy, NULL) != 0 || file_facts_of(of, &whole, NULL) != 0) return false;
    size_t bytes = copy.size < FILE_HASH_BYTES ? (size_t)copy.size : FILE_HASH_BYTES;
    return copy.size <= whole.size && same_bytes(fd, of, 0, bytes) &&
           same_bytes(fd, of, copy.size - bytes, bytes);
}
