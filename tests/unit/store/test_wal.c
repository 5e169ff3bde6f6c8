#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "slad/store/journal.h"
#include "store/checkpoint.h"
#include "store/db.h"

enum { ROWS = 16, ROW_BYTES = 60000, PAGES_A_COMMIT = ROWS * ROW_BYTES / 4096 };

/* About a megabyte. */
static void add(struct fixture *f) {
    static char line[ROW_BYTES];
    memset(line, 'x', sizeof line);
    begin(f);
    for (int i = 0; i < ROWS; i++) {
        struct journal_row row = {.contact = SPAN("c"), .event = SPAN("offered"), .line = {line, sizeof line}};
        uint64_t seq;
        OK(f, journal_append(f->store, &row, &seq, &f->err));
    }
    commit(f);
}

static off_t wal_bytes(const struct fixture *f) {
    char path[80];
    struct stat facts;
    snprintf(path, sizeof path, "%s-wal", f->path);
    assert_int_equal(stat(path, &facts), 0);
    return facts.st_size;
}

static void the_log_stays_short(struct fixture *f) {
    for (int i = 0; i < 150; i++) add(f); /* 150 MB */
    assert_true(wal_bytes(f) < 56 << 20); /* three times 16 MiB, and a commit or two */
    assert_null(store_checkpoint_failure(f->store));
    fixture_reopen(f);
    assert_string_equal(ask(f, "SELECT count(*) FROM events"), "2400");
    assert_string_equal(ask(f, "PRAGMA integrity_check"), "ok");
}

static void the_log_is_copied_in_turn(void **state) {
    the_log_stays_short(*state);
}

static void the_log_is_copied_aside(void **state) {
    struct fixture *f = *state;
    OK(f, store_use_threads(f->store, &f->err));
    the_log_stays_short(f);
}

/* As after a crash, or behind another program that has the database open: the log is there. */
static void a_start_copies_a_long_log(void **state) {
    struct fixture *f = *state;
    char command[300];
    struct fixture copy = {0};
    for (int i = 0; i < 3; i++) add(f);
    snprintf(copy.path, sizeof copy.path, "%s/copy.db", f->folder);
    snprintf(command, sizeof command, "cp %s %s && cp %s-wal %s-wal", f->path, copy.path, f->path, copy.path);
    assert_int_equal(system(command), 0);
    assert_true(wal_bytes(&copy) > 2 << 20);
    fixture_open(&copy);
    assert_int_equal(wal_bytes(&copy), 0);
    assert_string_equal(ask(&copy, "SELECT count(*) FROM events"), "48");
    store_close(copy.store);
}

/* Once the copying has come near the end, the commit copies the rest, and the next begins the log anew. */
static void the_log_begins_anew_under_writing(void **state) {
    struct fixture *f = *state;
    struct wal *wal = &f->store->wal;
    int most = 0;
    OK(f, store_use_threads(f->store, &f->err));
    while (wal->pages >= most) {
        int copied = 0;
        most = wal->pages;
        add(f);
        if (wal->under_way) checkpointer_wait(wal->aside);
        if (wal->under_way) OK(f, checkpointer_result(wal->aside, &copied, &f->err));
        assert_true(!wal->under_way || copied == wal->pages);
        assert_true(most < 3 * 4096);
    }
    assert_true(most >= 4096);
    assert_true(wal->pages <= 2 * PAGES_A_COMMIT);
}

static void a_reader_holds_it_back(void **state) {
    struct fixture *f = *state;
    struct wal *wal = &f->store->wal;
    sqlite3 *db;
    OK(f, store_use_threads(f->store, &f->err));
    add(f);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK); /* nothing behind it is copied */
    assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT count(*) FROM events", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < 60; i++) add(f);
    assert_true(wal_bytes(f) > 55 << 20);
    assert_null(store_checkpoint_failure(f->store));
    sqlite3_close(db);
    for (int i = 0; i < 8 && wal->pages > 4096; i++) { /* a few commits later, however little they write */
        begin(f);
        OK(f, store_meta_set(f->store, "x", i, &f->err));
        commit(f);
        if (wal->under_way) checkpointer_wait(wal->aside);
    }
    assert_true(wal->pages <= 4);
    assert_true(wal_bytes(f) <= 33 << 20); /* journal_size_limit */
}

/* The database may not grow: EFBIG, as on a disk that is full. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit = {bytes, RLIM_INFINITY};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void failure_is_told(struct fixture *f, void (*copy)(struct fixture *f)) {
    struct stat facts;
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 30; i++) add(f);
    OK(f, store_checkpoint(f->store, &f->err));
    assert_null(store_checkpoint_failure(f->store));
    assert_int_equal(stat(f->path, &facts), 0);
    assert_true(facts.st_size > 28 << 20);
    limit_files((rlim_t)facts.st_size);
    copy(f);
    assert_non_null(store_checkpoint_failure(f->store));
    assert_non_null(strstr(store_checkpoint_failure(f->store), "cannot copy the log into the database"));
    limit_files(RLIM_INFINITY);
    copy(f);
    assert_null(store_checkpoint_failure(f->store));
    fixture_reopen(f);
    assert_string_equal(ask(f, "PRAGMA integrity_check"), "ok");
}

static void copy_in_turn(struct fixture *f) {
    add(f);
    (void)!store_checkpoint(f->store, &f->err);
}

static void a_failure_in_turn_is_told(void **state) {
    failure_is_told(*state, copy_in_turn);
}

static void copy_aside(struct fixture *f) {
    for (int round = 0; round < 2; round++) { /* the first may be under way already, by another limit */
        while (!f->store->wal.under_way) add(f);
        checkpointer_wait(f->store->wal.aside);
        add(f); /* looks at what became of it, and copies the rest in turn */
    }
}

static void a_failure_aside_is_told(void **state) {
    struct fixture *f = *state;
    OK(f, store_use_threads(f->store, &f->err));
    failure_is_told(f, copy_aside);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_log_is_copied_in_turn),
        TEST(the_log_is_copied_aside),
        TEST(a_start_copies_a_long_log),
        TEST(the_log_begins_anew_under_writing),
        TEST(a_reader_holds_it_back),
        TEST(a_failure_in_turn_is_told),
        TEST(a_failure_aside_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
