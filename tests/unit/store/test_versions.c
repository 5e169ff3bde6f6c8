#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/versions.h"

static int64_t start(struct fixture *f, const char *name, const char *meaning, int64_t now) {
    int64_t id = 0;
    struct version version = {.name = span_of(name),
        .meaning = span_of(meaning),
        .describe = SPAN("d"),
        .file = SPAN("s.yaml"),
        .line = 3,
        .since_ms = now,
        .by_uid = 1000 + now};
    OK(f, version_begin(f->store, &version, &id, &f->err));
    return id;
}

static void list(void *arg, const struct version *version) {
    buf_printf(arg, "%.*s/%lld=%.*s ", SPAN_ARGS(version->name), (long long)version->number,
        SPAN_ARGS(version->meaning));
    if (version->until_ms != INSTANT_NEVER)
        buf_printf(arg, "(%lld %.*s by %lld) ", (long long)version->until_ms, SPAN_ARGS(version->reason),
            (long long)version->ended_by_uid);
}

static void versions_follow_one_another(void **state) {
    struct fixture *f = *state;
    struct buf found = {0};
    begin(f);
    int64_t first = start(f, "b", "m1", 100);
    start(f, "a", "m", 100);
    OK(f, version_end(f->store, first, &(struct version_end){200, 7, "changed"}, &f->err));
    assert_int_equal(version_end(f->store, first, &(struct version_end){300, 8, "changed"}, &f->err), 1);
    start(f, "b", "m2", 200);
    OK(f, versions_in_force(f->store, list, &found, &f->err));
    assert_string_equal(buf_text(&found), "a/1=m b/2=m2 "); /* sees the open transaction */
    buf_clear(&found);
    OK(f, version_list(f->store, (struct span){0}, list, &found, &f->err));
    assert_string_equal(buf_text(&found), "");
    commit(f);
    OK(f, version_list(f->store, (struct span){0}, list, &found, &f->err));
    assert_string_equal(buf_text(&found), "a/1=m b/1=m1 (200 changed by 7) b/2=m2 ");
    buf_clear(&found);
    OK(f, version_list(f->store, SPAN("a"), list, &found, &f->err));
    assert_string_equal(buf_text(&found), "a/1=m ");
    assert_string_equal(ask(f, "SELECT count(*) FROM standard_list WHERE in_force"), "2");
    buf_fini(&found);
}

static void note_uids(void *arg, const struct version *version) {
    buf_printf(arg, "%lld,%lld ", (long long)version->by_uid, (long long)version->ended_by_uid);
}

static void who_asked_is_kept(void **state) {
    struct fixture *f = *state;
    struct buf found = {0};
    struct version none = {.name = SPAN("b"), .meaning = SPAN("m"), .since_ms = 2, .by_uid = -1};
    int64_t id, root = 0;
    begin(f);
    root = start(f, "a", "m", -1000); /* by 0 */
    OK(f, version_end(f->store, root, &(struct version_end){5, -1, "removed"}, &f->err));
    OK(f, version_begin(f->store, &none, &id, &f->err));
    OK(f, version_end(f->store, id, &(struct version_end){5, 0, "removed"}, &f->err));
    commit(f);
    OK(f, version_list(f->store, (struct span){0}, note_uids, &found, &f->err));
    assert_string_equal(buf_text(&found), "0,-1 -1,0 ");
    assert_string_equal(ask(f, "SELECT count(*) FROM standard_list WHERE by_uid IS NULL AND ended_by_uid = 0"), "1");
    buf_fini(&found);
}

static void one_of_a_name_is_in_force(void **state) {
    struct fixture *f = *state;
    struct version again = {.name = SPAN("a"), .meaning = SPAN("m2"), .since_ms = 2};
    int64_t id = 0;
    begin(f);
    start(f, "a", "m", 1);
    assert_int_equal(version_begin(f->store, &again, &id, &f->err), ERR_INVALID);
    store_rollback(f->store);
}

static void a_description_may_change(void **state) {
    struct fixture *f = *state;
    struct version note = {.describe = SPAN("better words"), .file = SPAN("t.yaml"), .line = 9};
    begin(f);
    int64_t id = start(f, "a", "m", 1);
    OK(f, version_note(f->store, id, &note, &f->err));
    assert_int_equal(version_note(f->store, id + 1, &note, &f->err), 1);
    commit(f);
    assert_string_equal(
        ask(f, "SELECT version || describe || file || line FROM standards"), "1better wordst.yaml9");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(versions_follow_one_another),
        TEST(who_asked_is_kept),
        TEST(one_of_a_name_is_in_force),
        TEST(a_description_may_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
