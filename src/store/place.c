#include "store/place.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "store/files.h"

static int look(const char *path, struct stat *facts, struct err *err) {
    return stat(path, facts) == 0 ? 0 : files_fail("look at", path, errno, err);
}

static struct place_file file_of(const struct stat *facts) {
    return (struct place_file){facts->st_dev, facts->st_ino};
}

int place_take(const char *path, struct place *place, struct err *err) {
    struct stat database, wal;
    place->wal_path = files_beside(path, "-wal");
    int code = look(path, &database, err);
    if (!code) code = look(place->wal_path, &wal, err);
    if (code) return code;
    place->database = file_of(&database);
    place->wal = file_of(&wal);
    place->wal_bytes = (uint64_t)wal.st_size;
    return 0;
}

static bool is_there(const char *path, const struct place_file *file, struct stat *facts) {
    return stat(path, facts) == 0 && facts->st_dev == file->device && facts->st_ino == file->inode;
}

int place_check(const char *path, struct place *place, struct err *err) {
    struct stat facts;
    static const char *const advice = "put it back, or restart slad to go on with what is there";
    if (!is_there(path, &place->database, &facts))
        return err_set(err, ERR_IO, "the database is not the file that was opened (it was moved, removed or replaced): %s", advice);
    if (!is_there(place->wal_path, &place->wal, &facts))
        return err_set(err, ERR_IO, "the database's -wal is not the file that was opened (it was moved or removed): %s", advice);
    place->wal_bytes = (uint64_t)facts.st_size;
    return 0;
}

void place_fini(struct place *place) {
    free(place->wal_path);
}
