#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/series.h"

static int64_t series(struct fixture *f, const char *standard, const char *group) {
    int64_t id = 0;
    OK(f, series_id(f->store, span_of(standard), span_of(group), &id, &f->err));
    return id;
}

static void a_series_has_one_id(void **state) {
    struct fixture *f = *state;
    begin(f);
    int64_t a = series(f, "s", "{\"q\":\"1\"}"), b = series(f, "s", "{\"q\":\"2\"}"),
            c = series(f, "t", "{}");
    assert_true(a != b && b != c && a != c);
    assert_int_equal(series(f, "s", "{\"q\":\"1\"}"), a);
    commit(f);
    fixture_reopen(f);
    begin(f);
    assert_int_equal(series(f, "s", "{\"q\":\"2\"}"), b);
    commit(f);
}

static void note_series(void *arg, int64_t series) {
    *(int64_t *)arg = *(int64_t *)arg * 100 + series;
}

/* What is open is not on disk yet: neither its number nor its figures are found. */
static void reading_finds_what_is_committed(void **state) {
    struct fixture *f = *state;
    struct figures_row row = {.open = 1};
    int64_t found = 0, after = 0, live = 0;
    begin(f);
    int64_t a = series(f, "s", "{}"), b = series(f, "t", "{}");
    OK(f, figures_put(f->store, a, 1000, &row, &f->err));
    OK(f, figures_put(f->store, b, 2000, &row, &f->err));
    assert_int_equal(series_find(f->store, SPAN("s"), SPAN("{}"), &found, &f->err), 1);
    commit(f);
    OK(f, series_find(f->store, SPAN("s"), SPAN("{}"), &found, &f->err));
    assert_int_equal(found, a);
    assert_int_equal(series_find(f->store, SPAN("s"), SPAN("{1}"), &found, &f->err), 1);
    OK(f, series_each_live(f->store, 2000, &after, 10, note_series, &live, &f->err));
    assert_int_equal(live, a); /* the other's are not from before */
    assert_int_equal(after, b);
}

static void a_rollback_takes_ids_back(void **state) {
    struct fixture *f = *state;
    begin(f);
    int64_t kept = series(f, "kept", "{}");
    commit(f);
    begin(f);
    series(f, "lost", "{}");
    store_rollback(f->store);
    begin(f);
    int64_t other = series(f, "other", "{}"), lost = series(f, "lost", "{}");
    assert_int_not_equal(other, lost);
    assert_int_equal(series(f, "kept", "{}"), kept);
    commit(f);
    assert_string_equal(ask(f, "SELECT count(*) FROM series"), "3");
}

static void the_latest_figures_count(void **state) {
    struct fixture *f = *state;
    struct figures_row row = {.open = 1,
        .met = 8,
        .missed = 2,
        .excluded = 3,
        .state = STATE_BREACHED,
        .durations = 10,
        .mean = 1.5,
        .min = 0.25,
        .max = 9};
    int64_t at = 0;
    begin(f);
    int64_t id = series(f, "s", "{}");
    OK(f, figures_put(f->store, id, 1000, &row, &f->err));
    row.met = 9;
    OK(f, figures_put(f->store, id, 1000, &row, &f->err));
    OK(f, figures_put(f->store, id, 2000, &(struct figures_row){.state = STATE_NO_DATA}, &f->err));
    commit(f);
    struct figures_row got;
    OK(f, figures_last(f->store, id, 1999, &at, &got, &f->err));
    assert_int_equal(at, 1000);
    assert_int_equal(got.met, 9);
    assert_int_equal(got.state, STATE_BREACHED);
    assert_true(got.mean == 1.5 && got.min == 0.25 && got.max == 9);
    OK(f, figures_last(f->store, id, INT64_MAX, &at, &got, &f->err));
    assert_int_equal(at, 2000);
    assert_int_equal(got.state, STATE_NO_DATA);
    assert_int_equal(figures_last(f->store, id, 999, &at, &got, &f->err), 1);
    assert_string_equal(ask(f, "SELECT counted || ' ' || attainment FROM figure_list WHERE at_ms = 1000"),
        "11 0.818181818181818");
    assert_string_equal(
        ask(f, "SELECT count(*) FROM figure_list WHERE at_ms = 2000 AND attainment IS NULL AND mean IS NULL"),
        "1");
}

static void list(void *arg, const struct history_row *row) {
    buf_printf(arg, "%.*s@%lld", SPAN_ARGS(row->standard), (long long)row->at_ms);
    if (row->place.q > 0) buf_printf(arg, "/p%g=%g", row->percentile.q, row->percentile.value);
    buf_add_char(arg, ' ');
}

/* Series "a" of queue 1 and 2, "b" of queue 1; each with instants 10, 20, 30 and percentiles 50, 99.9. */
static void fill(struct fixture *f) {
    const char *const names[][2] = {
        {"a", "{\"queue\":\"1\"}"}, {"a", "{\"queue\":\"2\"}"}, {"b", "{\"queue\":\"1\"}"}};
    begin(f);
    for (int64_t at = 10; at <= 30; at += 10)
        for (int i = 0; i < 3; i++) {
            int64_t id = series(f, names[i][0], names[i][1]);
            struct percentile_row rows[] = {{50, true, (double)at}, {99.9, at != 20, 7}};
            OK(f, figures_put(f->store, id, at, &(struct figures_row){.met = at}, &f->err));
            OK(f, percentiles_put(f->store, id, at, rows, 2, &f->err));
        }
    commit(f);
}

typedef int query(struct store *store, const struct history_filter *filter, history_visit *visit, void *arg,
    struct history_page *page, struct err *err);

/* Reads all pages. */
static void expect(struct fixture *f, query *ask_for, struct history_filter filter, const char *rows) {
    struct buf found = {0};
    struct history_page page = {0};
    int count = 0;
    do {
        filter.after = page.next;
        OK(f, ask_for(f->store, &filter, list, &found, &page, &f->err));
        assert_true(!filter.limit || page.count <= filter.limit);
    } while (page.more && ++count < 100);
    assert_string_equal(buf_text(&found), rows);
    buf_fini(&found);
}

static void figures_history(void **state) {
    struct fixture *f = *state;
    struct group_term q2 = {SPAN("queue"), SPAN("2")};
    fill(f);
    expect(f, figures_query, (struct history_filter){0}, "a@10 a@20 a@30 a@10 a@20 a@30 b@10 b@20 b@30 ");
    for (size_t limit = 1; limit < 10; limit++)
        expect(f, figures_query, (struct history_filter){.limit = limit},
            "a@10 a@20 a@30 a@10 a@20 a@30 b@10 b@20 b@30 ");
    expect(f, figures_query, (struct history_filter){.standard = SPAN("b"), .from_ms = 20}, "b@20 b@30 ");
    expect(
        f, figures_query, (struct history_filter){.terms = &q2, .term_count = 1, .to_ms = 30}, "a@10 a@20 ");
    expect(f, figures_query, (struct history_filter){.standard = SPAN("c")}, "");
}

static void percentiles_history(void **state) {
    struct fixture *f = *state;
    const char *all = "b@10/p50=10 b@10/p99.9=7 b@20/p50=20 b@20/p99.9=0 b@30/p50=30 b@30/p99.9=7 ";
    fill(f);
    for (size_t limit = 0; limit < 8; limit++)
        expect(f, percentiles_query, (struct history_filter){.standard = SPAN("b"), .limit = limit}, all);
    expect(f, percentiles_query,
        (struct history_filter){.standard = SPAN("b"), .has_q = true, .q = 99.9, .limit = 1},
        "b@10/p99.9=7 b@20/p99.9=0 b@30/p99.9=7 ");
    assert_string_equal(ask(f, "SELECT count(*) FROM percentile_list WHERE value IS NULL"), "3");
}

static void says_what_is_over_a_cap(void **state) {
    struct fixture *f = *state;
    struct history_page page;
    struct history_filter filter = {.limit = HISTORY_LIMIT_MAX + 1};
    assert_int_equal(figures_query(f->store, &filter, list, NULL, &page, &f->err), ERR_LIMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_series_has_one_id),
        TEST(reading_finds_what_is_committed),
        TEST(a_rollback_takes_ids_back),
        TEST(the_latest_figures_count),
        TEST(figures_history),
        TEST(percentiles_history),
        TEST(says_what_is_over_a_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
