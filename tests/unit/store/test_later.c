#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include "slad/store/journal.h"
#include "slad/store/later.h"
#include "store/later.h"

static void use_threads(struct fixture *f) {
    OK(f, store_use_threads(f->store, &f->err));
}

static int append(struct fixture *f, const char *contact, const char *id) {
    struct journal_row row = {.contact = span_of(contact), .event = SPAN("offered"), .line = SPAN("{}")};
    uint64_t seq;
    row.has_id = id != NULL;
    if (id) row.id = span_of(id);
    int code = journal_append(f->store, &row, &seq, &f->err);
    if (code < 0) fail_msg("%s", f->err.text);
    return code;
}

/* ---------------------------------------------------------------- what is carried out */

struct number {
    struct later_op op;
    int value;
    struct span text;
};
static int numbers[100000];
static size_t count;
static pthread_t ran_in;

static int note(struct store *store, const struct later_op *op, struct err *err) {
    const struct number *number = (const struct number *)op;
    (void)store;
    ran_in = pthread_self();
    if (number->value < 0) return err_set(err, ERR_FULL, "number %d: %.*s", number->value, SPAN_ARGS(number->text));
    numbers[count++] = number->value;
    return 0;
}

static int give(struct fixture *f, int value, struct span text) {
    static const size_t texts[] = {offsetof(struct number, text)};
    struct number number = {{.run = note}, value, text};
    return later_do(f->store, &number.op, sizeof number, texts, 1, &f->err);
}

static void everything_is_carried_out_in_order(void **state) {
    struct fixture *f = *state;
    static char large[200000]; /* more than a chunk */
    use_threads(f);
    begin(f);
    count = 0;
    for (int i = 0; i < 20000; i++) OK(f, give(f, i, (struct span){large, i % 1000 == 0 ? sizeof large : (size_t)(i % 50)}));
    OK(f, later_settle(f->store, &f->err));
    assert_int_equal(count, 20000);
    for (int i = 0; i < 20000; i++) assert_int_equal(numbers[i], i);
    assert_false(pthread_equal(ran_in, pthread_self()));
    commit(f);
}

static void without_a_thread_it_is_done_at_once(void **state) {
    struct fixture *f = *state;
    begin(f);
    count = 0;
    OK(f, give(f, 7, SPAN("x")));
    assert_int_equal(count, 1);
    assert_true(pthread_equal(ran_in, pthread_self()));
    assert_int_equal(give(f, -1, SPAN("x")), ERR_FULL);
    store_rollback(f->store);
}

static void texts_are_copied(void **state) {
    struct fixture *f = *state;
    char text[] = "here";
    use_threads(f);
    begin(f);
    OK(f, give(f, -3, span_of(text)));
    memcpy(text, "gone", 4);
    assert_int_equal(later_settle(f->store, &f->err), ERR_FULL);
    assert_string_equal(f->err.text, "number -3: here");
    store_rollback(f->store);
}

/* The commit fails, with what failed first; after the rollback nothing of it is left. */
static void what_fails_fails_the_commit(void **state) {
    struct fixture *f = *state;
    use_threads(f);
    begin(f);
    assert_int_equal(append(f, "a", "1"), 0);
    count = 0;
    OK(f, give(f, -5, SPAN("no")));
    for (int i = 0; i < 1000; i++) OK(f, give(f, i, SPAN("")));
    assert_int_equal(store_commit(f->store, &f->err), ERR_FULL);
    assert_string_equal(f->err.text, "number -5: no");
    assert_int_equal(count, 0);
    assert_string_equal(ask(f, "SELECT count(*) FROM events"), "0");
    begin(f);
    assert_int_equal(append(f, "a", "1"), 0); /* the id is free again */
    commit(f);
    assert_string_equal(ask(f, "SELECT count(*) || ' ' || max(seq) FROM events"), "1 1");
}

/* ---------------------------------------------------------------- ids */

static void an_id_is_known_wherever_it_is(struct fixture *f) {
    begin(f);
    assert_int_equal(append(f, "a", "1"), 0);
    assert_int_equal(append(f, "b", "1"), 1); /* in the open transaction */
    assert_int_equal(append(f, "c", NULL), 0);
    OK(f, store_commit_later(f->store, &f->err));
    begin(f);
    assert_int_equal(append(f, "d", "1"), 1); /* on its way, or on disk */
    assert_int_equal(append(f, "d", "2"), 0);
    assert_int_equal(store_committed(f->store, STORE_WAIT, &f->err), 1);
    assert_int_equal(append(f, "e", "1"), 1); /* on disk */
    assert_int_equal(append(f, "e", "2"), 1);
    commit(f);
    assert_string_equal(ask(f, "SELECT group_concat(contact) FROM (SELECT * FROM events ORDER BY seq)"), "a,c,d");
}

static void an_id_is_known_with_a_thread(void **state) {
    struct fixture *f = *state;
    use_threads(f);
    an_id_is_known_wherever_it_is(f);
}

static void an_id_is_known_without_one(void **state) {
    an_id_is_known_wherever_it_is(*state);
}

static void ids_are_read_at_the_start(void **state) {
    struct fixture *f = *state;
    char id[20];
    begin(f);
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "id-%d", i);
        assert_int_equal(append(f, "a", id), 0);
    }
    commit(f);
    for (int threads = 0; threads < 2; threads++) {
        fixture_reopen(f);
        if (threads) use_threads(f);
        begin(f);
        for (int i = 0; i < 5000; i++) {
            snprintf(id, sizeof id, "id-%d", i);
            assert_int_equal(append(f, "b", id), 1);
        }
        store_rollback(f->store);
    }
}

/* ---------------------------------------------------------------- commits on their way */

/* Woken by the eventfd, which may have been written to for earlier ones. */
static void wait_until_it_is_over(struct fixture *f) {
    struct pollfd wake = {store_wake_fd(f->store), POLLIN, 0};
    int told = 0;
    while (!told) {
        uint64_t times;
        assert_int_equal(poll(&wake, 1, 60000), 1);
        assert_int_equal(read(wake.fd, &times, sizeof times), sizeof times);
        told = store_committed(f->store, STORE_ASK, &f->err);
        assert_true(told >= 0);
    }
}

static void the_next_transaction_begins_meanwhile(void **state) {
    struct fixture *f = *state;
    use_threads(f);
    for (int i = 0; i < 200; i++) {
        begin(f);
        assert_int_equal(append(f, "a", NULL), 0);
        assert_true(store_committed(f->store, STORE_WAIT, &f->err) == (i > 0));
        OK(f, store_commit_later(f->store, &f->err));
        assert_true(store_is_committing(f->store));
        assert_false(store_in_transaction(f->store));
    }
    wait_until_it_is_over(f);
    assert_int_equal(store_committed(f->store, STORE_ASK, &f->err), 0);
    assert_string_equal(ask(f, "SELECT count(*) || ' ' || max(seq) FROM events"), "200 200");
}

/* What comes after a commit that failed is lost with it. */
static void a_commit_that_fails_takes_the_next_with_it(void **state) {
    struct fixture *f = *state;
    use_threads(f);
    begin(f);
    assert_int_equal(append(f, "kept", "1"), 0);
    commit(f);
    begin(f);
    assert_int_equal(append(f, "lost", "2"), 0);
    OK(f, give(f, -1, SPAN("no")));
    OK(f, store_commit_later(f->store, &f->err));
    begin(f);
    assert_int_equal(append(f, "lost", "3"), 0);
    assert_int_equal(store_committed(f->store, STORE_WAIT, &f->err), ERR_FULL);
    store_rollback(f->store);
    assert_false(store_is_committing(f->store));
    assert_int_equal(journal_last(f->store), 1);
    begin(f);
    assert_int_equal(append(f, "again", "2"), 0);
    assert_int_equal(append(f, "again", "1"), 1);
    OK(f, store_commit_later(f->store, &f->err));
    assert_int_equal(store_committed(f->store, STORE_WAIT, &f->err), 1);
    assert_string_equal(ask(f, "SELECT group_concat(seq || contact) FROM (SELECT * FROM events ORDER BY seq)"), "1kept,2again");
}

static void closing_waits_for_what_is_on_its_way(void **state) {
    struct fixture *f = *state;
    use_threads(f);
    begin(f);
    assert_int_equal(append(f, "a", NULL), 0);
    OK(f, store_commit_later(f->store, &f->err));
    begin(f);
    assert_int_equal(append(f, "b", NULL), 0); /* never committed */
    fixture_reopen(f);
    assert_string_equal(ask(f, "SELECT group_concat(contact) FROM (SELECT * FROM events ORDER BY seq)"), "a");
}

/* ---------------------------------------------------------------- what they find */

static struct breach_record breach(int64_t started_ms) {
    return (struct breach_record){.kind = BREACH_CONTACT, .standard = SPAN("s"), .version = 1, .group = SPAN("{}"),
        .contact = SPAN("c"), .subject = SPAN("\"c\""), .started_ms = started_ms, .nth = 1, .due_ms = 5, .decided_ms = 6,
        .ended_ms = INSTANT_NEVER, .updated_ms = 7};
}

static void write_breaches(struct fixture *f) {
    struct breach_record first = breach(1), second = breach(2);
    struct breach_key key = {SPAN("s"), SPAN("\"c\""), 1, 1};
    struct breach_end end = {.now_ms = 9, .reason = "corrected by later events"};
    begin(f);
    OK(f, later_breach(f->store, &first, &f->err));
    OK(f, later_breach(f->store, &first, &f->err)); /* the same one */
    OK(f, later_breach(f->store, &second, &f->err));
    OK(f, later_withdraw(f->store, &key, &end, &f->err));
    OK(f, later_withdraw(f->store, &key, &end, &f->err));
}

static void what_was_found_is_counted_once_committed(void **state) {
    struct fixture *f = *state;
    for (int threads = 0; threads < 2; threads++) {
        if (threads) use_threads(f);
        write_breaches(f);
        store_rollback(f->store);
        assert_int_equal(later_found(f->store).breaches, 0);
        write_breaches(f);
        OK(f, store_commit_later(f->store, &f->err));
        assert_int_equal(store_committed(f->store, STORE_WAIT, &f->err), 1);
        struct later_found found = later_found(f->store);
        assert_int_equal(found.breaches, threads ? 0 : 2);
        assert_int_equal(found.withdrawn, 1);
        assert_int_equal(later_found(f->store).withdrawn, 0);
        assert_string_equal(ask(f, "SELECT group_concat(state, ' ') FROM (SELECT * FROM breaches ORDER BY id)"), "withdrawn open");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(everything_is_carried_out_in_order),
        TEST(without_a_thread_it_is_done_at_once),
        TEST(texts_are_copied),
        TEST(what_fails_fails_the_commit),
        TEST(an_id_is_known_with_a_thread),
        TEST(an_id_is_known_without_one),
        TEST(ids_are_read_at_the_start),
        TEST(the_next_transaction_begins_meanwhile),
        TEST(a_commit_that_fails_takes_the_next_with_it),
        TEST(closing_waits_for_what_is_on_its_way),
        TEST(what_was_found_is_counted_once_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
