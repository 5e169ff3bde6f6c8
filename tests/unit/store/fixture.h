/* fixture: a fresh store in a temporary folder for each test, and what the tests of this room say often. */
#ifndef SLAD_TESTS_STORE_FIXTURE_H
#define SLAD_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "slad/base/mem.h"
#include "slad/model/instant.h"
#include "slad/store/store.h"

struct fixture {
    char folder[32], path[64];
    struct store *store;
    struct err err;
};

/* Fails the test with the message when the call did. */
#define OK(f, call)                                                                                          \
    do {                                                                                                     \
        int ok_code = (call);                                                                                \
        if (ok_code != 0) fail_msg("%s: %d %s", #call, ok_code, (f)->err.text);                              \
    } while (0)

static inline void fixture_open(struct fixture *f) {
    OK(f, store_open(f->path, &f->store, &f->err));
}

static inline void fixture_reopen(struct fixture *f) {
    store_close(f->store);
    f->store = NULL;
    fixture_open(f);
}

static inline int fixture_setup(void **state) {
    struct fixture *f = mem_zalloc(sizeof *f);
    strcpy(f->folder, "/tmp/slad-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/slad.db", f->folder);
    fixture_open(f);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state) {
    struct fixture *f = *state;
    char command[64];
    store_close(f->store);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    int gone = system(command);
    free(f);
    return gone;
}

static inline void begin(struct fixture *f) {
    OK(f, store_begin(f->store, &f->err));
}

static inline void commit(struct fixture *f) {
    OK(f, store_commit(f->store, &f->err));
}

/* The first column of the first row, as another program sees it; "" for NULL. Borrowed until the next call.
 */
static inline const char *ask(struct fixture *f, const char *sql) {
    static char answer[1024];
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int got = sqlite3_step(statement);
    const char *text = got == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    snprintf(answer, sizeof answer, "%s", text ? text : "");
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}

/* Runs SQL as another program would, on any file. */
static inline void run_sql(const char *path, const char *sql) {
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

#endif
