#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/positions.h"

struct seen {
    struct position last;
    struct buf text;
};

static void see(void *arg, const struct position *position) {
    struct seen *seen = arg;
    seen->last = *position;
    buf_printf(&seen->text, "%.*s/%llu:%llu ", SPAN_ARGS(position->name), (unsigned long long)position->inode,
        (unsigned long long)position->offset);
}

static void expect(struct fixture *f, const char *text) {
    struct seen seen = {0};
    OK(f, positions_each(f->store, see, &seen, &f->err));
    assert_string_equal(buf_text(&seen.text), text);
    buf_fini(&seen.text);
}

static void a_position_comes_back_whole(void **state) {
    struct fixture *f = *state;
    struct position put = {.name = SPAN("/var/log/queue_log"),
        .device = UINT64_MAX,
        .inode = 77,
        .birth_ns = -5,
        .mtime_ns = 9,
        .begun_ns = 8,
        .head_hash = UINT64_MAX - 1,
        .head_bytes = 1024,
        .tail_hash = 1,
        .tail_bytes = 2,
        .offset = 3,
        .lines = 4,
        .done = true,
        .updated_ms = 5};
    struct seen seen = {0};
    begin(f);
    OK(f, position_put(f->store, &put, &f->err));
    commit(f);
    OK(f, positions_each(f->store, see, &seen, &f->err));
    struct position got = seen.last;
    assert_true(got.device == UINT64_MAX && got.head_hash == UINT64_MAX - 1);
    assert_true(got.inode == 77 && got.birth_ns == -5 && got.mtime_ns == 9 && got.begun_ns == 8 && got.head_bytes == 1024);
    assert_true(got.tail_hash == 1 && got.tail_bytes == 2 && got.offset == 3 && got.lines == 4);
    assert_true(got.done && got.updated_ms == 5);
    assert_string_equal(buf_text(&seen.text), "/var/log/queue_log/77:3 ");
    buf_fini(&seen.text);
}

static int put(struct fixture *f, const char *name, uint64_t inode, int64_t birth_ns, uint64_t offset) {
    struct position position = {.name = span_of(name), .inode = inode, .birth_ns = birth_ns, .offset = offset};
    return position_put(f->store, &position, &f->err);
}

/* A path has had several files; one that was renamed keeps its row. */
static void a_file_has_one_position(void **state) {
    struct fixture *f = *state;
    begin(f);
    OK(f, put(f, "b", 1, 30, 1));
    OK(f, put(f, "b", 2, 20, 2));
    OK(f, put(f, "a", 1, 10, 3));
    OK(f, put(f, "c", 1, 30, 4));
    commit(f);
    expect(f, "a/1:3 b/2:2 c/1:4 ");
    assert_string_equal(ask(f, "SELECT name || offset FROM input_list WHERE inode = 2"), "b2");
    begin(f);
    struct position second = {.inode = 2, .birth_ns = 20};
    OK(f, position_drop(f->store, &second, &f->err));
    assert_int_equal(position_drop(f->store, &second, &f->err), 1);
    commit(f);
    expect(f, "a/1:3 c/1:4 ");
}

static void a_rollback_takes_it_back(void **state) {
    struct fixture *f = *state;
    begin(f);
    OK(f, put(f, "a", 1, 1, 1));
    store_rollback(f->store);
    expect(f, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_position_comes_back_whole),
        TEST(a_file_has_one_position),
        TEST(a_rollback_takes_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
