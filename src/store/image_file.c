/* The file: a head, then the bytes. The head is written last, and the file gets its name once it is synced. */
#include "slad/store/image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "store/files.h"

enum { PIECE = 64 * 1024, AT_ONCE = 1 << 20, FORMAT = 2 };
#define PART ".part" /* at the end of its name while it is written */

/* A file as it was; of one that is not there all is 0. */
struct stamp {
    int64_t bytes, changed_s, changed_ns;
};
struct head {
    char magic[16];
    uint64_t format, seed, number;
    struct stamp database, log;
    uint64_t bytes, sum; /* of what follows */
};
static const char MAGIC[16] = "slad engine\n";

struct image_writer {
    char *database, *path, *part;
    int fd;
    struct image_care care;
    uint64_t synced; /* bytes of the file that are on their way to the disk no more */
    struct buf piece;
    struct head head;
};

static char *path_of(const char *database) {
    return files_beside(database, ".engine");
}

static struct stamp stamp_of(const char *path) {
    struct stat st;
    if (stat(path, &st)) return (struct stamp){0};
    return (struct stamp){st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
}

static struct stamp stamp_log(const char *database) {
    char *path = files_beside(database, "-wal");
    struct stamp stamp = stamp_of(path);
    free(path);
    return stamp;
}

static bool same_stamp(const struct stamp *a, const struct stamp *b) {
    return a->bytes == b->bytes && a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}

/* Keyed, by the seed in the head: with other keys it is another. */
static uint64_t add_to_sum(uint64_t sum, struct span piece) {
    uint64_t both[2] = {sum, span_hash(piece)};
    return span_hash((struct span){(const char *)both, sizeof both});
}

/* ---------------------------------------------------------------- reading */

static int read_head(int fd, struct head *head) {
    bool whole = pread(fd, head, sizeof *head, 0) == (ssize_t)sizeof *head;
    return whole && memcmp(head->magic, MAGIC, sizeof MAGIC) == 0 && head->format == FORMAT ? 0 : 1;
}

int image_file_seed(const char *database, uint64_t *seed) {
    char *path = path_of(database);
    struct head head;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), code = fd < 0 ? 1 : read_head(fd, &head);
    if (!code) *seed = head.seed;
    if (fd >= 0) close(fd);
    free(path);
    return code;
}

/* A log that is empty, or was taken away, holds nothing more either. */
static bool is_untouched(const char *database, const struct head *head) {
    struct stamp now = stamp_of(database), log = stamp_log(database);
    return same_stamp(&now, &head->database) && (!log.bytes || same_stamp(&log, &head->log));
}

static uint64_t sum_of(struct span bytes) {
    uint64_t sum = 0;
    while (bytes.n) {
        size_t n = bytes.n < PIECE ? bytes.n : PIECE;
        sum = add_to_sum(sum, (struct span){bytes.p, n});
        bytes = (struct span){bytes.p + n, bytes.n - n};
    }
    return sum;
}

static int map_file(int fd, const char *path, const struct head *head, struct image_file *out, struct err *err) {
    struct stat st;
    if (fstat(fd, &st)) return files_fail("look at", path, errno, err);
    if ((uint64_t)st.st_size != sizeof *head + head->bytes) return err_set(err, 1, "%s is not whole", path);
    size_t bytes = (size_t)st.st_size;
    void *at = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) return files_fail("read", path, errno, err);
    struct image_file file = {.number = head->number, .all = {at, bytes}};
    file.bytes = (struct span){(const char *)at + sizeof *head, bytes - sizeof *head};
    (void)madvise(at, bytes, MADV_SEQUENTIAL);
    if (sum_of(file.bytes) != head->sum) {
        image_file_close(&file);
        return err_set(err, 1, "%s is not whole", path);
    }
    *out = file;
    return 0;
}

int image_file_open(const char *database, struct image_file *out, struct err *err) {
    char *path = path_of(database);
    struct head head;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), code;
    if (fd < 0) code = err_set(err, 1, "there is no %s", path);
    else if (read_head(fd, &head)) code = err_set(err, 1, "%s is not one of this version", path);
    else code = map_file(fd, path, &head, out, err);
    if (!code) out->is_untouched = is_untouched(database, &head);
    if (fd >= 0) close(fd);
    free(path);
    return code ? 1 : 0;
}

void image_file_close(struct image_file *file) {
    if (file->all.p) munmap((void *)(uintptr_t)file->all.p, file->all.n);
    *file = (struct image_file){0};
}

void image_file_remove(const char *database) {
    char *path = path_of(database), *part = files_beside(path, PART);
    unlink(path);
    unlink(part);
    free(path);
    free(part);
}

/* ---------------------------------------------------------------- writing */

static void writer_free(struct image_writer *writer) {
    if (writer->fd >= 0) close(writer->fd);
    buf_fini(&writer->piece);
    free(writer->database);
    free(writer->path);
    free(writer->part);
    free(writer);
}

void image_file_drop(struct image_writer *writer) {
    if (!writer) return;
    unlink(writer->part);
    writer_free(writer);
}

static int write_at(const struct image_writer *writer, struct span bytes, uint64_t at, struct err *err) {
    while (bytes.n) {
        ssize_t n = pwrite(writer->fd, bytes.p, bytes.n, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return files_fail("write", writer->part, n ? errno : ENOSPC, err);
        bytes = (struct span){bytes.p + n, bytes.n - (size_t)n};
        at += (uint64_t)n;
    }
    return 0;
}

int image_file_begin(
    const char *database, const struct image_care *care, struct image_writer **out, struct err *err) {
    struct image_writer *writer = mem_zalloc(sizeof *writer);
    writer->care = *care;
    writer->database = files_beside(database, "");
    writer->path = path_of(database);
    writer->part = files_beside(writer->path, PART);
    memcpy(writer->head.magic, MAGIC, sizeof MAGIC);
    writer->head.format = FORMAT;
    unlink(writer->part);
    writer->fd = open(writer->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (writer->fd < 0) {
        int code = files_fail("create", writer->part, errno, err);
        writer_free(writer);
        return code;
    }
    *out = writer;
    return 0;
}

int image_file_fd(const struct image_writer *writer) {
    return writer->fd;
}

static int check_space(const struct image_writer *writer, struct err *err) {
    struct statvfs disk;
    if (!writer->care.leaves_free || fstatvfs(writer->fd, &disk)) return 0;
    if ((uint64_t)disk.f_bavail * disk.f_frsize >= writer->care.leaves_free) return 0;
    return err_set(err, ERR_FULL, "%s is not written: less than %llu MiB would be left on the disk", writer->path,
        (unsigned long long)writer->care.leaves_free >> 20);
}

/* A sync of all of it at the end would hold up for as long whoever else syncs: commits, for some hundred milliseconds. */
static void give_to_disk(struct image_writer *writer) {
    uint64_t end = sizeof writer->head + writer->head.bytes;
    if (end - writer->synced < AT_ONCE) return;
    (void)sync_file_range(writer->fd, (off_t)writer->synced, (off_t)(end - writer->synced),
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    writer->synced = end;
}

static void rest(const struct image_writer *writer) {
    struct timespec time = {0, writer->care.rests_us * 1000L};
    if (time.tv_nsec) (void)nanosleep(&time, NULL);
}

static int write_piece(struct image_writer *writer, struct err *err) {
    struct head *head = &writer->head;
    struct span piece = buf_span(&writer->piece);
    int code = check_space(writer, err);
    if (!code) code = write_at(writer, piece, sizeof *head + head->bytes, err);
    head->sum = add_to_sum(head->sum, piece);
    head->bytes += piece.n;
    buf_clear(&writer->piece);
    give_to_disk(writer);
    rest(writer);
    return code;
}

int image_file_add(struct image_writer *writer, struct span bytes, struct err *err) {
    int code = 0;
    while (bytes.n && !code) {
        size_t room = PIECE - writer->piece.size, n = bytes.n < room ? bytes.n : room;
        buf_add(&writer->piece, bytes.p, n);
        bytes = (struct span){bytes.p + n, bytes.n - n};
        if (writer->piece.size == PIECE) code = write_piece(writer, err);
    }
    return code;
}

int image_file_finish(struct image_writer *writer, uint64_t number, struct err *err) {
    struct head *head = &writer->head;
    int code = writer->piece.size ? write_piece(writer, err) : 0;
    head->number = number;
    head->seed = span_hash_seeded();
    head->database = stamp_of(writer->database);
    head->log = stamp_log(writer->database);
    if (!code) code = write_at(writer, (struct span){(const char *)head, sizeof *head}, 0, err);
    if (!code && fsync(writer->fd)) code = files_fail("write", writer->part, errno, err);
    return code;
}

int image_file_put(struct image_writer *writer, struct err *err) {
    if (rename(writer->part, writer->path)) {
        int code = files_fail("name", writer->path, errno, err);
        image_file_drop(writer);
        return code;
    }
    writer_free(writer);
    return 0;
}
