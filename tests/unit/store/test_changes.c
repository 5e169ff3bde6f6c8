#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/breaches.h"
#include "slad/store/changes.h"
#include "slad/store/warnings.h"

static int64_t put(struct fixture *f, const char *contact, int64_t ended_ms) {
    struct breach_record record = {.standard = SPAN("s"), .version = 1, .group = SPAN("{}"), .contact = span_of(contact),
        .subject = span_of(contact), .started_ms = 1, .due_ms = 2, .decided_ms = 2, .ended_ms = ended_ms, .updated_ms = 9};
    int64_t id;
    bool is_new;
    OK(f, breach_put(f->store, &record, &id, &is_new, &f->err));
    return id;
}

static void see(void *arg, const struct change *change) {
    buf_printf(arg, "%lld:%s%lld%s ", (long long)change->seq, change->of == CHANGE_WARNING ? "w" : "b",
        (long long)change->id, change->is_new ? "!" : "");
}

/* "SEQ:WHAT…", an exclamation mark where it is new, then how far it came. */
static void expect(struct fixture *f, int64_t after, size_t window, const char *text) {
    struct buf seen = {0};
    int64_t through = -1;
    OK(f, changes_read(f->store, after, window, see, &seen, &through, &f->err));
    buf_printf(&seen, "-> %lld", (long long)through);
    assert_string_equal(buf_text(&seen), text);
    buf_fini(&seen);
}

static void each_is_told_once_with_its_latest_change(void **state) {
    struct fixture *f = *state;
    struct warning_record warning = {.kind = BREACH_CONTACT, .standard = SPAN("s"), .version = 1, .group = SPAN("{}"),
        .warning = SPAN("80%"), .contact = SPAN("a"), .subject = SPAN("\"a\""), .started_ms = 1, .due_ms = 2, .reached_ms = 1,
        .updated_ms = 9};
    bool is_new;
    expect(f, 0, 10, "-> 0");
    begin(f);
    int64_t a = put(f, "\"a\"", INSTANT_NEVER), b = put(f, "\"b\"", INSTANT_NEVER);
    OK(f, warning_put(f->store, &warning, &is_new, &f->err));
    expect(f, 0, 10, "-> 0"); /* not yet committed */
    commit(f);
    assert_true(a == 1 && b == 2);
    expect(f, 0, 10, "1:b1! 2:b2! 3:w1! -> 3");
    begin(f);
    put(f, "\"a\"", INSTANT_NEVER); /* as it is already */
    put(f, "\"a\"", 5);
    OK(f, breach_excuse(f->store, b, &(struct breach_excuse){.text = SPAN("x"), .now_ms = 10}, &f->err));
    commit(f);
    expect(f, 0, 10, "3:w1! 4:b1! 5:b2! -> 5");
    expect(f, 3, 10, "4:b1 5:b2 -> 5");
    expect(f, 0, 2, "1:b1! 2:b2! -> 2");
    expect(f, 5, 10, "-> 5");
}

static void a_lost_batch_leaves_no_change(void **state) {
    struct fixture *f = *state;
    begin(f);
    put(f, "\"a\"", 5);
    store_rollback(f->store);
    expect(f, 0, 10, "-> 0");
    begin(f);
    put(f, "\"b\"", 5);
    commit(f);
    expect(f, 0, 10, "1:b1! -> 1");
}

static void they_go_on_after_a_start(void **state) {
    struct fixture *f = *state;
    struct breach_end end = {.now_ms = 10, .reason = "standard removed"};
    begin(f);
    put(f, "\"a\"", INSTANT_NEVER);
    put(f, "\"b\"", INSTANT_NEVER);
    commit(f);
    fixture_reopen(f);
    begin(f);
    OK(f, breach_close(f->store, 1, &end, &f->err));
    OK(f, breach_close(f->store, 2, &end, &f->err));
    commit(f);
    expect(f, 2, 10, "3:b1 4:b2 -> 4");
}

static void the_oldest_are_let_go(void **state) {
    struct fixture *f = *state;
    struct changes_bounds bounds;
    OK(f, changes_bounds(f->store, &bounds, &f->err));
    assert_true(bounds.first == 0 && bounds.last == 0);
    begin(f);
    put(f, "\"a\"", 5);
    commit(f);
    run_sql(f->path, "UPDATE changes SET seq = 7; INSERT INTO changes (seq, breach, created) VALUES (300000, 1, 0)");
    OK(f, changes_bounds(f->store, &bounds, &f->err));
    assert_true(bounds.first == 7 && bounds.last == 300000);
    begin(f);
    assert_int_equal(changes_trim(f->store, 100, &f->err), 1);
    assert_int_equal(changes_trim(f->store, 100, &f->err), 0);
    commit(f);
    OK(f, changes_bounds(f->store, &bounds, &f->err));
    assert_true(bounds.first == 300000 && bounds.last == 300000);
    begin(f);
    put(f, "\"a\"", 6);
    assert_int_equal(changes_trim(f->store, 100, &f->err), 0);
    commit(f);
    expect(f, 7, 10, "300001:b1 -> 300001");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_is_told_once_with_its_latest_change),
        TEST(a_lost_batch_leaves_no_change),
        TEST(they_go_on_after_a_start),
        TEST(the_oldest_are_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
