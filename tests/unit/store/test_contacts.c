#include <limits.h>
#include "fixture.h"
#include "store/schema.h"
#include "slad/store/journal.h"
#include "slad/store/snapshot.h"
#include "store/contacts.h"
#include "store/db.h"

enum { PIECE = 4096, MANY = 32768, ROW_EVENTS = 64, CONTACTS = 100 }; /* all but CONTACTS: contacts.c */

/* Events of contacts c0, c1, …, in turn, each received when its number says. */
static void put(struct fixture *f, int from, int to) {
    for (int i = from; i < to; i++) {
        char contact[16];
        uint64_t seq;
        snprintf(contact, sizeof contact, "c%d", i % CONTACTS);
        struct journal_row row = {
            .received_ms = i, .at_ms = i, .contact = span_of(contact), .event = SPAN("e"), .line = SPAN("{}")};
        OK(f, journal_append(f->store, &row, &seq, &f->err));
    }
}

static void put_and_commit(struct fixture *f, int from, int to) {
    begin(f);
    put(f, from, to);
    commit(f);
}

/* A few at a time. */
static void put_quietly(struct fixture *f, int from, int to) {
    for (; from < to; from += 50) put_and_commit(f, from, from + 50 < to ? from + 50 : to);
}

/* How many rows of the contact are read; -1: not by (at, seq), or of another. */
static int rows_of(struct fixture *f, const char *contact) {
    struct journal_cursor *cursor;
    struct journal_row row;
    int count = 0, got;
    struct journal_row last = {0};
    OK(f, journal_contact(f->store, span_of(contact), &cursor, &f->err));
    while ((got = journal_next(cursor, &row, &f->err)) > 0) {
        bool later = row.at_ms != last.at_ms ? row.at_ms > last.at_ms : row.seq > last.seq;
        if (!later || !span_eq(row.contact, span_of(contact))) count = INT_MIN / 2;
        last = row;
        count++;
    }
    journal_close(cursor);
    OK(f, got);
    return count < 0 ? -1 : count;
}

/* Events that the table has. */
static int table(struct fixture *f) {
    return atoi(ask(f, "SELECT count(*) + total(json_array_length(others)) FROM event_contacts"));
}

static int64_t wrong(struct fixture *f) {
    int64_t rows = -1;
    OK(f, contacts_check(f->store->writer, &rows, &f->err));
    return rows;
}

static void all_are_found_as_the_table_grows(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 50000; i += 5000) {
        put_and_commit(f, i, i + 5000);
        assert_int_equal(rows_of(f, "c7"), (i + 5000) / CONTACTS);
        assert_int_equal(journal_has_contact(f->store, SPAN("c99"), &f->err), 0);
        assert_int_equal(journal_has_contact(f->store, SPAN("c100"), &f->err), 1);
    }
    assert_int_equal(table(f), 50000 / PIECE * PIECE);
    assert_string_equal(ask(f, "SELECT count(*) FROM contact_event_list WHERE contact = 'c7'"), "500");
    assert_string_equal(ask(f, "SELECT count(*) FROM contact_event_list"), "50000");
    assert_int_equal(wrong(f), 0);
    fixture_reopen(f);
    assert_int_equal(rows_of(f, "c7"), 500);
    assert_true(f->store->contacts.count < PIECE);
}

static void a_thread_that_writes_changes_nothing(void **state) {
    struct fixture *f = *state;
    OK(f, store_use_threads(f->store, &f->err));
    begin(f);
    put(f, 0, 40000);
    assert_int_equal(journal_has_contact(f->store, SPAN("c99"), &f->err), 0);
    assert_int_equal(rows_of(f, "c7"), 0); /* not committed */
    commit(f);
    assert_int_equal(rows_of(f, "c7"), 400);
    assert_int_equal(wrong(f), 0);
}

static int through(struct fixture *f) {
    return atoi(ask(f, "SELECT coalesce(max(value), 0) FROM meta WHERE key = 'contacts_through'"));
}

/* Whatever is asked, and however. */
static void expect_all(struct fixture *f, int events) {
    char text[16];
    snprintf(text, sizeof text, "%d", events);
    assert_string_equal(ask(f, "SELECT count(*) FROM contact_event_list"), text);
    snprintf(text, sizeof text, "%d", (events + 92) / CONTACTS);
    assert_string_equal(ask(f, "SELECT count(*) FROM contact_event_list WHERE contact = 'c7'"), text);
    assert_int_equal(rows_of(f, "c7"), (events + 92) / CONTACTS);
    assert_int_equal(wrong(f), 0);
}

/* Each piece is in the table at once. */
static void a_quiet_day_is_found_by_other_programs(void **state) {
    struct fixture *f = *state;
    put_quietly(f, 0, PIECE + 100);
    assert_int_equal(table(f), PIECE);
    assert_int_equal(through(f), PIECE);
    expect_all(f, PIECE + 100);
}

static void under_load_many_enter_in_pieces(void **state) {
    struct fixture *f = *state;
    int events = 0;
    for (; events < MANY - 1000; events += 1000) put_and_commit(f, events, events + 1000);
    assert_int_equal(table(f), 0);
    for (int last = 0, pieces = 0; pieces < 2 * MANY / PIECE; events += 1000) {
        put_and_commit(f, events, events + 1000);
        if (table(f) == last) continue;
        expect_all(f, events + 1000);
        pieces++;
        assert_in_range(table(f), pieces * PIECE, pieces * (PIECE + ROW_EVENTS));
        assert_int_equal(through(f), pieces / (MANY / PIECE) * MANY);
        last = table(f);
    }
    put_and_commit(f, events, events + 10); /* half of them have entered: a start goes on where the table ends */
    fixture_reopen(f);
    events += 10;
    expect_all(f, events);
    put_quietly(f, events, events + 2 * PIECE);
    expect_all(f, events + 2 * PIECE);
    assert_true(through(f) > events);
}

static void what_enters_is_rolled_back_with_its_events(void **state) {
    struct fixture *f = *state;
    int events = MANY + PIECE;
    for (int i = 0; i < events; i += 1024) put_and_commit(f, i, i + 1024);
    int before = table(f);
    assert_true(before > 0 && before < MANY);
    begin(f);
    put(f, events, events + 3 * PIECE);
    assert_int_equal(table(f), before); /* as others see it */
    store_rollback(f->store);
    expect_all(f, events);
    for (int i = 0; i < 3 * MANY; i += 1024, events += 1024) put_and_commit(f, events, events + 1024);
    expect_all(f, events);
    assert_true(through(f) > MANY);
}

static void what_is_rolled_back_is_not_found(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, PIECE - 100);
    begin(f);
    put(f, PIECE - 100, PIECE + 100);
    assert_int_equal(table(f), 0);
    store_rollback(f->store);
    assert_int_equal(rows_of(f, "c0"), PIECE / CONTACTS);
    put_and_commit(f, 3000000, 3000001); /* c0; of the place of another before */
    assert_int_equal(rows_of(f, "c0"), PIECE / CONTACTS + 1);
    put_and_commit(f, 0, PIECE);
    assert_int_equal(rows_of(f, "c0"), 2 * (PIECE / CONTACTS) + 2);
    assert_int_equal(wrong(f), 0);
}

/* The table has moved on by three pieces since; what is read is as it was. */
static void an_old_snapshot_finds_what_was_there(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, PIECE + 1000);
    OK(f, store_read_begin(f->store, &f->err));
    int before = rows_of(f, "c7");
    assert_int_equal(before, (PIECE + 1000 + 92) / CONTACTS);
    for (int i = 0; i < 3; i++) put_and_commit(f, i * PIECE, (i + 1) * PIECE);
    assert_int_equal(rows_of(f, "c7"), before);
    store_read_end(f->store);
    assert_true(rows_of(f, "c7") > 2 * before);
}

static void contacts_beyond_the_table_can_be_let_go(void **state) {
    struct fixture *f = *state;
    struct journal_pruning pruning = {.received_before_ms = 100 * CONTACTS, .max_rows = SIZE_MAX};
    size_t deleted = 0;
    put_and_commit(f, 0, 50 * CONTACTS);
    put_and_commit(f, 100 * CONTACTS, 100 * CONTACTS + 10); /* c0 to c9 stay */
    begin(f);
    assert_int_equal(journal_prune(f->store, &pruning, &deleted, &f->err), 0);
    store_rollback(f->store);
    assert_int_equal(rows_of(f, "c20"), 50);
    begin(f);
    assert_int_equal(journal_prune(f->store, &pruning, &deleted, &f->err), 0);
    commit(f);
    assert_int_equal(deleted, 50 * (CONTACTS - 10));
    assert_int_equal(rows_of(f, "c20"), 0);
    assert_int_equal(journal_has_contact(f->store, SPAN("c20"), &f->err), 1);
    assert_int_equal(rows_of(f, "c9"), 51);
    assert_int_equal(table(f), 510);
    assert_int_equal(wrong(f), 0);
    put_and_commit(f, 0, PIECE);
    assert_int_equal(wrong(f), 0);
}

/* As schema 6 left it, with an index instead of the table. */
static void an_index_of_before_becomes_the_table(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, 500);
    store_close(f->store);
    run_sql(f->path,
        "DROP TRIGGER events_deleted; DROP TRIGGER events_updated;"
        "DROP VIEW contact_event_list; DROP TABLE event_contacts; DELETE FROM meta WHERE key = 'contacts_through';"
        "CREATE INDEX events_contact ON events (contact);"
        "DROP INDEX breaches_contact; CREATE UNIQUE INDEX breaches_contact ON breaches (standard, subject, started, nth)"
        " WHERE kind = 'contact';"
        "DROP INDEX warnings_contact; CREATE UNIQUE INDEX warnings_contact ON warnings"
        " (standard, subject, started, nth, warning) WHERE kind = 'contact'; PRAGMA user_version = 6");
    fixture_open(f);
    assert_int_equal(atoi(ask(f, "PRAGMA user_version")), SCHEMA_VERSION);
    assert_string_equal(ask(f, "SELECT count(*) FROM event_contacts"), "500");
    assert_string_equal(ask(f, "SELECT count(*) FROM sqlite_master WHERE name = 'events_contact'"), "0");
    assert_int_equal(rows_of(f, "c7"), 5);
    put_and_commit(f, 0, 500);
    assert_int_equal(rows_of(f, "c7"), 10);
    assert_int_equal(wrong(f), 0);
}

static void add_line(void *arg, struct span line) {
    (void)line;
    ++*(int *)arg;
}

static void what_is_wrong_is_found_and_made_anew(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, PIECE + 10);
    run_sql(f->path, "DELETE FROM event_contacts WHERE seq = 10; INSERT INTO event_contacts VALUES ('c5', 4095, NULL)");
    assert_int_equal(wrong(f), (PIECE + 90) / CONTACTS + 1); /* all of c9, and one of another */
    run_sql(f->path, "INSERT INTO event_contacts VALUES ('x', 99999, '[1,99999]')");
    assert_int_equal(wrong(f), (PIECE + 90) / CONTACTS + 4);
    OK(f, contacts_rebuild(f->store->writer, &f->err));
    run_sql(f->path, "DELETE FROM event_contacts WHERE seq = 1 + 100 * 3");
    assert_int_equal(wrong(f), 1);
    struct store *snapshot;
    size_t count = 0;
    int lines = 0;
    OK(f, snapshot_open(f->path, &snapshot, &f->err));
    OK(f, snapshot_check(snapshot, add_line, &lines, &count, &f->err));
    store_close(snapshot);
    assert_true(count == 1 && lines == 1);
    OK(f, contacts_rebuild(f->store->writer, &f->err));
    assert_int_equal(wrong(f), 0);
    fixture_reopen(f);
    assert_int_equal(rows_of(f, "c5"), (PIECE + 10 + 94) / CONTACTS);
}

/* Those that memory knows, while the table grows behind them. */
static void contacts_of_one_event_are_found(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 3 * PIECE + 500;) {
        begin(f);
        for (int end = i + 700; i < end; i++) {
            char contact[16];
            uint64_t seq;
            snprintf(contact, sizeof contact, "u%d", i);
            struct journal_row row = {.contact = span_of(contact), .event = SPAN("e"), .line = SPAN("{}")};
            OK(f, journal_append(f->store, &row, &seq, &f->err));
        }
        commit(f);
        for (int of = i - 2 * PIECE; of < i; of += i < 3 * PIECE ? 97 : 1) {
            char contact[16];
            snprintf(contact, sizeof contact, "u%d", of);
            assert_int_equal(rows_of(f, contact), of >= 0);
        }
    }
}

/* Of its rows one lacks an event, and another has one twice. */
static void what_is_wrong_within_a_row_is_found(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, PIECE + 10);
    assert_string_equal(ask(f, "SELECT others LIKE '[101,201,301,%,4001]' FROM event_contacts WHERE seq = 1"), "1");
    run_sql(f->path, "UPDATE event_contacts SET others = json_remove(others, '$[3]') WHERE seq = 1");
    assert_int_equal(wrong(f), 1);
    run_sql(f->path, "UPDATE event_contacts SET others = json_insert(others, '$[#]', 102) WHERE seq = 2");
    assert_int_equal(wrong(f), 2);
}

/* Not one row stands there twice, or an event of it. */
static void without_the_mark_all_enters_anew(void **state) {
    struct fixture *f = *state;
    int events = 3 * PIECE;
    put_quietly(f, 0, events);
    assert_int_equal(through(f), events);
    store_close(f->store);
    run_sql(f->path, "DELETE FROM meta WHERE key = 'contacts_through'");
    fixture_open(f);
    expect_all(f, events);
    put_quietly(f, events, events + 2 * PIECE);
    expect_all(f, events + 2 * PIECE);
    assert_true(table(f) > events);
}

/* Its first event comes after many that retention has let go. */
static void without_the_mark_an_old_journal_opens(void **state) {
    struct fixture *f = *state;
    put_quietly(f, 0, 500);
    store_close(f->store);
    run_sql(f->path, "UPDATE events SET seq = seq + 3000000000; DELETE FROM event_contacts;"
                     "DELETE FROM meta WHERE key = 'contacts_through'");
    fixture_open(f);
    expect_all(f, 500);
}

static void a_wild_seq_is_damage(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, 50);
    put_and_commit(f, 50, 100);
    store_close(f->store);
    run_sql(f->path, "DELETE FROM events WHERE seq IN (98, 99)"); /* by hand */
    fixture_open(f);
    assert_int_equal(rows_of(f, "c97"), 0);
    assert_int_equal(rows_of(f, "c99"), 1);
    store_close(f->store);
    f->store = NULL;
    run_sql(f->path, "UPDATE events SET seq = 1030792151040 WHERE seq = 100");
    assert_int_equal(store_open(f->path, &f->store, &f->err), ERR_CORRUPT);
    assert_non_null(strstr(f->err.text, "the database is damaged: in table events, seq 1030792151040 comes next to seq 97"));
}

/* Half of what is beyond the mark is in rows of one event each. */
static void what_schema_9_left_behind_enters_anew(void **state) {
    struct fixture *f = *state;
    put_and_commit(f, 0, PIECE);
    put_quietly(f, PIECE, PIECE + 500);
    store_close(f->store);
    run_sql(f->path,
        "DROP VIEW contact_event_list;"
        "CREATE TABLE old (contact TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (contact, seq)) WITHOUT ROWID;"
        "INSERT INTO old SELECT contact, seq FROM events WHERE seq < 4400;"
        "DROP TABLE event_contacts; ALTER TABLE old RENAME TO event_contacts;"
        "CREATE VIEW contact_event_list AS SELECT 1; PRAGMA user_version = 9");
    fixture_open(f);
    expect_all(f, PIECE + 500);
    put_quietly(f, PIECE + 500, 2 * PIECE);
    expect_all(f, 2 * PIECE);
    assert_int_equal(table(f), 2 * PIECE);
}

static void a_snapshot_finds_the_end_too(void **state) {
    struct fixture *f = *state;
    struct store *snapshot, *store = f->store;
    put_and_commit(f, 0, PIECE + 500);
    OK(f, snapshot_open(f->path, &snapshot, &f->err));
    f->store = snapshot;
    assert_int_equal(rows_of(f, "c7"), (PIECE + 500 + 92) / CONTACTS);
    assert_int_equal(journal_has_contact(snapshot, SPAN("c83"), &f->err), 0);
    store_close(snapshot);
    f->store = store;
}

/* What enters is a piece, however much is committed at once. */
static int setup_pieces(void **state) {
    int code = fixture_setup(state);
    struct fixture *f = *state;
    f->store->contacts.many = PIECE;
    return code;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_pieces, fixture_teardown)
#define TEST_AS_IT_IS(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(all_are_found_as_the_table_grows),
        TEST(a_thread_that_writes_changes_nothing),
        TEST_AS_IT_IS(a_quiet_day_is_found_by_other_programs),
        TEST_AS_IT_IS(under_load_many_enter_in_pieces),
        TEST_AS_IT_IS(what_enters_is_rolled_back_with_its_events),
        TEST(what_is_rolled_back_is_not_found),
        TEST(an_old_snapshot_finds_what_was_there),
        TEST(contacts_beyond_the_table_can_be_let_go),
        TEST(an_index_of_before_becomes_the_table),
        TEST(what_is_wrong_is_found_and_made_anew),
        TEST(contacts_of_one_event_are_found),
        TEST_AS_IT_IS(contacts_of_one_event_are_found),
        TEST(what_is_wrong_within_a_row_is_found),
        TEST_AS_IT_IS(without_the_mark_all_enters_anew),
        TEST_AS_IT_IS(without_the_mark_an_old_journal_opens),
        TEST_AS_IT_IS(a_wild_seq_is_damage),
        TEST(what_schema_9_left_behind_enters_anew),
        TEST(a_snapshot_finds_the_end_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
