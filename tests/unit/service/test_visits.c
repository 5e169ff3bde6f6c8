#include "../store/fixture.h"

#include "slad/service/visits.h"
#include "slad/store/journal.h"

static uint64_t nth(struct fixture *f, struct visits *visits, const char *call, const char *id) {
    uint64_t n = 0;
    struct visit visit = {.call = span_of(call), .queue = SPAN("q"), .id = span_of(id)};
    OK(f, visits_visit(visits, &visit, &n, &f->err));
    return n;
}

static void put(struct fixture *f, const char *contact, const char *id) {
    uint64_t seq;
    struct journal_row row = {.contact = span_of(contact),
        .event = SPAN("offered"),
        .id = span_of(id),
        .has_id = true,
        .line = SPAN("{}")};
    OK(f, journal_append(f->store, &row, &seq, &f->err));
}

static void counts_alone(void **state) {
    struct fixture *f = *state;
    struct visits *visits = visits_new(NULL);
    assert_int_equal(nth(f, visits, "c", NULL), 0);
    assert_int_equal(nth(f, visits, "c", "1"), 1);
    assert_int_equal(nth(f, visits, "c", NULL), 1);
    assert_int_equal(nth(f, visits, "c", "1"), 1); /* told once more */
    assert_int_equal(nth(f, visits, "c", "2"), 2);
    assert_int_equal(nth(f, visits, "d", "3"), 1);
    assert_int_equal(nth(f, visits, "c", NULL), 2);
    visits_free(visits);
}

static void asks_the_journal(void **state) {
    struct fixture *f = *state;
    OK(f, store_begin(f->store, &f->err));
    put(f, "c/q", "1");
    put(f, "c/q#2", "2");
    struct visits *visits = visits_new(f->store); /* in the open transaction already */
    assert_int_equal(nth(f, visits, "c", NULL), 2);
    assert_int_equal(nth(f, visits, "c", "2"), 2);
    assert_int_equal(nth(f, visits, "c", "3"), 3);
    OK(f, store_commit(f->store, &f->err));
    visits_free(visits);
}

static void forgets_what_was_lost(void **state) {
    struct fixture *f = *state;
    struct visits *visits = visits_new(f->store);
    OK(f, store_begin(f->store, &f->err));
    assert_int_equal(nth(f, visits, "c", "1"), 1);
    put(f, "c/q", "1");
    OK(f, store_commit(f->store, &f->err));
    OK(f, store_begin(f->store, &f->err));
    assert_int_equal(nth(f, visits, "c", "2"), 2);
    put(f, "c/q#2", "2");
    store_rollback(f->store);
    visits_clear(visits);
    assert_int_equal(nth(f, visits, "c", "2"), 2);
    assert_int_equal(nth(f, visits, "c", NULL), 2);
    visits_free(visits);
}

/* More than it remembers, and names too long to be: the answers are the journal's. */
static void is_bounded(void **state) {
    struct fixture *f = *state;
    struct visits *visits = visits_new(f->store);
    char call[2048], id[32];
    OK(f, store_begin(f->store, &f->err));
    assert_int_equal(nth(f, visits, "first", "1"), 1);
    put(f, "first/q", "1");
    for (int i = 0; i < 66000; i++) {
        snprintf(call, sizeof call, "c%d", i);
        snprintf(id, sizeof id, "id%d", i);
        assert_int_equal(nth(f, visits, call, id), 1);
    }
    assert_int_equal(nth(f, visits, "first", NULL), 1);
    memset(call, 'x', sizeof call - 1);
    call[sizeof call - 1] = '\0';
    assert_int_equal(nth(f, visits, call, "2"), 1);
    assert_int_equal(nth(f, visits, call, NULL), 0); /* it was not put */
    store_rollback(f->store);
    visits_free(visits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_alone, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(asks_the_journal, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(forgets_what_was_lost, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(is_bounded, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
