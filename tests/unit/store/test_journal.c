#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/journal.h"

/* Appends an event of a contact, received at `at`; id NULL: none. Returns journal_append()'s code. */
static int append(struct fixture *f, const char *contact, const char *id, int64_t at, uint64_t *seq) {
    char line[128];
    snprintf(line, sizeof line, "{\"contact\":\"%s\"}", contact);
    struct journal_row row = {.received_ms = at,
        .at_ms = at,
        .contact = span_of(contact),
        .event = SPAN("offered"),
        .id = span_of(id),
        .has_id = id != NULL,
        .line = span_of(line)};
    return journal_append(f->store, &row, seq, &f->err);
}

static void put(struct fixture *f, const char *contact, int64_t at) {
    uint64_t seq;
    OK(f, append(f, contact, NULL, at, &seq));
}

static void gives_back_what_it_took(void **state) {
    struct fixture *f = *state;
    uint64_t seq = 0;
    begin(f);
    OK(f, append(f, "a", "id-1", 1000, &seq));
    assert_int_equal(seq, 1);
    put(f, "b", 2000);
    commit(f);
    assert_int_equal(journal_last(f->store), 2);
    struct journal_cursor *cursor;
    struct journal_row row;
    OK(f, journal_read(f->store, 0, UINT64_MAX, &cursor, &f->err));
    assert_int_equal(journal_next(cursor, &row, &f->err), 1);
    assert_int_equal(row.seq, 1);
    assert_int_equal(row.at_ms, 1000);
    assert_true(row.has_id && span_eq(row.id, SPAN("id-1")));
    assert_true(span_eq(row.contact, SPAN("a")) && span_eq(row.event, SPAN("offered")));
    assert_true(span_eq(row.line, SPAN("{\"contact\":\"a\"}")));
    assert_int_equal(journal_next(cursor, &row, &f->err), 1);
    assert_false(row.has_id);
    assert_int_equal(journal_next(cursor, &row, &f->err), 0);
    assert_int_equal(journal_next(cursor, &row, &f->err), 0);
    journal_close(cursor);
    journal_close(NULL);
    assert_string_equal(ask(f, "SELECT at FROM event_list WHERE contact = 'b'"), "1970-01-01T00:00:02.000Z");
}

static void knows_a_duplicate(void **state) {
    struct fixture *f = *state;
    uint64_t seq = 99;
    begin(f);
    OK(f, append(f, "a", "same", 1, &seq));
    assert_int_equal(append(f, "b", "same", 2, &seq), 1);
    assert_int_equal(seq, 1);
    commit(f);
    begin(f);
    assert_int_equal(append(f, "c", "same", 3, &seq), 1);
    OK(f, append(f, "c", "other", 3, &seq));
    assert_int_equal(seq, 2);
    put(f, "c", 3);
    put(f, "c", 3); /* without an id nothing is a duplicate */
    commit(f);
    assert_string_equal(ask(f, "SELECT count(*) FROM events"), "4");
}

static void a_rollback_takes_back_seq_and_id(void **state) {
    struct fixture *f = *state;
    uint64_t seq = 0;
    begin(f);
    put(f, "a", 1);
    commit(f);
    begin(f);
    OK(f, append(f, "b", "id", 2, &seq));
    assert_int_equal(journal_last(f->store), 2);
    store_rollback(f->store);
    assert_int_equal(journal_last(f->store), 1);
    begin(f);
    OK(f, append(f, "b", "id", 2, &seq));
    assert_int_equal(seq, 2);
    commit(f);
}

static void the_reader_sees_committed_rows_only(void **state) {
    struct fixture *f = *state;
    struct journal_cursor *cursor;
    struct journal_row row;
    begin(f);
    put(f, "a", 1);
    OK(f, journal_read(f->store, 0, UINT64_MAX, &cursor, &f->err));
    assert_int_equal(journal_next(cursor, &row, &f->err), 0);
    journal_close(cursor);
    commit(f);
    OK(f, journal_read(f->store, 0, UINT64_MAX, &cursor, &f->err));
    assert_int_equal(journal_next(cursor, &row, &f->err), 1);
    journal_close(cursor);
}

static void reads_in_slices(void **state) {
    struct fixture *f = *state;
    enum { ROWS = 10000 };
    begin(f);
    for (int i = 0; i < ROWS; i++) put(f, "a", 1000 - i);
    commit(f);
    struct journal_cursor *cursor;
    struct journal_row row;
    OK(f, journal_read(f->store, 10, ROWS - 10, &cursor, &f->err));
    uint64_t expected = 11;
    while (journal_next(cursor, &row, &f->err) == 1) {
        assert_int_equal(row.seq, expected++);
        if (expected == 5000) journal_rest(cursor);
    }
    assert_int_equal(expected, ROWS - 10 + 1);
    journal_close(cursor);

    struct journal_key keys[4096];
    size_t count = 4096, all = 0;
    for (uint64_t after = 0; count == 4096; after = keys[count - 1].seq, all += count)
        OK(f, journal_keys(f->store, after, keys, 4096, &count, &f->err));
    assert_int_equal(all, ROWS);
    assert_int_equal(keys[count - 1].at_ms, 1000 - (ROWS - 1));
}

static void finds_one_row(void **state) {
    struct fixture *f = *state;
    struct journal_row row;
    begin(f);
    put(f, "a", 5);
    put(f, "b", 6);
    commit(f);
    OK(f, store_read_begin(f->store, &f->err));
    OK(f, journal_get(f->store, 2, &row, &f->err));
    assert_true(span_eq(row.contact, SPAN("b")));
    OK(f, journal_get(f->store, 1, &row, &f->err));
    assert_true(span_eq(row.contact, SPAN("a")));
    assert_int_equal(journal_get(f->store, 3, &row, &f->err), 1);
    store_read_end(f->store);
}

static void a_contacts_rows_come_by_time(void **state) {
    struct fixture *f = *state;
    const int64_t at[] = {30, 10, 20, 10};
    begin(f);
    for (int i = 0; i < 4; i++) {
        put(f, "a", at[i]);
        put(f, "b", 1);
    }
    commit(f);
    char name[] = "a";
    struct journal_cursor *cursor;
    struct journal_row row;
    OK(f, journal_contact(f->store, span_of(name), &cursor, &f->err));
    name[0] = 'x'; /* the cursor keeps its own */
    const uint64_t seqs[] = {3, 7, 5, 1};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(journal_next(cursor, &row, &f->err), 1);
        assert_int_equal(row.seq, seqs[i]);
    }
    assert_int_equal(journal_next(cursor, &row, &f->err), 0);
    journal_close(cursor);
}

static void two_contacts_are_read_at_once_and_one_by_a_row_of_it(void **state) {
    struct fixture *f = *state;
    begin(f);
    for (int i = 0; i < 3; i++) {
        put(f, "a", 30 - i);
        put(f, "b", 10 + i);
    }
    commit(f);
    for (int twice = 0; twice < 2; twice++) {
        struct journal_cursor *a, *b;
        struct journal_row row;
        OK(f, journal_contact(f->store, SPAN("a"), &a, &f->err));
        OK(f, journal_contact_of(f->store, 4, &b, &f->err));
        for (int i = 0; i < 3; i++) {
            assert_int_equal(journal_next(a, &row, &f->err), 1);
            assert_int_equal(row.seq, 5 - 2 * i);
            assert_int_equal(journal_next(b, &row, &f->err), 1);
            assert_int_equal(row.seq, 2 + 2 * i);
        }
        assert_int_equal(journal_next(b, &row, &f->err), 0);
        journal_close(b);
        assert_int_equal(journal_next(a, &row, &f->err), 0);
        journal_close(a);
        OK(f, journal_contact_of(f->store, 99, &a, &f->err));
        assert_int_equal(journal_next(a, &row, &f->err), 0);
        journal_close(a);
    }
}

/* ---- pruning ---- */

static void note(void *arg, struct span contact) {
    struct buf *names = arg;
    buf_add_span(names, contact);
    buf_add_char(names, ' ');
}

/* One slice; returns journal_prune()'s code. */
static int prune(struct fixture *f, int64_t before, size_t rows, struct buf *names, size_t *deleted) {
    struct journal_pruning pruning = {before, rows, note, names, 1000};
    begin(f);
    int code = journal_prune(f->store, &pruning, deleted, &f->err);
    commit(f);
    return code;
}

static void prunes_whole_contacts(void **state) {
    struct fixture *f = *state;
    struct buf names = {0};
    size_t deleted = 0;
    begin(f);
    put(f, "old", 10);
    put(f, "kept", 20); /* has a newer event, so it keeps this one too */
    put(f, "old", 30);
    put(f, "gone", 40);
    put(f, "kept", 100);
    put(f, "new", 110);
    commit(f);
    assert_int_equal(prune(f, 100, 100, &names, &deleted), 0);
    assert_string_equal(buf_text(&names), "old gone ");
    assert_int_equal(deleted, 3);
    assert_string_equal(ask(f, "SELECT group_concat(seq, ' ') FROM events"), "2 5 6");

    /* The cut-off moves on, and what was passed by goes with its contact's last event. */
    buf_clear(&names);
    assert_int_equal(prune(f, 105, 100, &names, &deleted), 0);
    assert_string_equal(buf_text(&names), "kept ");
    assert_int_equal(deleted, 2);
    assert_int_equal(prune(f, 105, 100, &names, &deleted), 0);
    assert_int_equal(deleted, 0);
    buf_fini(&names);
}

/* Rows that came while the clock stood far ahead hold nothing up. */
static void passes_by_what_came_by_a_wrong_clock(void **state) {
    struct fixture *f = *state;
    struct buf names = {0};
    size_t deleted = 0;
    begin(f);
    put(f, "old", 10);
    put(f, "ahead", 5000);
    put(f, "after", 20);
    put(f, "new", 110);
    commit(f);
    assert_int_equal(prune(f, 100, 100, &names, &deleted), 0);
    assert_string_equal(buf_text(&names), "old after ");
    assert_string_equal(ask(f, "SELECT group_concat(contact, ' ') FROM events"), "ahead new");
    buf_fini(&names);
}

static void prunes_in_slices(void **state) {
    struct fixture *f = *state;
    struct buf names = {0};
    size_t deleted = 0, all = 0;
    begin(f);
    for (int i = 0; i < 100; i++) {
        char contact[16];
        snprintf(contact, sizeof contact, "c%d", i);
        put(f, contact, i);
        put(f, contact, i);
    }
    commit(f);
    int slices = 0, code;
    do {
        code = prune(f, 50, 10, &names, &deleted);
        all += deleted;
        assert_true(code >= 0 && deleted <= 11);
    } while (slices++, code == 1);
    assert_int_equal(all, 100);
    assert_true(slices >= 10);
    assert_string_equal(ask(f, "SELECT min(received) FROM events"), "50");
    buf_fini(&names);
}

static void a_rolled_back_slice_is_done_again(void **state) {
    struct fixture *f = *state;
    struct journal_pruning pruning = {.received_before_ms = 100, .max_rows = 10};
    size_t deleted = 0;
    begin(f);
    put(f, "a", 1);
    commit(f);
    begin(f);
    assert_int_equal(journal_prune(f->store, &pruning, &deleted, &f->err), 0);
    assert_int_equal(deleted, 1);
    store_rollback(f->store);
    begin(f);
    assert_int_equal(journal_prune(f->store, &pruning, &deleted, &f->err), 0);
    assert_int_equal(deleted, 1);
    commit(f);
}

static void a_seq_is_never_given_twice(void **state) {
    struct fixture *f = *state;
    struct buf names = {0};
    size_t deleted;
    uint64_t seq = 0;
    begin(f);
    OK(f, append(f, "a", "id", 1, &seq));
    commit(f);
    assert_int_equal(prune(f, 100, 10, &names, &deleted), 0);
    fixture_reopen(f);
    assert_int_equal(journal_last(f->store), 1);
    begin(f);
    OK(f, append(f, "a", "id", 2, &seq)); /* and its id is forgotten with it */
    assert_int_equal(seq, 2);
    commit(f);
    buf_fini(&names);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_it_took),
        TEST(knows_a_duplicate),
        TEST(a_rollback_takes_back_seq_and_id),
        TEST(the_reader_sees_committed_rows_only),
        TEST(reads_in_slices),
        TEST(finds_one_row),
        TEST(a_contacts_rows_come_by_time),
        TEST(two_contacts_are_read_at_once_and_one_by_a_row_of_it),
        TEST(prunes_whole_contacts),
        TEST(passes_by_what_came_by_a_wrong_clock),
        TEST(prunes_in_slices),
        TEST(a_rolled_back_slice_is_done_again),
        TEST(a_seq_is_never_given_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
