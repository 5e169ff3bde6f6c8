#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/timeline.h"
#include "world.h"

static struct config *config;
static struct intern texts;
static struct program *program;
static struct timeline timeline;

static int set_up(void **state) {
    (void)state;
    static const char yaml[] = "standards:\n"
                               "  a: {start: offered, stop: answered, match: {tier: gold}}\n"
                               "  b: {start: offered, stop: answered, per: customer, by: queue}\n"
                               "  c: {start: joined, stop: left, per: [contact, queue]}\n";
    config = world_load(yaml, sizeof yaml - 1);
    if (!config) return -1;
    texts = (struct intern){0};
    program = program_new(&config->rules, &texts);
    timeline_init(&timeline, program, &texts);
    return 0;
}

static int take_down(void **state) {
    (void)state;
    timeline_fini(&timeline);
    program_free(program);
    int left = (int)texts.syms.count;
    intern_fini(&texts);
    config_free(config);
    return left;
}

static struct moment *moment(const char *contact, int64_t at, uint64_t seq, const char *name, const char *attr, const char *text) {
    struct attr attrs[] = {{span_of(attr), value_text(span_of(text))}, {SPAN("colour"), value_bool(true)}};
    struct event event = {.contact = span_of(contact), .name = span_of(name), .at_ms = at, .seq = seq};
    event.attrs = attrs;
    event.attr_count = attr ? 2 : 0;
    struct moment *m = moment_new(&timeline, &event);
    m->contact = timeline_contact(&timeline, event.contact);
    return m;
}

static void contacts_are_found_by_name(void **state) {
    (void)state;
    assert_null(timeline_find(&timeline, SPAN("x")));
    struct contact *x = timeline_contact(&timeline, SPAN("x"));
    assert_ptr_equal(timeline_contact(&timeline, SPAN("x")), x);
    assert_ptr_equal(timeline_find(&timeline, SPAN("x")), x);
    assert_ptr_equal(contact_of(&x->subject), x);
    struct span spare;
    struct group named = subject_texts(&x->subject, &spare);
    assert_true(named.count == 1 && span_eq(named.texts[0], SPAN("x")));
    timeline_drop_contact(&timeline, x);
    assert_null(timeline_find(&timeline, SPAN("x")));
}

static void only_what_is_asked_for_is_kept(void **state) {
    (void)state;
    struct moment *m = moment("x", 5, 1, "offered", "customer", "k1"), *other = moment("x", 6, 2, "note", NULL, NULL);
    /* `contact` because c asks for it, customer; not the colour. */
    assert_int_equal(m->own_count, 2);
    assert_true(m->own[0].slot < m->own[1].slot);
    assert_int_equal(other->name, NAME_UNKNOWN);
    assert_true(moment_matters(program, m, timeline.nothing, program->standards[1].keyspace));
    assert_false(moment_matters(program, m, timeline.nothing, program->standards[2].keyspace));
    assert_false(moment_matters(program, other, timeline.nothing, program->standards[1].keyspace));
    /* What only says again what held is no news to other subjects, what changes it is. */
    struct attrs *k1 = attrs_after(&texts, timeline.nothing, m->own, m->own_count);
    struct moment *again = moment("x", 7, 3, "note", "customer", "k1"), *changed = moment("x", 8, 4, "note", "customer", "k2");
    assert_true(moment_matters(program, again, timeline.nothing, program->standards[1].keyspace));
    assert_false(moment_matters(program, again, k1, program->standards[1].keyspace));
    assert_true(moment_matters(program, changed, k1, program->standards[1].keyspace));
    attrs_drop(&texts, k1);
    moment_free(&timeline, again);
    moment_free(&timeline, changed);
    moment_free(&timeline, m);
    moment_free(&timeline, other);
    moment_free(&timeline, NULL);
}

static void moments_lie_by_instant_contact_and_arrival(void **state) {
    (void)state;
    struct moment *list[] = {moment("b", 5, 9, "offered", NULL, NULL), moment("a", 7, 1, "offered", NULL, NULL),
        moment("b", 7, 2, "offered", NULL, NULL), moment("b", 7, 3, "offered", NULL, NULL),
        moment("ç", 7, 0, "offered", NULL, NULL), moment("a", 8, 0, "offered", NULL, NULL)};
    static const size_t orders[][6] = {{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {3, 0, 5, 1, 4, 2}};
    for (size_t o = 0; o < 3; o++) {
        struct moments moments = {0};
        for (size_t i = 0; i < 6; i++) moments_insert(&texts.pool, &moments, list[orders[o][i]]);
        for (size_t i = 0; i < 6; i++) assert_ptr_equal(moments.list[i], list[i]);
        assert_true(moments_remove(&moments, list[3]));
        assert_false(moments_remove(&moments, list[3]));
        assert_ptr_equal(moments.list[3], list[4]);
        assert_int_equal(moments.count, 5);
        pool_free(&texts.pool, moments.list, moments.capacity * sizeof *moments.list);
    }
    for (size_t i = 0; i < 6; i++) moment_free(&timeline, list[i]);
}

/* The contact's latest moment. */
static void happens(struct contact *contact, struct moment *m) {
    const struct moments *own = &contact->subject.moments;
    m->attrs = attrs_after(&texts, own->count ? own->list[own->count - 1]->attrs : timeline.nothing, m->own, m->own_count);
    moments_insert(&texts.pool, &contact->subject.moments, m);
}

static void subjects_are_named_by_attributes(void **state) {
    (void)state;
    struct contact *x = timeline_contact(&timeline, SPAN("x"));
    happens(x, moment("x", 1, 1, "offered", "tier", "gold"));
    happens(x, moment("x", 2, 2, "offered", "customer", "k1"));
    struct moment **m = x->subject.moments.list;
    uint32_t k = program->standards[1].keyspace;
    assert_null(timeline_subject(&timeline, x, k, m[0]->attrs, 0, FIND_OR_MAKE)); /* no customer */
    assert_null(timeline_subject(&timeline, x, k, m[1]->attrs, 0, FIND_ONLY));
    struct subject *k1 = timeline_subject(&timeline, x, k, m[1]->attrs, 0, FIND_OR_MAKE);
    assert_ptr_equal(timeline_subject(&timeline, x, k, m[1]->attrs, 0, FIND_ONLY), k1);
    assert_ptr_equal(timeline_subject(&timeline, x, 0, m[1]->attrs, 0, FIND_ONLY), &x->subject);
    assert_null(contact_of(k1));
    struct span spare;
    struct group named = subject_texts(k1, &spare);
    assert_true(named.count == 1 && span_eq(named.texts[0], SPAN("k1")));
    assert_null(timeline_subject(&timeline, x, program->standards[2].keyspace, m[1]->attrs, 0, FIND_OR_MAKE));
    timeline_drop_subject(&timeline, k1);
    assert_null(timeline_subject(&timeline, x, k, m[1]->attrs, 0, FIND_ONLY));
}

static void tracks_come_and_go(void **state) {
    (void)state;
    struct contact *x = timeline_contact(&timeline, SPAN("x"));
    assert_null(subject_track(&x->subject, 0));
    for (uint32_t s = 0; s < 3; s++) subject_add_track(&texts.pool, &x->subject, s);
    assert_int_equal(subject_track(&x->subject, 2)->standard, 2);
    subject_drop_track(&x->subject, &texts, 0);
    assert_null(subject_track(&x->subject, 0));
    assert_int_equal(subject_track(&x->subject, 1)->standard, 1);
    assert_int_equal(subject_track(&x->subject, 2)->standard, 2);
    subject_drop_track(&x->subject, &texts, 0);
    assert_int_equal(x->subject.track_count, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, take_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(contacts_are_found_by_name),
        TEST(only_what_is_asked_for_is_kept),
        TEST(moments_lie_by_instant_contact_and_arrival),
        TEST(subjects_are_named_by_attributes),
        TEST(tracks_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
