/* Contacts that share subjects leave memory together, and come back as if they had never left. */
#include "play.h"

static const char PER_CUSTOMER[] =
    "standards:\n"
    "  a: {start: offered, stop: answered, within: 10s}\n"
    "  b: {per: customer, start: closed, fail: offered, within: 1h, repeat: true}\n";

/* The same, but that later events may say something of cycles that have ended. */
static const char PAUSED[] =
    "standards:\n"
    "  a: {start: offered, stop: answered, within: 10s}\n"
    "  b: {per: customer, start: closed, fail: offered, within: 1h, repeat: true, pause: held, resume: resumed}\n";

enum { ROWS_MAX = 4000 };

struct row {
    int64_t at;
    char contact[16], name[16], customer[16];
};
struct journal {
    struct row rows[ROWS_MAX];
    size_t count;
    size_t reads; /* contacts read back */
    size_t fails; /* the read from which on it fails; 0: none */
};
static struct journal journal;

static struct event event_of(const struct row *row, uint64_t seq, struct attr *attr) {
    *attr = (struct attr){SPAN("customer"), value_text(span_of(row->customer))};
    return (struct event){.contact = span_of(row->contact), .name = span_of(row->name), .at_ms = row->at, .has_at = true,
        .received_ms = row->at, .seq = seq, .attrs = attr, .attr_count = row->customer[0] != '\0'};
}

/* The rows of these tests come by (at, seq) contact by contact, but for those inserted late. */
static int read_back(void *arg, struct engine *engine, struct span contact, uint64_t seq) {
    (void)arg;
    if (!contact.p) contact = span_of(journal.rows[seq - 1].contact);
    if (!engine_is_evicted(engine, contact)) return 0;
    if (++journal.reads == journal.fails) return -1;
    int64_t at = INT64_MIN;
    for (size_t done = SIZE_MAX; done;) {
        int64_t next = INT64_MAX;
        done = 0;
        for (size_t i = 0; i < journal.count; i++)
            if (span_eq(span_of(journal.rows[i].contact), contact) && journal.rows[i].at > at && journal.rows[i].at < next)
                next = journal.rows[i].at;
        for (size_t i = 0; i < journal.count; i++) {
            struct attr attr;
            struct event e = event_of(&journal.rows[i], i + 1, &attr);
            if (!span_eq(e.contact, contact) || e.at_ms != next) continue;
            engine_recall_event(engine, &e);
            done++;
        }
        at = next;
    }
    return 0;
}

static void start(struct play *p, const char *yaml) {
    play_start(p, yaml, 0);
    memset(&journal, 0, sizeof journal);
    engine_set_recall(p->engine, read_back, NULL);
}

/* At `at` seconds; the clock goes along, but not back. */
static void feed(struct play *p, int64_t at, const char *contact, const char *name, const char *customer) {
    struct row *row = &journal.rows[journal.count];
    struct attr attr;
    if (journal.count < 100) play_step(p);
    row->at = at * 1000;
    snprintf(row->contact, sizeof row->contact, "%s", contact);
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->customer, sizeof row->customer, "%s", customer);
    engine_advance(p->engine, row->at, row->at);
    assert_int_equal(engine_recall(p->engine, span_of(contact)), 0);
    struct event e = event_of(row, ++journal.count, &attr);
    engine_event(p->engine, &e);
}

static void whole(struct play *p, int64_t at, const char *contact, const char *customer) {
    feed(p, at, contact, "offered", customer);
    feed(p, at + 1, contact, "answered", "");
    feed(p, at + 2, contact, "closed", "");
}

static size_t evict_at(struct play *p, int64_t at) {
    play_step(p);
    engine_advance(p->engine, at * 1000, at * 1000);
    return engine_evict(p->engine, engine_now(p->engine) - 1, 10000);
}

/* Standard 1, over all that was. */
static void expect(struct play *p, size_t open, size_t met, size_t missed) {
    play_figures(p, 1, (int64_t)open, (int64_t)met, (int64_t)missed, 0);
}

static void no_story(void *arg, const struct story_cycle *cycle) {
    (void)arg, (void)cycle;
}

static void those_of_a_customer_leave_when_nothing_is_open(void **state) {
    (void)state;
    struct play p;
    start(&p, PER_CUSTOMER);
    whole(&p, 0, "x", "k1");
    whole(&p, 10, "y", "k1");
    whole(&p, 20, "z", "k2");
    assert_int_equal(evict_at(&p, 1000), 0); /* each customer may still come again */
    assert_int_equal(evict_at(&p, 3613), 0); /* that was decided just now */
    assert_int_equal(evict_at(&p, 3614), 2);
    assert_int_equal(evict_at(&p, 3700), 0);
    assert_int_equal(evict_at(&p, 3701), 1);
    assert_int_equal(engine_size(p.engine).contacts, 0);
    assert_int_equal(engine_size(p.engine).evicted, 3);
    expect(&p, 0, 2, 1);
    play_end(&p);
}

static void what_is_shared_brings_them_back(void **state) {
    (void)state;
    struct play p;
    start(&p, PAUSED);
    whole(&p, 0, "x", "k1");
    whole(&p, 10, "y", "k1");
    whole(&p, 20, "z", "k2");
    evict_at(&p, 10000);
    evict_at(&p, 20000);
    assert_int_equal(engine_size(p.engine).evicted, 3);
    feed(&p, 30000, "new", "offered", "k3"); /* nobody's */
    assert_int_equal(journal.reads, 0);
    feed(&p, 30000, "w", "offered", "k1");
    assert_int_equal(journal.reads, 2);
    assert_int_equal(engine_size(p.engine).evicted, 1);
    expect(&p, 0, 2, 1); /* too late to matter */
    /* It came within the hour, as is known now: what had been met was missed. */
    whole(&p, 100, "v", "k2");
    assert_int_equal(journal.reads, 3);
    engine_advance(p.engine, 40000 * 1000, 40000 * 1000);
    expect(&p, 0, 2, 2);
    play_end(&p);
}

/* x closed at 2 s, y came within its hour, and closed at 12 s: an hour later that is settled. */
static void leave_settled(struct play *p) {
    start(p, PER_CUSTOMER);
    whole(p, 0, "x", "k1");
    whole(p, 10, "y", "k1");
    evict_at(p, 10000);
    assert_int_equal(evict_at(p, 20000), 2);
    expect(p, 0, 1, 1);
}

static void what_is_settled_stays_away(void **state) {
    (void)state;
    struct play p;
    leave_settled(&p);
    whole(&p, 30000, "v", "k1");
    whole(&p, 30010, "w", "k1"); /* within the hour */
    assert_int_equal(journal.reads, 0);
    expect(&p, 1, 1, 2);
    assert_int_equal(evict_at(&p, 40000), 0);
    assert_int_equal(evict_at(&p, 50000), 2); /* to the others */
    expect(&p, 0, 2, 2);
    feed(&p, 33612, "late", "offered", "k1"); /* the last instant of the hour after w closed: it comes back with all of them */
    assert_int_equal(journal.reads, 4);
    expect(&p, 0, 1, 3);
    play_end(&p);
}

static void until_it_is_settled_it_comes_back(void **state) {
    (void)state;
    for (int64_t at = 3612; at <= 3613; at++) { /* y's hour is over with 3612 s */
        struct play p;
        leave_settled(&p);
        feed(&p, at, "late", "offered", "k1");
        assert_int_equal(journal.reads, at == 3612 ? 2 : 0);
        expect(&p, 0, at == 3612 ? 0 : 1, at == 3612 ? 2 : 1);
        play_end(&p);
    }
}

static void a_recent_one_is_made_whole(void **state) {
    (void)state;
    struct play p;
    leave_settled(&p);
    whole(&p, 30000, "v", "k1"); /* its hour runs */
    journal.fails = 1;
    assert_int_equal(engine_recall(p.engine, SPAN("x")), -1);
    expect(&p, 1, 1, 1);
    journal.fails = 0;
    assert_int_equal(engine_recall(p.engine, SPAN("x")), 0);
    assert_int_equal(journal.reads, 3);
    assert_int_equal(engine_size(p.engine).contacts, 3);
    expect(&p, 1, 1, 1);
    feed(&p, 31000, "w", "offered", "k1");
    feed(&p, 100, "late", "offered", "k1"); /* in y's hour */
    assert_int_equal(journal.reads, 3);
    expect(&p, 0, 0, 3);
    play_end(&p);
}

static void whoever_asks_about_it_is_told_all(void **state) {
    (void)state;
    struct play p;
    leave_settled(&p);
    whole(&p, 30000, "v", "k1");
    assert_int_equal(journal.reads, 0);
    engine_forget(p.engine, SPAN("v")); /* nothing of it was the others' */
    expect(&p, 0, 1, 1);
    whole(&p, 40000, "w", "k1");
    assert_int_equal(journal.reads, 0);
    assert_true(engine_story(p.engine, SPAN("w"), no_story, NULL));
    assert_int_equal(journal.reads, 2);
    expect(&p, 1, 1, 1);
    play_end(&p);
}

static void the_others_come_with_the_one_that_is_named(void **state) {
    (void)state;
    struct play p;
    start(&p, PER_CUSTOMER);
    whole(&p, 0, "x", "k1");
    whole(&p, 10, "y", "k1");
    feed(&p, 20, "y", "moved", "k2"); /* so it hangs together with z */
    feed(&p, 21, "y", "closed", "");
    whole(&p, 30, "z", "k2");
    assert_int_equal(evict_at(&p, 10000), 0);
    assert_int_equal(evict_at(&p, 10001), 3);
    feed(&p, 20000, "z", "noted", "");
    assert_int_equal(journal.reads, 3);
    assert_int_equal(engine_size(p.engine).contacts, 3);
    assert_int_equal(evict_at(&p, 30000), 3); /* and they leave again */
    assert_int_equal(engine_size(p.engine).evicted, 3);
    play_end(&p);
}

static void a_late_event_joins_those_of_two_customers(void **state) {
    (void)state;
    struct play p;
    start(&p, PER_CUSTOMER);
    whole(&p, 0, "x", "k1");
    whole(&p, 100, "y", "k2");
    evict_at(&p, 10000);
    evict_at(&p, 10001);
    assert_int_equal(engine_size(p.engine).evicted, 2);
    expect(&p, 0, 2, 0);
    feed(&p, 99, "y", "noted", ""); /* which says nothing of k1 */
    assert_int_equal(journal.reads, 1);
    feed(&p, 101, "y", "moved", "k1"); /* so what it closed was k1's, where the clock of what x closed ran already */
    assert_int_equal(journal.reads, 2);
    expect(&p, 0, 1, 0);
    engine_advance(p.engine, 30000 * 1000, 30000 * 1000);
    assert_int_equal(evict_at(&p, 30001), 2);
    play_end(&p);
}

static void a_component_has_bounds(void **state) {
    (void)state;
    for (int contacts = 64; contacts <= 65; contacts++) {
        struct play p;
        char name[16];
        start(&p, PER_CUSTOMER);
        for (int i = 0; i < contacts; i++) {
            snprintf(name, sizeof name, "c%d", i);
            whole(&p, i * 10, name, "k1");
        }
        evict_at(&p, 10000);
        assert_int_equal(evict_at(&p, 20000), contacts == 64 ? 64 : 0);
        if (contacts == 65) { /* one less, once the journal lets go of it */
            engine_forget(p.engine, SPAN("c7"));
            assert_int_equal(evict_at(&p, 30000), 64);
        }
        play_end(&p);
    }
    for (int closings = 1022; closings <= 1023; closings++) {
        struct play p;
        start(&p, PER_CUSTOMER);
        whole(&p, 0, "x", "k1"); /* two moments of the customer */
        for (int i = 0; i < closings; i++) feed(&p, 100 + i, "x", "closed", "");
        whole(&p, 10, "alone", "");
        for (int i = 0; i < closings; i++) feed(&p, 5000 + i, "alone", "closed", "");
        evict_at(&p, 10000);
        evict_at(&p, 20000);
        assert_int_equal(engine_is_evicted(p.engine, SPAN("x")), closings == 1022);
        assert_true(engine_is_evicted(p.engine, SPAN("alone")));
        play_end(&p);
    }
}

static void one_that_cannot_be_read_leaves_all_as_it_was(void **state) {
    (void)state;
    struct play p;
    start(&p, PER_CUSTOMER);
    whole(&p, 0, "x", "k1");
    whole(&p, 10, "y", "k1");
    evict_at(&p, 10000);
    assert_int_equal(evict_at(&p, 20000), 2);
    for (journal.fails = 1; journal.fails <= 2; journal.fails++) {
        journal.reads = 0;
        assert_int_equal(engine_recall(p.engine, SPAN("y")), -1);
        assert_int_equal(engine_size(p.engine).contacts, 0);
        assert_int_equal(engine_size(p.engine).evicted, 2);
    }
    journal.fails = 0;
    assert_int_equal(engine_recall(p.engine, SPAN("y")), 0);
    assert_int_equal(engine_size(p.engine).contacts, 2);
    assert_int_equal(engine_size(p.engine).evicted, 0);
    expect(&p, 0, 1, 1);
    play_end(&p);
}

static void an_event_that_waited_brings_back_what_it_shares(void **state) {
    (void)state;
    struct play p;
    start(&p, PAUSED);
    whole(&p, 0, "x", "k1");
    struct row *row = &journal.rows[journal.count];
    *row = (struct row){40000 * 1000, "w", "offered", "k1"};
    struct attr attr;
    struct event e = event_of(row, ++journal.count, &attr);
    engine_event(p.engine, &e);
    evict_at(&p, 10000);
    assert_int_equal(evict_at(&p, 20000), 1);
    assert_int_equal(journal.reads, 0);
    engine_advance(p.engine, 40000 * 1000, 40000 * 1000);
    assert_int_equal(journal.reads, 1);
    assert_int_equal(engine_size(p.engine).contacts, 2);
    play_end(&p);
}

static void without_a_reader_only_those_leave_that_share_nothing(void **state) {
    (void)state;
    struct play p;
    start(&p, PER_CUSTOMER);
    engine_set_recall(p.engine, NULL, NULL);
    whole(&p, 0, "x", "k1");
    whole(&p, 10, "y", "");
    evict_at(&p, 10000);
    evict_at(&p, 20000);
    assert_false(engine_is_evicted(p.engine, SPAN("x")));
    assert_true(engine_is_evicted(p.engine, SPAN("y")));
    play_end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_a_customer_leave_when_nothing_is_open),
        cmocka_unit_test(what_is_shared_brings_them_back),
        cmocka_unit_test(what_is_settled_stays_away),
        cmocka_unit_test(until_it_is_settled_it_comes_back),
        cmocka_unit_test(a_recent_one_is_made_whole),
        cmocka_unit_test(whoever_asks_about_it_is_told_all),
        cmocka_unit_test(the_others_come_with_the_one_that_is_named),
        cmocka_unit_test(a_late_event_joins_those_of_two_customers),
        cmocka_unit_test(a_component_has_bounds),
        cmocka_unit_test(one_that_cannot_be_read_leaves_all_as_it_was),
        cmocka_unit_test(an_event_that_waited_brings_back_what_it_shares),
        cmocka_unit_test(without_a_reader_only_those_leave_that_share_nothing),
    };
    return PLAY_ALL(tests);
}
