#include "store/anchor.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "store/files.h"

static int look(const char *path, struct stat *facts, struct err *err) {
    return stat(path, facts) == 0 ? 0 : files_fail("look at", path, errno, err);
}

static struct anchored_file file_of(const struct stat *facts) {
    return (struct anchored_file){facts->st_dev, facts->st_ino};
}

int anchor_take(const char *path, struct anchor *anchor, struct err *err) {
    struct stat database, wal;
    anchor->wal_path = files_beside(path, "-wal");
    int code = look(path, &database, err);
    if (!code) code = look(anchor->wal_path, &wal, err);
    if (code) return code;
    anchor->database = file_of(&database);
    anchor->wal = file_of(&wal);
    anchor->wal_bytes = (uint64_t)wal.st_size;
    return 0;
}

static bool is_there(const char *path, const struct anchored_file *file, struct stat *facts) {
    return stat(path, facts) == 0 && facts->st_dev == file->device && facts->st_ino == file->inode;
}

int anchor_check(const char *path, struct anchor *anchor, struct err *err) {
    struct stat facts;
    static const char *const advice = "put it back, or restart slad to go on with what is there";
    if (!is_there(path, &anchor->database, &facts))
        return err_set(err, ERR_IO, "the database is not the file that was opened (it was moved, removed or replaced): %s", advice);
    if (!is_there(anchor->wal_path, &anchor->wal, &facts))
        return err_set(err, ERR_IO, "the database's -wal is not the file that was opened (it was moved or removed): %s", advice);
    anchor->wal_bytes = (uint64_t)facts.st_size;
    return 0;
}

void anchor_fini(struct anchor *anchor) {
    free(anchor->wal_path);
}
