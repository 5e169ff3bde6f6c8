#include "fixture.h"

#include <sys/stat.h>
#include "store/db.h"
#include "store/schema.h"

static void makes_an_empty_database(void **state) {
    struct fixture *f = *state;
    assert_string_equal(ask(f, "PRAGMA application_id"), "1936482660");
    assert_int_equal(atoi(ask(f, "PRAGMA user_version")), SCHEMA_VERSION);
    assert_string_equal(ask(f, "PRAGMA journal_mode"), "wal");
    assert_string_equal(ask(f, "PRAGMA auto_vacuum"), "2");
    assert_string_equal(
        ask(f, "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_master WHERE type = 'view'"
               " ORDER BY name)"),
        "breach_list contact_event_list data_gap_list event_list figure_list input_list notification_list percentile_list standard_list warning_list");
}

static void every_view_can_be_read(void **state) {
    struct fixture *f = *state;
    const char *const views[] = {"breach_list", "contact_event_list", "event_list", "figure_list", "input_list",
        "notification_list", "percentile_list", "standard_list"};
    char sql[64];
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT * FROM %s", views[i]);
        assert_string_equal(ask(f, sql), "");
    }
}

static void makes_the_folder_and_private_files(void **state) {
    struct fixture *f = *state;
    char path[128];
    struct store *store;
    struct stat st;
    snprintf(path, sizeof path, "%s/a/b/slad.db", f->folder);
    OK(f, store_open(path, &store, &f->err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07, 0);
    snprintf(path, sizeof path, "%s/a/b", f->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~(unsigned)0750, 0);
    store_close(store);
}

static void opens_its_own_file_again(void **state) {
    struct fixture *f = *state;
    int64_t value = 0;
    assert_int_equal(store_meta_get(f->store, "now", &value, &f->err), 1);
    begin(f);
    OK(f, store_meta_set(f->store, "now", 41, &f->err));
    OK(f, store_meta_set(f->store, "now", 42, &f->err));
    commit(f);
    fixture_reopen(f);
    OK(f, store_meta_get(f->store, "now", &value, &f->err));
    assert_int_equal(value, 42);
}

static void refuses_a_second_process(void **state) {
    struct fixture *f = *state;
    struct store *second;
    char pid[32];
    assert_int_equal(store_open(f->path, &second, &f->err), ERR_IN_USE);
    snprintf(pid, sizeof pid, "pid %ld", (long)getpid());
    assert_non_null(strstr(f->err.text, pid));
    assert_non_null(strstr(f->err.text, f->path));
}

static void refuses_what_is_not_sqlite(void **state) {
    struct fixture *f = *state;
    char path[64], text[64] = {0};
    struct store *store;
    snprintf(path, sizeof path, "%s/notes.txt", f->folder);
    FILE *file = fopen(path, "w");
    fputs("Buy milk, and answer the phone.", file);
    fclose(file);
    assert_int_equal(store_open(path, &store, &f->err), ERR_INVALID);
    assert_non_null(strstr(f->err.text, "not a SQLite database"));
    file = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "Buy milk, and answer the phone.");
    assert_int_equal(store_open(f->folder, &store, &f->err), ERR_IO);
}

static void refuses_another_programs_database(void **state) {
    struct fixture *f = *state;
    char path[64];
    struct store *store;
    snprintf(path, sizeof path, "%s/foreign.db", f->folder);
    run_sql(path, "CREATE TABLE songs (title TEXT)");
    assert_int_equal(store_open(path, &store, &f->err), ERR_INVALID);
    assert_non_null(strstr(f->err.text, "another program's"));
    run_sql(path, "PRAGMA application_id = 77; INSERT INTO songs VALUES ('x')");
    assert_int_equal(store_open(path, &store, &f->err), ERR_INVALID);
    assert_non_null(strstr(f->err.text, "application_id 77"));
}

static void refuses_a_newer_version(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    run_sql(f->path, "PRAGMA user_version = 99");
    assert_int_equal(store_open(f->path, &f->store, &f->err), ERR_INVALID);
    assert_null(f->store);
    assert_non_null(strstr(f->err.text, "newer slad (schema 99"));
    run_sql(f->path, "PRAGMA user_version = 0");
    assert_int_equal(store_open(f->path, &f->store, &f->err), ERR_CORRUPT);
}

static void refuses_a_damaged_file(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    run_sql(f->path, "PRAGMA journal_mode = DELETE");
    FILE *file = fopen(f->path, "r+");
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    fseek(file, 4096 * 3, SEEK_SET);
    for (int i = 0; i < 8; i++) fwrite(noise, sizeof noise, 1, file);
    fclose(file);
    assert_int_equal(store_open(f->path, &f->store, &f->err), ERR_CORRUPT);
}

static void a_failed_migration_leaves_nothing(void **state) {
    struct fixture *f = *state;
    char path[64];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/half.db", f->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    /* The last table of the schema is in the way, so the first ones are made and must go again. */
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE notifications (x)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_not_equal(schema_migrate(db, &f->err), 0);
    assert_non_null(strstr(f->err.text, "schema 1"));
    sqlite3_stmt *count;
    sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_master", -1, &count, NULL);
    sqlite3_step(count);
    assert_int_equal(sqlite3_column_int(count, 0), 1);
    sqlite3_finalize(count);
    sqlite3_close(db);
}

static void rollback_leaves_nothing(void **state) {
    struct fixture *f = *state;
    int64_t value;
    begin(f);
    assert_true(store_in_transaction(f->store));
    OK(f, store_meta_set(f->store, "now", 1, &f->err));
    OK(f, store_meta_get(f->store, "now", &value, &f->err));
    store_rollback(f->store);
    assert_false(store_in_transaction(f->store));
    store_rollback(f->store);
    assert_int_equal(store_meta_get(f->store, "now", &value, &f->err), 1);
    begin(f);
    OK(f, store_meta_set(f->store, "now", 2, &f->err));
    fixture_reopen(f); /* closing rolls back too */
    assert_int_equal(store_meta_get(f->store, "now", &value, &f->err), 1);
}

static void another_writer_makes_us_wait_then_fail(void **state) {
    struct fixture *f = *state;
    sqlite3 *other;
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_begin(f->store, &f->err), ERR_IN_USE);
    assert_false(store_in_transaction(f->store));
    sqlite3_close(other);
    begin(f);
    commit(f);
}

static void a_full_database_says_so(void **state) {
    struct fixture *f = *state;
    struct store_size size;
    OK(f, store_size(f->store, &size, &f->err));
    char sql[64];
    begin(f);
    /* No page may be added any more: what a full disk looks like from the inside. */
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)(size.database_bytes / 4096));
    assert_int_equal(sqlite3_exec(f->store->writer, sql, NULL, NULL, NULL), SQLITE_OK);
    int code = 0;
    for (int i = 0; i < 10000 && code == 0; i++) {
        char key[300];
        snprintf(key, sizeof key, "%0250d", i);
        code = store_meta_set(f->store, key, i, &f->err);
    }
    assert_int_equal(code, ERR_FULL);
    store_rollback(f->store);
    assert_string_equal(ask(f, "SELECT count(*) FROM meta"), "0");
}

static void ballast_is_laid_down_and_given_back(void **state) {
    struct fixture *f = *state;
    char path[80];
    struct stat st;
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "%s.ballast", f->path);
    assert_true(store_has_ballast(f->store));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, STORE_BALLAST_BYTES);
    assert_true(st.st_blocks * 512 >= STORE_BALLAST_BYTES);
    OK(f, store_release_ballast(f->store, &f->err));
    OK(f, store_release_ballast(f->store, &f->err));
    assert_false(store_has_ballast(f->store));
    assert_int_not_equal(stat(path, &st), 0);
    OK(f, store_restore_ballast(f->store, &f->err));
    assert_int_equal(stat(path, &st), 0);
    OK(f, store_free_bytes(f->store, &bytes, &f->err));
    assert_true(bytes > 0);
}

static void sizes_and_checkpoint(void **state) {
    struct fixture *f = *state;
    struct store_size size;
    begin(f);
    OK(f, store_meta_set(f->store, "now", 1, &f->err));
    commit(f);
    OK(f, store_size(f->store, &size, &f->err));
    assert_true(size.wal_bytes > 0 && size.database_bytes > 0);
    OK(f, store_checkpoint(f->store, &f->err));
    OK(f, store_read_begin(f->store, &f->err));
    OK(f, store_checkpoint(f->store, &f->err));
    store_read_end(f->store);
    store_read_end(f->store);
}

static void times_are_shown_to_the_millisecond(void **state) {
    struct fixture *f = *state;
    run_sql(f->path,
        "INSERT INTO notifications (created, breach, what) VALUES (1772442000059, 1, 'x'), (999, 1, 'y'),"
        " (253402300799999, 1, 'z')");
    assert_string_equal(
        ask(f, "SELECT created FROM notification_list WHERE what = 'x'"), "2026-03-02T09:00:00.059Z");
    assert_string_equal(
        ask(f, "SELECT created FROM notification_list WHERE what = 'y'"), "1970-01-01T00:00:00.999Z");
    assert_string_equal(
        ask(f, "SELECT created FROM notification_list WHERE what = 'z'"), "9999-12-31T23:59:59.999Z");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(makes_an_empty_database),
        TEST(every_view_can_be_read),
        TEST(makes_the_folder_and_private_files),
        TEST(opens_its_own_file_again),
        TEST(refuses_a_second_process),
        TEST(refuses_what_is_not_sqlite),
        TEST(refuses_another_programs_database),
        TEST(refuses_a_newer_version),
        TEST(refuses_a_damaged_file),
        TEST(a_failed_migration_leaves_nothing),
        TEST(rollback_leaves_nothing),
        TEST(another_writer_makes_us_wait_then_fail),
        TEST(a_full_database_says_so),
        TEST(ballast_is_laid_down_and_given_back),
        TEST(sizes_and_checkpoint),
        TEST(times_are_shown_to_the_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
