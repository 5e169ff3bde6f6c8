/* Allocations of SQLite's fail, one in each of many starts. */
#include "fixture.h"

static sqlite3_mem_methods library;
static int64_t allocations, starve_at; /* 0: none fails */

static void *starved_malloc(int bytes) {
    return ++allocations == starve_at ? NULL : library.xMalloc(bytes);
}

static void *starved_realloc(void *p, int bytes) {
    return ++allocations == starve_at ? NULL : library.xRealloc(p, bytes);
}

static int open_starved(struct fixture *f, int64_t at) {
    store_close(f->store);
    f->store = NULL;
    allocations = 0;
    starve_at = at;
    f->err = (struct err){0};
    int code = store_open(f->path, &f->store, &f->err);
    starve_at = 0;
    return code;
}

static void a_start_fails_or_does_without(void **state) {
    struct fixture *f = *state;
    OK(f, open_starved(f, 0));
    for (int64_t at = 1, most = allocations; at <= most; at += 1 + at / 32) { /* the first, each: connections are made by them */
        if (open_starved(f, at) == 0) continue;
        assert_null(f->store);
        assert_true(f->err.text[0]);
    }
    fixture_reopen(f);
}

int main(void) {
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &library), SQLITE_OK);
    sqlite3_mem_methods starved = library;
    starved.xMalloc = starved_malloc;
    starved.xRealloc = starved_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &starved), SQLITE_OK);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_start_fails_or_does_without, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
