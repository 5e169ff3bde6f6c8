#include "slad/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/mem.h"
#include "store/db.h"
#include "store/files.h"
#include "store/schema.h"

enum {
    BUSY_MS = 5000,     /* a checkpoint or a recovery by the daemon is waited for: nobody waits for us */
    STEP_PAGES = 1024,  /* 4 MiB */
};

static int open_database(const char *path, int flags, sqlite3 **db, struct err *err) {
    if (sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) == SQLITE_OK) {
        (void)sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void)sqlite3_busy_timeout(*db, BUSY_MS);
        return db_run(*db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON", "set up the database", err);
    }
    return *db ? db_fail(*db, "open the database", err) : err_set(err, ERR_IO, "cannot open the database: out of memory");
}

/* From here on the source stays as it is: its transaction is held to the end. */
static int open_source(const char *path, sqlite3 **db, struct err *err) {
    bool is_new = false;
    int code = open_database(path, SQLITE_OPEN_READONLY, db, err);
    if (!code) code = db_run(*db, "BEGIN", "begin to read", err);
    if (!code) code = schema_check(*db, &is_new, err);
    if (!code && is_new) code = err_set(err, ERR_INVALID, "it holds nothing yet");
    if (code == ERR_DENIED)
        err_add(err, "what a daemon that was killed left has to be recovered: start it, or do this as its user");
    return code ? err_add(err, "%s", path) : 0;
}

static int copy(sqlite3 *to, sqlite3 *from, struct err *err) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) return db_fail(to, "begin the copy", err);
    int rc;
    do rc = sqlite3_backup_step(backup, STEP_PAGES);
    while (rc == SQLITE_OK);
    return sqlite3_backup_finish(backup) == SQLITE_OK && rc == SQLITE_DONE ? 0 : db_fail(to, "copy the database", err);
}

/* A copy is one file: without a log beside it. */
static int settle(sqlite3 *db, struct err *err) {
    return db_run(db, "PRAGMA journal_mode = DELETE", "finish the copy", err);
}

static int check(sqlite3 *db, struct backup *out, struct err *err) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &statement, NULL) != SQLITE_OK)
        return db_fail(db, "check the copy", err);
    int code = db_step(statement, "check the copy", err);
    if (code > 0)
        code = span_eq(db_span(statement, 0), SPAN("ok"))
                   ? 0
                   : err_set(err, ERR_CORRUPT, "the database is damaged: %.*s", SPAN_ARGS(db_span(statement, 0)));
    sqlite3_finalize(statement);
    if (!code) code = db_number(db, "SELECT count(*) FROM events", &out->events, err);
    if (!code) code = db_number(db, "SELECT count(*) FROM breaches", &out->breaches, err);
    if (!code) code = db_number(db, "PRAGMA page_count", &out->pages, err);
    if (!code) code = db_number(db, "PRAGMA page_size", &out->page_bytes, err);
    return code;
}

static int sync_path(const char *path, int flags, struct err *err) {
    int fd = open(path, flags | O_CLOEXEC);
    int reason = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0) close(fd);
    return reason ? files_fail("sync", path, reason, err) : 0;
}

static int name_it(const char *partial, const char *file, struct err *err) {
    int code = sync_path(partial, O_RDONLY, err);
    if (code) return code;
    if (renameat2(AT_FDCWD, partial, AT_FDCWD, file, RENAME_NOREPLACE) != 0) return files_fail("make", file, errno, err);
    char *folder = files_beside(file, "");
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = '\0';
    code = sync_path(slash ? folder : ".", O_RDONLY | O_DIRECTORY, err);
    free(folder);
    return code;
}

/* Made by us, readable like the database itself: not by everybody. */
static int reserve(const char *partial, const char *file, struct err *err) {
    struct stat facts;
    if (lstat(file, &facts) == 0) return err_set(err, ERR_INVALID, "%s is there already; it is left as it is", file);
    int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) return files_fail("make", partial, errno, err);
    close(fd);
    return 0;
}

int backup_take(const char *database, const char *file, struct backup *out, struct err *err) {
    sqlite3 *from = NULL, *to = NULL;
    struct backup facts = {0};
    char *partial = files_beside(file, ".partial");
    int code = open_source(database, &from, err);
    bool reserved = !code && (code = reserve(partial, file, err)) == 0;
    if (!code) code = open_database(partial, SQLITE_OPEN_READWRITE, &to, err);
    if (!code) code = copy(to, from, err);
    if (!code) code = settle(to, err);
    if (!code) code = check(to, &facts, err);
    sqlite3_close_v2(to);
    sqlite3_close_v2(from);
    if (!code) code = name_it(partial, file, err);
    if (code && reserved) unlink(partial);
    if (!code) *out = facts;
    free(partial);
    return code;
}
