#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/positions.h"

static void a_position_comes_back_whole(void **state) {
    struct fixture *f = *state;
    struct position put = {.name = SPAN("/var/log/queue_log"),
        .device = UINT64_MAX,
        .inode = 77,
        .birth_ns = -5,
        .head_hash = UINT64_MAX - 1,
        .head_bytes = 1024,
        .tail_hash = 1,
        .tail_bytes = 2,
        .offset = 3,
        .lines = 4,
        .updated_ms = 5};
    struct position got = {0};
    begin(f);
    OK(f, position_put(f->store, &put, &f->err));
    OK(f, position_get(f->store, put.name, &got, &f->err)); /* sees the open transaction */
    commit(f);
    assert_true(span_eq(got.name, put.name));
    assert_true(got.device == UINT64_MAX && got.head_hash == UINT64_MAX - 1);
    assert_true(got.inode == 77 && got.birth_ns == -5 && got.head_bytes == 1024 && got.tail_hash == 1);
    assert_true(got.tail_bytes == 2 && got.offset == 3 && got.lines == 4 && got.updated_ms == 5);
    assert_int_equal(position_get(f->store, SPAN("other"), &got, &f->err), 1);
}

static void list(void *arg, const struct position *position) {
    buf_printf(arg, "%.*s:%llu ", SPAN_ARGS(position->name), (unsigned long long)position->offset);
}

static void a_later_position_takes_its_place(void **state) {
    struct fixture *f = *state;
    struct buf found = {0};
    begin(f);
    OK(f, position_put(f->store, &(struct position){.name = SPAN("b"), .offset = 1}, &f->err));
    OK(f, position_put(f->store, &(struct position){.name = SPAN("a"), .offset = 2}, &f->err));
    OK(f, position_put(f->store, &(struct position){.name = SPAN("b"), .offset = 3}, &f->err));
    commit(f);
    OK(f, positions_each(f->store, list, &found, &f->err));
    assert_string_equal(buf_text(&found), "a:2 b:3 ");
    begin(f);
    OK(f, position_drop(f->store, SPAN("a"), &f->err));
    assert_int_equal(position_drop(f->store, SPAN("a"), &f->err), 1);
    commit(f);
    assert_string_equal(ask(f, "SELECT name || offset FROM input_list"), "b3");
    buf_fini(&found);
}

static void a_rollback_takes_it_back(void **state) {
    struct fixture *f = *state;
    struct position got;
    begin(f);
    OK(f, position_put(f->store, &(struct position){.name = SPAN("a"), .offset = 1}, &f->err));
    store_rollback(f->store);
    assert_int_equal(position_get(f->store, SPAN("a"), &got, &f->err), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_position_comes_back_whole),
        TEST(a_later_position_takes_its_place),
        TEST(a_rollback_takes_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
