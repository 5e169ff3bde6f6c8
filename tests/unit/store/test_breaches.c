#include "fixture.h"

#include "slad/base/buf.h"
#include "slad/store/breaches.h"

static struct breach_record contact_breach(const char *subject) {
    return (struct breach_record){
        .standard = SPAN("answered"),
        .version = 1,
        .group = SPAN("{\"queue\":\"q1\"}"),
        .contact = SPAN("call-1"),
        .subject = span_of(subject),
        .started_ms = 1000,
        .due_ms = 2000,
        .decided_ms = 2000,
        .ended_ms = INSTANT_NEVER,
        .updated_ms = 2100,
    };
}

static struct breach_record level_breach(const char *group) {
    return (struct breach_record){
        .standard = SPAN("answered"),
        .version = 1,
        .group = span_of(group),
        .target = SPAN("attainment >= 90%"),
        .opened_ms = 3000,
        .updated_ms = 3100,
    };
}

/* Writes within a transaction of its own; returns the id. */
static int64_t put(struct fixture *f, const struct breach_record *record, bool *is_new) {
    int64_t id = 0;
    begin(f);
    OK(f, breach_put(f->store, record, &id, is_new, &f->err));
    commit(f);
    return id;
}

static void keep(void *arg, const struct breach_record *record) {
    *(struct breach_record *)arg = *record;
}

/* The texts of a record are void after the visit: only its numbers are looked at. */
static struct breach_record get(struct fixture *f, int64_t id) {
    struct breach_record record = {0};
    OK(f, breach_get(f->store, id, keep, &record, &f->err));
    return record;
}

static void a_breach_is_one_row_whatever_is_learnt(void **state) {
    struct fixture *f = *state;
    bool is_new = false;
    struct breach_record record = contact_breach("\"a\"");
    int64_t id = put(f, &record, &is_new);
    assert_true(is_new);
    assert_int_equal(get(f, id).state, BREACH_OPEN);
    assert_int_equal(get(f, id).ended_ms, INSTANT_NEVER);
    assert_false(get(f, id).has_elapsed);

    record.ended_ms = 5000;
    record.has_elapsed = true;
    record.elapsed = 4.123;
    record.updated_ms = 5100;
    assert_int_equal(put(f, &record, &is_new), id);
    assert_false(is_new);
    struct breach_record now = get(f, id);
    assert_int_equal(now.state, BREACH_CLOSED);
    assert_int_equal(now.recorded_ms, 2100);
    assert_int_equal(now.updated_ms, 5100);
    assert_true(now.has_elapsed && now.elapsed == 4.123);

    record.updated_ms = 9999; /* nothing new: not touched */
    assert_int_equal(put(f, &record, &is_new), id);
    assert_false(is_new);
    assert_int_equal(get(f, id).updated_ms, 5100);

    record.nth = 1;
    assert_int_not_equal(put(f, &record, &is_new), id);
    assert_true(is_new);
}

static void a_withdrawn_breach_lives_again(void **state) {
    struct fixture *f = *state;
    bool is_new;
    int64_t withdrawn = 0;
    struct breach_record record = contact_breach("\"a\"");
    int64_t id = put(f, &record, &is_new);
    struct breach_key key = {record.standard, record.subject, record.started_ms, 0};
    struct breach_end end = {.now_ms = 3000, .reason = "corrected by later events"};
    struct breach_excuse excuse = {.uid = 1000, .text = SPAN("storm"), .now_ms = 2500};
    begin(f);
    OK(f, breach_excuse(f->store, id, &excuse, &f->err));
    OK(f, breach_withdraw(f->store, &key, &end, &withdrawn, &f->err));
    assert_int_equal(withdrawn, id);
    assert_int_equal(breach_withdraw(f->store, &key, &end, &withdrawn, &f->err), 1);
    commit(f);
    assert_int_equal(get(f, id).state, BREACH_WITHDRAWN);
    assert_string_equal(ask(f, "SELECT reason FROM breach_list"), "corrected by later events");

    record.updated_ms = 4000;
    assert_int_equal(put(f, &record, &is_new), id);
    assert_false(is_new);
    struct breach_record now = get(f, id);
    assert_int_equal(now.state, BREACH_OPEN);
    assert_int_equal(now.recorded_ms, 2100);
    assert_int_equal(now.excused_ms, 2500);
    assert_int_equal(now.excused_by, 1000);
    assert_string_equal(ask(f, "SELECT coalesce(reason, '-') || excuse FROM breach_list"), "-storm");
}

static void withdraws_only_what_is_there(void **state) {
    struct fixture *f = *state;
    int64_t id;
    struct breach_key key = {SPAN("answered"), SPAN("\"a\""), 1, 0};
    struct breach_end end = {.now_ms = 1, .reason = "standard removed"};
    struct breach_excuse excuse = {.uid = 1, .text = SPAN("x"), .now_ms = 1};
    begin(f);
    assert_int_equal(breach_withdraw(f->store, &key, &end, &id, &f->err), 1);
    assert_int_equal(breach_excuse(f->store, 7, &excuse, &f->err), 1);
    commit(f);
    struct breach_record record;
    assert_int_equal(breach_get(f->store, 7, keep, &record, &f->err), 1);
}

static void a_level_is_open_once(void **state) {
    struct fixture *f = *state;
    int64_t first = 0, second = 0, closed = 0;
    bool is_new = false;
    struct breach_record level = level_breach("{\"queue\":\"q1\"}");
    struct level_key key = {level.standard, level.group, level.target};
    struct breach_end end = {.now_ms = 9100, .closed_ms = 9000, .reason = "held again"};
    begin(f);
    OK(f, level_open(f->store, &level, &first, &is_new, &f->err));
    assert_true(is_new);
    level.opened_ms = 4000;
    OK(f, level_open(f->store, &level, &second, &is_new, &f->err));
    assert_false(is_new);
    assert_int_equal(first, second);
    OK(f, level_close(f->store, &key, &end, &closed, &f->err));
    assert_int_equal(closed, first);
    assert_int_equal(level_close(f->store, &key, &end, &closed, &f->err), 1);
    OK(f, level_open(f->store, &level, &second, &is_new, &f->err));
    assert_true(is_new && second != first);
    commit(f);
    struct breach_record record = get(f, first);
    assert_int_equal(record.kind, BREACH_LEVEL);
    assert_int_equal(record.state, BREACH_CLOSED);
    assert_int_equal(record.opened_ms, 3000);
    assert_int_equal(record.closed_ms, 9000);
    assert_int_equal(record.started_ms, INSTANT_NEVER);
    assert_string_equal(ask(f, "SELECT lasted FROM breach_list WHERE state = 'closed'"), "6.0");
}

static void a_rollback_takes_a_breach_back(void **state) {
    struct fixture *f = *state;
    struct breach_record record = contact_breach("\"a\"");
    int64_t id;
    bool is_new;
    begin(f);
    OK(f, breach_put(f->store, &record, &id, &is_new, &f->err));
    store_rollback(f->store);
    assert_string_equal(ask(f, "SELECT count(*) FROM breaches"), "0");
    put(f, &record, &is_new);
    assert_true(is_new);
}

/* ---- questions ---- */

static void list(void *arg, const struct breach_record *record) {
    buf_printf(arg, "%lld ", (long long)record->id);
}

static void expect(struct fixture *f, const struct breach_filter *filter, const char *ids, bool more) {
    struct buf found = {0};
    struct breach_page page = {0};
    OK(f, breaches_query(f->store, filter, list, &found, &page, &f->err));
    assert_string_equal(buf_text(&found), ids);
    assert_int_equal(page.more, more);
    buf_fini(&found);
}

/* 1..4: contact breaches of q1, q2 (standard "other"), q3 and no queue, decided at 1000..4000, the last one
 * withdrawn; 5, 6: levels of q1 and q2 opened at 3000, the last one closed. */
static void fill(struct fixture *f) {
    const char *const groups[] = {"{\"queue\":\"q1\"}", "{\"queue\":\"q2\",\"odd \\\"name\\\"\":\"x\"}",
        "{\"queue\":\"q3\"}", "{\"queue\":null}"};
    int64_t id;
    bool is_new;
    begin(f);
    for (int i = 0; i < 4; i++) {
        struct breach_record record = contact_breach("\"a\"");
        if (i == 1) record.standard = SPAN("other");
        record.group = span_of(groups[i]);
        record.started_ms = i;
        record.decided_ms = 1000 * (i + 1);
        if (i == 2) record.ended_ms = 9000;
        OK(f, breach_put(f->store, &record, &id, &is_new, &f->err));
    }
    struct breach_key key = {SPAN("answered"), SPAN("\"a\""), 3, 0};
    struct breach_end end = {.now_ms = 1, .closed_ms = 9, .reason = "x"};
    OK(f, breach_withdraw(f->store, &key, &end, &id, &f->err));
    for (int i = 0; i < 2; i++) {
        struct breach_record level = level_breach(groups[i]);
        OK(f, level_open(f->store, &level, &id, &is_new, &f->err));
    }
    struct level_key level = {SPAN("answered"), span_of(groups[1]), SPAN("attainment >= 90%")};
    OK(f, level_close(f->store, &level, &end, &id, &f->err));
    commit(f);
}

static void filters(void **state) {
    struct fixture *f = *state;
    expect(f, &(struct breach_filter){0}, "", false);
    fill(f);
    expect(f, &(struct breach_filter){0}, "6 5 4 3 2 1 ", false);
    expect(f, &(struct breach_filter){.standard = SPAN("other")}, "2 ", false);
    expect(f, &(struct breach_filter){.standard = SPAN("none")}, "", false);
    expect(f, &(struct breach_filter){.kind = BREACH_LEVEL}, "6 5 ", false);
    expect(f, &(struct breach_filter){.state = BREACH_OPEN}, "5 2 1 ", false);
    expect(f, &(struct breach_filter){.state = BREACH_CLOSED, .kind = BREACH_CONTACT}, "3 ", false);
    expect(f, &(struct breach_filter){.state = BREACH_WITHDRAWN}, "4 ", false);
    expect(f, &(struct breach_filter){.since_ms = 3000}, "6 5 4 3 ", false);
    expect(f, &(struct breach_filter){.since_ms = 4001}, "", false);
    expect(f, &(struct breach_filter){.until_ms = 3000}, "2 1 ", false);
    expect(f, &(struct breach_filter){.since_ms = 2000, .until_ms = 3001, .kind = BREACH_CONTACT}, "3 2 ",
        false);
}

static void filters_by_group(void **state) {
    struct fixture *f = *state;
    fill(f);
    struct group_term q1 = {SPAN("queue"), SPAN("q1")}, none = {SPAN("queue"), {0}};
    struct group_term two[] = {{SPAN("queue"), SPAN("q2")}, {SPAN("odd \"name\""), SPAN("x")}};
    expect(f, &(struct breach_filter){.terms = &q1, .term_count = 1}, "5 1 ", false);
    expect(f, &(struct breach_filter){.terms = &none, .term_count = 1}, "4 ", false);
    expect(f, &(struct breach_filter){.terms = two, .term_count = 2}, "6 2 ", false);
    expect(f,
        &(struct breach_filter){.terms = two, .term_count = 2, .standard = SPAN("other"), .since_ms = 1},
        "2 ", false);
    two[1].value = SPAN("y");
    expect(f, &(struct breach_filter){.terms = two, .term_count = 2}, "", false);
}

static void pages(void **state) {
    struct fixture *f = *state;
    fill(f);
    struct breach_filter filter = {.limit = 2};
    struct breach_page page = {0};
    struct buf found = {0};
    int count = 0;
    do {
        filter.after = page.next;
        OK(f, breaches_query(f->store, &filter, list, &found, &page, &f->err));
        count++;
    } while (page.more);
    assert_string_equal(buf_text(&found), "6 5 4 3 2 1 ");
    assert_int_equal(count, 3);
    buf_fini(&found);
    expect(f, &(struct breach_filter){.after = 3}, "2 1 ", false);
    expect(f, &(struct breach_filter){.after = 1}, "", false);
    expect(f, &(struct breach_filter){.after = 1000}, "6 5 4 3 2 1 ", false);
}

static void says_what_is_over_a_cap(void **state) {
    struct fixture *f = *state;
    struct breach_page page;
    struct breach_filter filter = {.limit = BREACHES_LIMIT_MAX + 1};
    assert_int_equal(breaches_query(f->store, &filter, list, NULL, &page, &f->err), ERR_LIMIT);
    filter = (struct breach_filter){.term_count = GROUP_TERMS_MAX + 1};
    assert_int_equal(breaches_query(f->store, &filter, list, NULL, &page, &f->err), ERR_LIMIT);
}

/* What a page looks for may lie far back: it is found, over as many pages as it takes, each bounded in work.
 */
static void finds_a_needle(void **state) {
    struct fixture *f = *state;
    enum { ROWS = 60000 };
    fill(f);
    run_sql(f->path,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
        " INSERT INTO breaches (kind, standard, version, grp, contact, subject, started, nth, decided, state,"
        " recorded, updated) SELECT 'contact', 'answered', 1, '{\"queue\":\"q9\"}', 'c', '\"c\"', i, 0,"
        " 100000 + i, 'closed', 1, 1 FROM n");
    struct group_term q1 = {SPAN("queue"), SPAN("q1")};
    struct breach_filter filter = {.terms = &q1, .term_count = 1};
    struct breach_page page = {0};
    struct buf found = {0};
    int count = 0;
    do {
        filter.after = page.next;
        OK(f, breaches_query(f->store, &filter, list, &found, &page, &f->err));
    } while (page.more && ++count < 1000);
    assert_string_equal(buf_text(&found), "5 1 ");
    assert_true(count > 0);
    buf_fini(&found);
    expect(f, &(struct breach_filter){.since_ms = 100000 + ROWS}, "60006 ", false);
    expect(f, &(struct breach_filter){.standard = SPAN("other")}, "2 ", false);
    expect(f, &(struct breach_filter){.state = BREACH_OPEN}, "5 2 1 ", false);
}

static void visits_what_lives(void **state) {
    struct fixture *f = *state;
    struct buf found = {0};
    fill(f);
    struct breach_run run = {.rows = 3};
    OK(f, breaches_last(f->store, &run.through, &f->err));
    assert_int_equal(breaches_each_live(f->store, &run, list, &found, &f->err), 1);
    assert_string_equal(buf_text(&found), "1 2 3 ");
    assert_int_equal(breaches_each_live(f->store, &run, list, &found, &f->err), 1);
    assert_string_equal(buf_text(&found), "1 2 3 5 ");
    assert_int_equal(breaches_each_live(f->store, &run, list, &found, &f->err), 0);
    run = (struct breach_run){.after = 1, .through = 3, .rows = 3};
    buf_clear(&found);
    assert_int_equal(breaches_each_live(f->store, &run, list, &found, &f->err), 0);
    assert_string_equal(buf_text(&found), "2 3 ");
    buf_clear(&found);
    OK(f, levels_each_open(f->store, list, &found, &f->err));
    assert_string_equal(buf_text(&found), "5 ");
    buf_fini(&found);
}

static void is_shown_to_people(void **state) {
    struct fixture *f = *state;
    fill(f);
    assert_string_equal(ask(f, "SELECT group_text FROM breach_list WHERE id = 4"), "queue=-");
    assert_string_equal(ask(f, "SELECT decided FROM breach_list WHERE id = 3"), "1970-01-01T00:00:03.000Z");
    assert_string_equal(
        ask(f, "SELECT opened || instant_ms FROM breach_list WHERE id = 5"), "1970-01-01T00:00:03.000Z3000");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_breach_is_one_row_whatever_is_learnt),
        TEST(a_withdrawn_breach_lives_again),
        TEST(withdraws_only_what_is_there),
        TEST(a_level_is_open_once),
        TEST(a_rollback_takes_a_breach_back),
        TEST(filters),
        TEST(filters_by_group),
        TEST(pages),
        TEST(says_what_is_over_a_cap),
        TEST(finds_a_needle),
        TEST(visits_what_lives),
        TEST(is_shown_to_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
