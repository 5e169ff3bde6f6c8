/* Every arrow of the state machine, as a table: keys of the standard, what happens when, what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/cycle.h"
#include "engine/timeline.h"
#include "world.h"

/* Keys come on top of `start: start, stop: stop`. Events are named by their role. In `happens`: "SECONDS ROLE; …", "SECONDS tick" settles what is due before then, and
 * "*ROLE" is of another contact. The cycle in the end, and those before it, as "how outcome@decided due elapsed". */
struct row {
    const char *keys, *happens, *comes;
};

static const struct row rows[] = {
    /* the limit */
    {"within: 10s", "0 start; 5 stop", "stop met@5000 - 5000"},
    {"within: 10s", "0 start; 10 stop", "stop met@10000 - 10000"},
    {"within: 10s", "0 start; 10.001 stop", "stop missed@10000 10000 10001"},
    {"within: 10s", "0 start; 10 tick", "running"},
    {"within: 10s", "0 start; 10.001 tick", "running missed@10000 10000"},
    {"within: 10s", "0 start; 20 tick; 30 stop", "stop missed@10000 10000 30000"},
    {"within: 10s", "0 start; 3 start; 20 tick", "running missed@10000 10000"},
    {"within: 10s", "0 stop", "none"},
    {"", "0 start; 100000 stop", "stop met@100000000 - 100000000"},
    /* fail, with and without a stop */
    {"within: 10s, fail: fail", "0 start; 5 fail", "fail missed@5000 - 5000"},
    {"within: 10s, fail: fail", "0 start; 15 fail", "fail missed@10000 10000 15000"},
    {"no stop, within: 10s, fail: fail", "0 start; 5 fail", "fail missed@5000 - 5000"},
    {"no stop, within: 10s, fail: fail", "0 start; 10 fail", "fail missed@10000 - 10000"},
    {"no stop, within: 10s, fail: fail", "0 start; 10.001 fail", "limit met@10000 10000 10000"},
    {"no stop, within: 10s, fail: fail", "0 start; 11 tick", "limit met@10000 10000 10000"},
    {"no stop, within: 10s, fail: fail, repeat: true", "0 start; 11 tick; 12 start; 13 fail",
        "limit met@10000 10000 10000 | fail missed@13000 - 1000"},
    /* cancel and void */
    {"within: 10s, cancel: cancel", "0 start; 5 cancel", "cancel excluded@5000 - 5000"},
    {"within: 10s, cancel: cancel", "0 start; 15 cancel", "cancel excluded@15000 - 15000"},
    {"within: 10s, cancel: cancel", "0 start; 5 stop; 6 cancel", "stop met@5000 - 5000"},
    {"within: 10s, void: void", "0 start; 5 stop; 6 void", "void excluded@6000 - 5000"},
    {"within: 10s, void: void", "0 start; 5 void", "void excluded@5000 - 5000"},
    {"within: 10s, void: void", "0 start; 15 void", "void excluded@15000 - 15000"},
    {"within: 10s, void: void, cancel: cancel", "0 start; 5 cancel; 6 void", "cancel excluded@5000 - 5000"},
    {"within: 10s, void: void, reopen: reopen", "0 start; 5 stop; 6 void; 7 reopen", "void excluded@6000 - 5000"},
    {"within: 10s, match: {vip: true}, void: void", "0 start; 5 void", "void none@- - 5000"},
    /* of several ends on one event the first counts; what ends and starts ends first */
    {"within: 10s, cancel: stop", "0 start; 5 stop", "cancel excluded@5000 - 5000"},
    {"within: 10s, fail: stop", "0 start; 5 stop", "stop met@5000 - 5000"},
    {"within: 10s, stop: start, repeat: true", "0 start; 5 start; 8 start",
        "stop met@5000 - 5000 | stop met@8000 - 3000 | running"},
    {"within: 10s, repeat: true", "0 start; 5 stop; 6 stop; 7 start; 9 stop", "stop met@5000 - 5000 | stop met@9000 - 2000"},
    {"within: 10s", "0 start; 5 stop; 7 start", "stop met@5000 - 5000"},
    {"within: 10s, repeat: true", "0 start; 15 stop; 15 start; 15 stop", "stop missed@10000 10000 15000 | stop met@15000 - 0"},
    /* pauses */
    {"within: 10s, pause: pause, resume: resume", "0 start; 2 pause; 7 resume; 15 stop", "stop met@15000 - 10000"},
    {"within: 10s, pause: pause, resume: resume", "0 start; 2 pause; 7 resume; 15.001 stop", "stop missed@15000 15000 10001"},
    {"within: 10s, pause: pause, resume: resume", "0 start; 2 pause; 99 tick; 100 stop", "stop met@100000 - 2000"},
    {"within: 10s, pause: pause, resume: resume", "0 pause; 1 start; 99 stop", "stop met@99000 - 0"},
    {"within: 10s, pause: pause, resume: resume", "0 pause; 1 resume; 2 start; 99 stop", "stop missed@12000 12000 97000"},
    {"within: 10s, pause: pause, resume: resume", "0 start; 2 pause; 3 pause; 4 resume; 5 stop", "stop met@5000 - 3000"},
    {"within: 10s, pause: pause, resume: pause", "0 start; 2 pause; 5 stop", "stop met@5000 - 5000"},
    {"within: 10s, pause: pause, resume: resume", "0 start; 10 pause; 99 tick", "running"}, /* used up, not past */
    {"within: 10s, pause: start, resume: resume", "0 start; 20 resume; 21 stop", "stop met@21000 - 1000"},
    /* reopen */
    {"within: 10s, reopen: reopen", "0 start; 5 stop; 100 reopen; 103 stop", "stop met@103000 - 8000"},
    {"within: 10s, reopen: reopen", "0 start; 5 stop; 100 reopen; 105.001 tick", "running missed@105000 105000"},
    {"within: 10s, reopen: reopen", "0 start; 15 stop; 100 reopen; 103 stop", "stop missed@10000 10000 18000"},
    {"within: 10s, reopen: reopen, cancel: cancel", "0 start; 5 cancel; 6 reopen", "cancel excluded@5000 - 5000"},
    {"within: 10s, reopen: stop", "0 start; 5 stop; 8 stop; 9 stop", "stop met@9000 - 6000"},
    {"within: 10s, reopen: start, repeat: true", "0 start; 5 stop; 8 start; 9 stop", "stop met@9000 - 6000"},
    {"within: 10s, reopen: reopen, pause: pause, resume: resume", "0 start; 2 pause; 5 stop; 8 reopen; 9 stop",
        "stop met@9000 - 3000"},
    /* abandon */
    {"within: 10s, abandon: {event: abandon, short: 2s}", "0 start; 2 abandon", "abandon excluded@2000 - 2000"},
    {"within: 10s, abandon: {event: abandon, short: 2s, short_counts: missed}", "0 start; 2 abandon",
        "abandon missed@2000 - 2000"},
    {"within: 10s, abandon: {event: abandon, before_limit: met}", "0 start; 10 abandon", "abandon met@10000 - 10000"},
    {"within: 10s, abandon: {event: abandon}", "0 start; 12 abandon", "abandon missed@10000 10000 12000"},
    {"within: 10s, abandon: {event: abandon, after_limit: excluded}", "0 start; 12 tick; 12 abandon",
        "abandon excluded@12000 - 12000"},
    {"within: 10s, abandon: {event: abandon, after_limit: excluded}", "0 start; 12 stop", "stop missed@12000 10000 12000"},
    {"within: 10s, abandon: {event: abandon, short: 20s, short_counts: met}", "0 start; 12 abandon",
        "abandon met@12000 - 12000"},
    {"within: 10s, abandon: {event: abandon, short: 20s, short_counts: missed, after_limit: excluded}",
        "0 start; 12 abandon", "abandon missed@12000 10000 12000"},
    /* a standard that does not apply */
    {"within: 10s, match: {vip: true}", "0 start; 5 stop", "stop none@- - 5000"},
    {"within: 10s, match: {vip: true}, per: customer", "0 start; 5 *start; 7 stop", "stop none@- - 2000"},
    {"within: 10s, per: customer", "0 start; 5 *start; 7 *stop", "stop met@7000 - 7000"},
};

struct machine {
    struct config *config;
    struct intern texts;
    struct program *program;
    struct timeline timeline;
    struct ledger ledger;
    struct track track;
    struct buf before; /* cycles that were retired */
};

static void describe(const struct cycle *c, struct buf *out) {
    char due[32] = "-", decided[32] = "-";
    if (c->due != INSTANT_NEVER) snprintf(due, sizeof due, "%lld", (long long)c->due);
    if (c->decided != INSTANT_NEVER) snprintf(decided, sizeof decided, "%lld", (long long)c->decided);
    const char *outcome = c->outcome ? outcome_name(c->outcome) : "none";
    if (!cycle_runs(c)) buf_printf(out, "%s %s@%s %s %lld", how_name(c->how), outcome, decided, due, (long long)c->elapsed);
    else if (c->outcome) buf_printf(out, "running %s@%s %s", outcome, decided, due);
    else buf_add_text(out, "running");
}

static void step(struct machine *m, int64_t at, const char *name, uint64_t seq) {
    bool other = *name == '*';
    struct event event = {.contact = other ? SPAN("other") : SPAN("own"), .at_ms = at, .seq = seq};
    event.name = span_of(name + other);
    struct moment *moment = moment_new(&m->timeline, &event);
    moment->contact = timeline_contact(&m->timeline, event.contact);
    moment->attrs = attrs_ref(m->timeline.nothing);
    const struct reaction *reaction = program_reaction(m->program, moment->name, 0);
    struct cycle retired;
    if (reaction && cycle_step(&m->ledger, &m->track, moment, reaction_roles(reaction, NULL, 0), &retired)) {
        describe(&retired, &m->before);
        buf_add_text(&m->before, " | ");
        cycle_fini(&m->texts, &retired);
    }
    moment_free(&m->timeline, moment);
}

static void run(struct machine *m, const char *happens) {
    char text[256], *rest = text, *one;
    uint64_t seq = 0;
    snprintf(text, sizeof text, "%s", happens);
    while ((one = strtok_r(rest, ";", &rest))) {
        char *name;
        int64_t at = (int64_t)(strtod(one, &name) * 1000 + 0.5);
        name++;
        if (strcmp(name, "tick") != 0) step(m, at, name, ++seq);
        else if (m->track.exists) cycle_settle(&m->ledger, &m->track.cycle, at);
    }
}

static void check_row(const struct row *row) {
    struct machine m = {0};
    struct buf yaml = {0};
    bool no_stop = strncmp(row->keys, "no stop, ", 9) == 0, own_stop = strstr(row->keys, "stop: start") != NULL;
    buf_printf(&yaml, "standards: {a: {start: start%s%s%s}}", no_stop || own_stop ? "" : ", stop: stop",
        *row->keys ? ", " : "", no_stop ? row->keys + 9 : row->keys);
    m.config = world_load(buf_text(&yaml), yaml.size);
    assert_non_null(m.config);
    m.program = program_new(&m.config->rules, &m.texts);
    timeline_init(&m.timeline, m.program, &m.texts);
    ledger_init(&m.ledger, &m.program->standards[0], &m.texts);
    run(&m, row->happens);
    if (m.track.exists) describe(&m.track.cycle, &m.before);
    else buf_add_text(&m.before, "none");
    if (strcmp(buf_text(&m.before), row->comes) != 0) print_error("%s: %s\n", row->keys, row->happens);
    assert_string_equal(buf_text(&m.before), row->comes);
    if (m.track.exists) cycle_fini(&m.texts, &m.track.cycle);
    ledger_fini(&m.ledger);
    timeline_fini(&m.timeline);
    program_free(m.program);
    intern_fini(&m.texts);
    config_free(m.config);
    buf_fini(&m.before);
    buf_fini(&yaml);
}

static void every_arrow_leads_where_it_should(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_row(&rows[i]);
}

static void hows_have_names(void **state) {
    (void)state;
    assert_string_equal(how_name(HOW_RUNNING), "");
    assert_string_equal(how_name(HOW_STOP), "stop");
    assert_string_equal(how_name(HOW_LIMIT), "limit");
}

static void elapsed_and_due_count_pauses(void **state) {
    (void)state;
    int64_t pauses[] = {10, 20, 30, INSTANT_NEVER};
    struct cycle c = {.start = 0, .limit_kind = LIMIT_ELAPSED, .limit_ms = 15, .pauses = pauses, .pause_count = 2};
    assert_int_equal(cycle_elapsed(&c, 5), 5);
    assert_int_equal(cycle_elapsed(&c, 15), 10);
    assert_int_equal(cycle_elapsed(&c, 25), 15);
    assert_int_equal(cycle_due(&c), 25);
    c.pause_count = 4;
    assert_int_equal(cycle_elapsed(&c, 99), 20);
    assert_int_equal(cycle_due(&c), 25);
    c.limit_ms = 20; /* used up as the last pause begins: not past, so not known */
    assert_true(cycle_due(&c) == INSTANT_NEVER);
    c.limit_ms = 10; /* used up as the first begins: due when it goes on */
    assert_int_equal(cycle_due(&c), 20);
    c.limit_kind = LIMIT_AT;
    c.limit_ms = 12;
    assert_int_equal(cycle_due(&c), 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_arrow_leads_where_it_should),
        cmocka_unit_test(hows_have_names),
        cmocka_unit_test(elapsed_and_due_count_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
