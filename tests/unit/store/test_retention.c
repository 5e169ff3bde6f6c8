#include "fixture.h"

#include "slad/store/journal.h"
#include "slad/store/retention.h"
#include "slad/store/series.h"
#include "store/db.h"

/* Runs slices until a pass is complete; returns the rows deleted. */
static size_t pass(struct fixture *f, int64_t figures_before, int64_t breaches_before, size_t rows) {
    struct retention retention = {figures_before, breaches_before, rows};
    size_t all = 0, deleted = 0;
    int code = 1;
    for (int slices = 0; code == 1 && slices < 1000; slices++) {
        begin(f);
        code = retention_slice(f->store, &retention, &deleted, &f->err);
        commit(f);
        all += deleted;
    }
    assert_int_equal(code, 0);
    return all;
}

static void publish(struct fixture *f, const char *standard, int64_t at) {
    struct percentile_row rows[] = {{50, true, 1}, {99, true, 2}};
    int64_t id;
    OK(f, series_id(f->store, span_of(standard), SPAN("{}"), &id, &f->err));
    OK(f, figures_put(f->store, id, at, &(struct figures_row){.met = 1}, &f->err));
    OK(f, percentiles_put(f->store, id, at, rows, 2, &f->err));
}

static void fill_figures(struct fixture *f) {
    begin(f);
    for (int64_t at = 1; at <= 20; at++) publish(f, "ends", at);
    for (int64_t at = 1; at <= 40; at++) publish(f, "goes on", at);
    commit(f);
}

static void old_figures_go(void **state) {
    struct fixture *f = *state;
    for (size_t rows = 1; rows <= 64; rows *= 4) {
        fill_figures(f);
        pass(f, 31, 0, rows);
        assert_string_equal(ask(f, "SELECT min(at) || ' ' || count(*) FROM figures"), "31 10");
        assert_string_equal(ask(f, "SELECT min(at) || ' ' || count(*) FROM percentiles"), "31 20");
        assert_string_equal(ask(f, "SELECT group_concat(standard) FROM series"), "goes on");
        assert_int_equal(pass(f, 31, 0, rows), 0);
    }
}

/* "ends" has no history any more. */
static void let_ends_go(struct fixture *f) {
    assert_int_equal(pass(f, 21, 0, 7), 3 * 40 + 1);
    assert_string_equal(ask(f, "SELECT group_concat(standard) FROM series"), "goes on");
    begin(f);
    publish(f, "ends", 50); /* and may come back */
    commit(f);
    assert_string_equal(ask(f, "SELECT count(*) FROM figure_list WHERE standard = 'ends'"), "1");
}

static void an_unused_series_goes(void **state) {
    struct fixture *f = *state;
    fill_figures(f);
    fixture_reopen(f);
    let_ends_go(f);
}

static void a_series_that_was_asked_for_goes(void **state) {
    struct fixture *f = *state;
    fill_figures(f);
    assert_int_equal(f->store->series.count, 2);
    let_ends_go(f);
    pass(f, 100, 0, 64);
    assert_int_equal(f->store->series.count, 0);
}

static void old_breaches_go_once_they_are_over(void **state) {
    struct fixture *f = *state;
    run_sql(f->path,
        "INSERT INTO events (seq, received, at, contact, event, line) VALUES (1, 1, 1, 'here', 'e', '{}');"
        "INSERT INTO breaches (id, kind, standard, version, grp, contact, subject, started, nth, opened,"
        " target, state, recorded, updated) VALUES"
        " (1, 'contact', 's', 1, '{}', 'here', '1', 1, 0, NULL, NULL, 'closed', 10, 10),"
        " (2, 'contact', 's', 1, '{}', 'here', '2', 1, 0, NULL, NULL, 'withdrawn', 10, 10),"
        " (3, 'contact', 's', 1, '{}', 'here', '3', 1, 0, NULL, NULL, 'open', 10, 10),"
        " (4, 'contact', 's', 1, '{}', 'gone', '4', 1, 0, NULL, NULL, 'open', 10, 10),"
        " (5, 'level', 's', 1, '{}', NULL, NULL, NULL, NULL, 1, 't', 'open', 10, 10),"
        " (6, 'contact', 's', 1, '{}', 'here', '6', 1, 0, NULL, NULL, 'closed', 20, 20)");
    fixture_reopen(f); /* another program's event is not known of before */
    assert_int_equal(pass(f, 0, 10, 2), 0);
    assert_int_equal(pass(f, 0, 20, 2), 3);
    assert_string_equal(ask(f, "SELECT group_concat(id, ' ') FROM breaches"), "3 5 6");
    assert_int_equal(pass(f, 0, 21, 1), 1);
    /* Ids are never given twice, though the last row went. */
    run_sql(f->path, "INSERT INTO breaches (kind, standard, version, grp, state, recorded, updated)"
                     " VALUES ('level', 's', 1, '{}', 'closed', 30, 30)");
    assert_string_equal(ask(f, "SELECT max(id) FROM breaches"), "7");
}

static void a_rolled_back_slice_is_done_again(void **state) {
    struct fixture *f = *state;
    struct retention retention = {.figures_before_ms = 100, .max_rows = 10};
    size_t deleted;
    fill_figures(f);
    begin(f);
    assert_int_equal(retention_slice(f->store, &retention, &deleted, &f->err), 1);
    store_rollback(f->store);
    pass(f, 100, 0, 10);
    assert_string_equal(ask(f, "SELECT count(*) FROM figures"), "0");
    assert_string_equal(ask(f, "SELECT count(*) FROM percentiles"), "0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(old_figures_go),
        TEST(an_unused_series_goes),
        TEST(a_series_that_was_asked_for_goes),
        TEST(old_breaches_go_once_they_are_over),
        TEST(a_rolled_back_slice_is_done_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
