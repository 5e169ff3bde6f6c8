#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/gaps.h"

static void see(void *arg, const struct data_gap *gap) {
    struct buf *text = arg;
    buf_printf(text, "%.*s %lld-", SPAN_ARGS(gap->input), (long long)gap->since_ms);
    if (gap->until_ms != INSTANT_NEVER) buf_printf(text, "%lld", (long long)gap->until_ms);
    buf_printf(text, " %.*s;", SPAN_ARGS(gap->reason));
}

static void expect(struct fixture *f, size_t most, const char *want) {
    struct buf text = {0};
    OK(f, gaps_each(f->store, most, see, &text, &f->err));
    assert_string_equal(buf_text(&text), want);
    buf_fini(&text);
}

static bool touches(struct fixture *f, int64_t from, int64_t to) {
    bool touch = false;
    OK(f, gaps_touch(f->store, from, to, &touch, &f->err));
    return touch;
}

static void open_and_end(void **state) {
    struct fixture *f = *state;
    OK(f, store_begin(f->store, &f->err));
    OK(f, gap_open(f->store, SPAN("a"), 100, "one", &f->err));
    assert_int_equal(gap_open(f->store, SPAN("a"), 150, "two", &f->err), 1); /* it goes on */
    OK(f, gap_open(f->store, SPAN("b"), 300, "three", &f->err));
    assert_false(touches(f, 500, 600)); /* it is not on disk yet */
    OK(f, gap_end(f->store, SPAN("a"), 200, &f->err));
    OK(f, gap_end(f->store, SPAN("a"), 999, &f->err)); /* none lasts */
    OK(f, gap_open(f->store, SPAN("a"), 400, "four", &f->err));
    OK(f, gap_end(f->store, SPAN("a"), 350, &f->err)); /* a clock that was set back */
    OK(f, store_commit(f->store, &f->err));
    expect(f, 9, "b 300- three;a 400-400 four;a 100-200 one;");
    expect(f, 1, "b 300- three;");
    assert_true(touches(f, 500, 600));
    assert_true(touches(f, 150, 160) && touches(f, 0, 101) && touches(f, 199, 250));
    assert_false(touches(f, 0, 100) || touches(f, 200, 300));
    OK(f, store_begin(f->store, &f->err));
    OK(f, gaps_drop(f->store, 400, &f->err));
    OK(f, store_commit(f->store, &f->err));
    expect(f, 9, "b 300- three;a 400-400 four;");
}

static void links(void **state) {
    struct fixture *f = *state;
    struct buf calls = {0};
    int64_t seen = 7;
    assert_int_equal(link_get(f->store, SPAN("a"), &seen, &calls, &f->err), 1);
    assert_int_equal(seen, 7);
    OK(f, store_begin(f->store, &f->err));
    OK(f, link_put(f->store, SPAN("a"), 100, SPAN("[1]"), &f->err));
    OK(f, link_put(f->store, SPAN("a"), 200, SPAN("[2]"), &f->err));
    OK(f, store_commit(f->store, &f->err));
    OK(f, link_get(f->store, SPAN("a"), &seen, &calls, &f->err));
    assert_int_equal(seen, 200);
    assert_string_equal(buf_text(&calls), "[2]");
    buf_fini(&calls);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(open_and_end, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(links, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
