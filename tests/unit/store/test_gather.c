/* Below the file system that is tested lies one of this test's, which counts what is written to logs and lets it fail;
 * beside it SQLite's own, as another program has it. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include "store/gather.h"

enum { HEADER = 24, PAGE = 4096, LOG_MAX = 1 << 20, SEED = 7 };

static sqlite3_vfs below, *plain;
static sqlite3_io_methods watched;
static const sqlite3_io_methods *unwatched;
static int writes, fail_at, fail_with; /* fail_at 0: none fails */

/* Half of it is written, as on a disk that is full. */
static int watched_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at) {
    if (++writes != fail_at) return unwatched->xWrite(file, from, n, at);
    (void)unwatched->xWrite(file, from, n / 2, at);
    return fail_with;
}

static int watched_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    int rc = plain->xOpen(plain, name, file, flags, out_flags);
    if (rc != SQLITE_OK || !(flags & SQLITE_OPEN_WAL)) return rc;
    unwatched = file->pMethods;
    watched = *unwatched;
    watched.xWrite = watched_write;
    file->pMethods = &watched;
    return rc;
}

static void watch(void) {
    plain = sqlite3_vfs_find("unix");
    below = *plain;
    below.zName = "watched";
    below.xOpen = watched_open;
    sqlite3_vfs_register(&below, 1);
}

/* ---------------------------------------------------------------- databases */

struct pair { /* two connections to one database: ours, and another program's */
    char path[80];
    sqlite3 *db, *other;
};

static int try(sqlite3 *db, const char *sql) {
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void run(sqlite3 *db, const char *sql) {
    if (try(db, sql) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static int64_t number(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

static int64_t rows(sqlite3 *db) {
    return number(db, "SELECT count(*) FROM t");
}

static void assert_sound(sqlite3 *db) {
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

static sqlite3 *open_by(const char *path, const char *vfs) {
    sqlite3 *db;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    assert_int_equal(sqlite3_open_v2(path, &db, flags, vfs), SQLITE_OK);
    run(db, "PRAGMA wal_autocheckpoint = 0");
    return db;
}

static struct pair open_pair(const struct fixture *f, const char *name) {
    struct pair p;
    snprintf(p.path, sizeof p.path, "%s/%s", f->folder, name);
    p.db = open_by(p.path, gather_vfs());
    run(p.db, "PRAGMA journal_mode = WAL; CREATE TABLE t(n INTEGER PRIMARY KEY, x)");
    p.other = open_by(p.path, "unix");
    return p;
}

static void close_pair(struct pair *p) {
    assert_sound(p->other);
    sqlite3_close(p->db);
    sqlite3_close(p->other);
}

/* A row takes a page. */
static void add_rows(sqlite3 *db, int count) {
    char sql[200];
    snprintf(sql, sizeof sql, "WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
        "INSERT INTO t(x) SELECT hex(zeroblob(1900)) FROM c", count);
    run(db, sql);
}

static void copy_file(const char *from, const char *to, const char *suffix) {
    char command[300];
    snprintf(command, sizeof command, "cp %s%s %s%s", from, suffix, to, suffix);
    assert_int_equal(system(command), 0);
}

/* What a system that went down now would find, as far as this process is concerned. */
static int64_t rows_after_a_kill(const struct fixture *f, const struct pair *p, bool with_log) {
    char copy[80], gone[80];
    snprintf(copy, sizeof copy, "%s/copy", f->folder);
    snprintf(gone, sizeof gone, "%s/copy-shm", f->folder);
    unlink(gone);
    copy_file(p->path, copy, "");
    if (with_log) copy_file(p->path, copy, "-wal");
    sqlite3 *db = open_by(copy, "unix");
    assert_sound(db);
    int64_t found = rows(db);
    sqlite3_close(db);
    return found;
}

/* ---------------------------------------------------------------- tests */

static void a_commit_takes_few_writes(void **state) {
    struct pair p = open_pair(*state, "few");
    run(p.db, "BEGIN");
    add_rows(p.db, 200);
    writes = 0;
    run(p.db, "COMMIT");
    assert_in_range(writes, 200 * (HEADER + PAGE) / (128 << 10), 12);
    assert_int_equal(rows(p.other), 200);
    close_pair(&p);
}

static void others_see_each_commit(void **state) {
    static const char *const levels[] = {"OFF", "NORMAL", "FULL"};
    for (size_t i = 0; i < 3; i++) {
        char sql[64];
        int64_t there = 0;
        struct pair p = open_pair(*state, levels[i]);
        snprintf(sql, sizeof sql, "PRAGMA synchronous = %s; PRAGMA cache_size = 10", levels[i]);
        run(p.db, sql);
        for (int n = 1; n <= 60; n += 1 + n / 3) { /* the cache holds the small ones, the others spill */
            run(p.db, "BEGIN");
            add_rows(p.db, n);
            run(p.db, "UPDATE t SET x = x || n WHERE n % 3 = 0"); /* pages that have a frame are written there again */
            assert_int_equal(rows(p.other), there);
            run(p.db, "COMMIT");
            there += n;
            assert_int_equal(rows(p.other), there);
            assert_int_equal(rows_after_a_kill(*state, &p, true), there);
        }
        close_pair(&p);
    }
}

/* Where what was rolled back would have been written, another program has written by then. */
static void what_is_rolled_back_is_not_written_later(void **state) {
    struct pair p = open_pair(*state, "back");
    run(p.db, "PRAGMA cache_size = 10");
    for (int n = 15; n < 60; n += 3) {
        int64_t before = rows(p.other);
        run(p.other, "PRAGMA wal_checkpoint(TRUNCATE)"); /* so that a rollback reads nothing of the log */
        run(p.db, "BEGIN");
        add_rows(p.db, n);
        run(p.db, "ROLLBACK");
        add_rows(p.other, 5);
        assert_int_equal(rows(p.db), before + 5);
        run(p.db, "BEGIN; SAVEPOINT a");
        add_rows(p.db, n);
        run(p.db, "ROLLBACK TO a");
        add_rows(p.db, 20);
        run(p.db, "COMMIT");
        assert_int_equal(rows(p.other), before + 25);
        assert_int_equal(rows_after_a_kill(*state, &p, true), before + 25);
    }
    close_pair(&p);
}

static void a_copied_log_is_not_needed(void **state) {
    struct pair p = open_pair(*state, "copied");
    for (int n = 1; n < 200; n += 40) {
        add_rows(p.db, n);
        int64_t there = rows(p.db);
        run(p.db, "DELETE FROM t WHERE n % 7 = 0");
        run(p.db, "PRAGMA wal_checkpoint(TRUNCATE)");
        assert_in_range(rows(p.other), 1, there);
        assert_int_equal(rows_after_a_kill(*state, &p, false), rows(p.db));
    }
    close_pair(&p);
}

/* Whether all of it went well. What SQLite does not roll back by itself goes on to the commit. */
static bool change_much(sqlite3 *db) {
    static const char *const steps[] = {"BEGIN", "INSERT INTO t(x) SELECT x || 'y' FROM t",
        "UPDATE t SET x = x || n WHERE n % 2",
        "UPDATE t SET n = n + 1000 WHERE n % 3 = 0", /* on a full disk SQLite takes back this statement only */
        "SELECT sum(length(x)) FROM t", "DELETE FROM t WHERE n % 5 = 0", "COMMIT"};
    bool all = true;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && (i == 0 || !sqlite3_get_autocommit(db)); i++)
        all = try(db, steps[i]) == SQLITE_OK && all;
    if (!sqlite3_get_autocommit(db)) run(db, "ROLLBACK");
    return all;
}

static void fail_each(struct fixture *f, const char *name, const char *setting, int code) {
    struct pair p = open_pair(f, name);
    run(p.db, setting);
    add_rows(p.db, 40);
    bool done = false;
    int failed = 0;
    fail_with = code;
    for (int nth = 1; !done; nth++, failed++) {
        writes = 0;
        fail_at = nth;
        done = change_much(p.db);
        assert_int_equal(done, writes < nth);
        fail_at = 0;
        if (done) break;
        assert_int_equal(rows(p.db), 40);
        assert_int_equal(rows(p.other), 40);
        assert_int_equal(number(p.other, "SELECT max(length(x)) FROM t"), 3800);
        assert_sound(p.db);
    }
    assert_in_range(failed, 3, 1000);
    assert_int_equal(rows(p.other), 64);
    assert_int_equal(rows_after_a_kill(f, &p, true), 64);
    close_pair(&p);
}

static void a_commit_that_fails_changes_nothing(void **state) {
    fail_each(*state, "full", "PRAGMA synchronous = FULL", SQLITE_FULL);
    fail_each(*state, "error", "PRAGMA synchronous = NORMAL", SQLITE_IOERR_WRITE);
}

static void a_spill_that_fails_changes_nothing(void **state) {
    fail_each(*state, "spill_full", "PRAGMA cache_size = 10", SQLITE_FULL);
    fail_each(*state, "spill_error", "PRAGMA cache_size = 10; PRAGMA synchronous = OFF", SQLITE_IOERR_WRITE);
}

/* ---------------------------------------------------------------- bytes */

struct model { /* what the log has to hold; the one of a database of its own */
    struct pair p;
    unsigned char bytes[LOG_MAX + 2 * PAGE];
    sqlite3_int64 size;
    sqlite3_file *log;
    int kernel; /* the file itself */
    unsigned random;
};

static int draw(struct model *m, int below_this) {
    m->random = m->random * 1103515245U + 12345U;
    return (int)(m->random >> 8) % below_this;
}

static void put(struct model *m, const void *from, int n, sqlite3_int64 at) {
    assert_int_equal(m->log->pMethods->xWrite(m->log, from, n, at), SQLITE_OK);
    memcpy(m->bytes + at, from, (size_t)n);
    if (m->size < at + n) m->size = at + n;
}

static void put_frame(struct model *m, sqlite3_int64 at, int mark) {
    unsigned char page[PAGE], header[HEADER] = {0};
    memset(page, draw(m, 256), sizeof page);
    memset(header, draw(m, 256), 4);
    header[7] = (unsigned char)mark;
    put(m, header, HEADER, at);
    put(m, page, PAGE, at + HEADER);
}

/* Some frames behind the end or over what is there; 1 of 4 ends a transaction. */
static bool put_frames(struct model *m) {
    sqlite3_int64 at = draw(m, 2) ? m->size : draw(m, (int)m->size + 1);
    int count = 1 + draw(m, 60), mark = draw(m, 4) == 0;
    if (at + (count + 1) * (HEADER + PAGE) > LOG_MAX) return false;
    for (int i = 0; i < count; i++, at += HEADER + PAGE) put_frame(m, at, mark && i == count - 1);
    return mark;
}

static void look(struct model *m) {
    unsigned char got[20000];
    int n = 1 + draw(m, (int)sizeof got), at = draw(m, (int)m->size + 1000);
    bool is_short = at + n > m->size;
    int rc = m->log->pMethods->xRead(m->log, got, n, at);
    assert_int_equal(rc, is_short ? SQLITE_IOERR_SHORT_READ : SQLITE_OK);
    assert_memory_equal(got, m->bytes + at, (size_t)n);
}

/* The model is zero behind its end. */
static void cut(struct model *m) {
    sqlite3_int64 size = draw(m, (int)m->size + 1);
    assert_int_equal(m->log->pMethods->xTruncate(m->log, size), SQLITE_OK);
    memset(m->bytes + size, 0, (size_t)(m->size - size));
    m->size = size;
}

static void assert_handed_over(struct model *m) {
    static unsigned char got[sizeof m->bytes];
    assert_int_equal(pread(m->kernel, got, sizeof got, 0), m->size);
    assert_memory_equal(got, m->bytes, (size_t)m->size);
}

/* Whose page it is cannot be known. */
static void put_page_elsewhere(struct model *m) {
    unsigned char bytes[PAGE] = {0};
    put(m, bytes, HEADER, draw(m, (int)m->size + 1));
    put(m, bytes, PAGE, draw(m, (int)m->size + 1));
}

static void do_any(struct model *m) {
    sqlite3_int64 size;
    if (m->size > LOG_MAX) cut(m);
    switch (draw(m, 12)) {
    case 0: look(m); return;
    case 1: cut(m); break;
    case 2: put(m, "neither a header nor a page", 27, draw(m, (int)m->size + 1)); break;
    case 3: assert_int_equal(m->log->pMethods->xSync(m->log, SQLITE_SYNC_NORMAL), SQLITE_OK); break;
    case 4:
        assert_int_equal(m->log->pMethods->xFileSize(m->log, &size), SQLITE_OK);
        assert_int_equal(size, m->size);
        break;
    case 5: put_page_elsewhere(m); break;
    default: if (!put_frames(m)) return;
    }
    assert_handed_over(m);
}

static struct model *open_model(const struct fixture *f) {
    struct model *m = mem_zalloc(sizeof *m);
    char name[96];
    m->p = open_pair(f, "bytes");
    snprintf(name, sizeof name, "%s-wal", m->p.path);
    assert_int_equal(sqlite3_file_control(m->p.db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &m->log), SQLITE_OK);
    m->kernel = open(name, O_RDONLY);
    m->random = SEED;
    m->size = pread(m->kernel, m->bytes, sizeof m->bytes, 0);
    return m;
}

static void close_model(struct model *m) {
    close(m->kernel);
    sqlite3_close(m->p.other);
    sqlite3_close(m->p.db);
    free(m);
}

static void the_bytes_are_the_same(void **state) {
    struct model *m = open_model(*state);
    put_frame(m, m->size, 0);
    assert_handed_over(m); /* without the write lock nothing is held back */
    run(m->p.db, "BEGIN IMMEDIATE");
    for (int i = 0; i < 4000; i++) do_any(m);
    assert_int_equal(m->log->pMethods->xTruncate(m->log, 0), SQLITE_OK);
    run(m->p.db, "ROLLBACK");
    close_model(m);
}

/* What was there before can be read even then, and the next transaction writes again. */
static void after_a_loss_nothing_is_written(void **state) {
    struct model *m = open_model(*state);
    static const unsigned char header[HEADER];
    unsigned char page[PAGE] = {0};
    sqlite3_int64 lost = m->size, size;
    run(m->p.db, "BEGIN IMMEDIATE");
    put_frame(m, lost, 0);
    writes = 0;
    fail_at = 1;
    fail_with = SQLITE_FULL;
    assert_int_equal(m->log->pMethods->xRead(m->log, page, PAGE, lost), SQLITE_FULL);
    fail_at = 0;
    assert_int_equal(m->log->pMethods->xRead(m->log, page, PAGE, lost - 1), SQLITE_FULL);
    assert_int_equal(m->log->pMethods->xRead(m->log, page, PAGE, lost - PAGE), SQLITE_OK);
    assert_memory_equal(page, m->bytes + lost - PAGE, PAGE);
    assert_int_equal(m->log->pMethods->xWrite(m->log, page, PAGE, lost), SQLITE_FULL);
    assert_int_equal(m->log->pMethods->xWrite(m->log, header, HEADER, lost), SQLITE_FULL);
    assert_int_equal(m->log->pMethods->xSync(m->log, SQLITE_SYNC_NORMAL), SQLITE_FULL);
    assert_int_equal(m->log->pMethods->xTruncate(m->log, lost), SQLITE_FULL);
    assert_int_equal(m->log->pMethods->xFileSize(m->log, &size), SQLITE_FULL);
    assert_int_equal(writes, 1);
    run(m->p.db, "ROLLBACK");
    add_rows(m->p.db, 3);
    assert_int_equal(rows(m->p.other), 3);
    assert_sound(m->p.other);
    close_model(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_commit_takes_few_writes),
        TEST(others_see_each_commit),
        TEST(what_is_rolled_back_is_not_written_later),
        TEST(a_copied_log_is_not_needed),
        TEST(a_commit_that_fails_changes_nothing),
        TEST(a_spill_that_fails_changes_nothing),
        TEST(the_bytes_are_the_same),
        TEST(after_a_loss_nothing_is_written),
    };
    watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
