/* A test of standards says exactly what is not as it was expected. */
#include "../conf/folder.h"

#include "slad/service/trial.h"

static const char RULES[] =
    "standards:\n"
    "  calls: {start: offered, stop: answered, within: 2m, by: queue, target: 90%, window: 10m}\n"
    "  csat: {when: scored, value: score, at_least: 4, target: mean >= 4}\n"
    "  reply: {start: asked, stop: told, repeat: true, within: 1m}\n"
    "tests:\n"
    "  - name: n\n"
    "    at: 2026-03-02T08:00:00Z\n"
    "    events:\n"
    "      - {at: +1s, contact: b, event: offered, queue: q1}\n"
    "      - {at: +30s, contact: b, event: answered}\n"
    "      - {at: +0s, contact: a, event: offered, queue: q1}\n"
    "      - {at: +0s, contact: c, event: offered, queue: 3}\n"
    "      - {at: +3m, contact: s, event: scored, score: 4.5}\n"
    "      - {at: +3m, contact: t, event: scored, score: 3}\n"
    "      - {at: +0s, contact: r, event: asked}\n"
    "      - {at: +10s, contact: r, event: told}\n"
    "      - {at: +20s, contact: r, event: asked}\n"
    "    expect:\n"
    "      - ";

static void note(void *arg, const struct trial_failure *f) {
    buf_printf(arg, "%d: %s: expected %s, found %s\n", f->line, f->about, f->expected, f->found);
}

/* What an expectation (the item of the list, from its "{" on) fails with; the caller frees. */
static char *failures(const char *expectation) {
    struct folder folder;
    struct findings findings = {0};
    struct test_file *file = NULL;
    struct buf text = {0}, said = {0};
    folder_make(&folder);
    buf_printf(&text, "%s%s\n", RULES, expectation);
    folder_write(&folder, "t.yaml", buf_text(&text));
    int code = test_file_load(folder_at(&folder, "t.yaml"), &file, &findings);
    findings_render(&findings, &said);
    if (code) fail_msg("%s", buf_text(&said));
    buf_clear(&said);
    buf_add_text(&said, "");
    size_t count = trial_run(&(struct trial_options){&file->config->rules, &file->tests[0], note, &said});
    size_t lines = 0;
    for (const char *c = buf_text(&said); *c; c++) lines += *c == '\n';
    assert_int_equal(count, lines);
    char *result = mem_dup_text(span_of(buf_text(&said)));
    buf_fini(&text);
    buf_fini(&said);
    findings_fini(&findings);
    test_file_free(file);
    folder_remove(&folder);
    return result;
}

static const struct {
    const char *expectation, *failures;
} table[] = {
    /* figures */
    {"{at: +1m, standard: calls, group: {queue: q1}, open: 1, counted: 1, met: 1, missed: 0, excluded: 0, "
     "attainment: 100%, mean: 29s, min: 29s, max: 29s, state: met}",
        ""},
    {"{at: +3m, standard: calls, group: {queue: q1}, counted: 2, attainment: 50.0%, state: breached}", ""},
    {"{at: +3m, standard: calls, group: {queue: \"3\"}, missed: 1, mean: null}", ""},
    {"{at: +2m, standard: calls, group: {queue: 3}, missed: 0}", ""},
    {"{at: +2m1ms, standard: calls, group: {queue: 3}, missed: 0}",
        "19: calls {\"queue\":\"3\"}: missed: expected 0, found 1\n"},
    {"{at: +3m, standard: calls, group: {queue: none}, counted: 0, open: 0, state: no_data, attainment: "
     "null}",
        ""},
    {"{at: +3m, standard: calls, group: {queue: null}, counted: 1, attainment: 5%, mean: 1s}",
        "19: calls {\"queue\":null}: counted: expected 1, found 0\n"
        "19: calls {\"queue\":null}: attainment: expected 5%, found null\n"
        "19: calls {\"queue\":null}: mean: expected 1s, found null\n"},
    {"{at: +3m, standard: calls, group: {queue: q1}, attainment: 49.9%, mean: 30s, state: met, open: 0}",
        "19: calls {\"queue\":\"q1\"}: open: expected 0, found 1\n"
        "19: calls {\"queue\":\"q1\"}: attainment: expected 49.9%, found 50% (1 of 2)\n"
        "19: calls {\"queue\":\"q1\"}: mean: expected 30s, found 29s\n"
        "19: calls {\"queue\":\"q1\"}: state: expected met, found breached\n"},
    {"{standard: csat, counted: 2, mean: 3.75, min: 3, max: 4.5}", ""},
    {"{standard: csat, mean: 3.8}", "19: csat: mean: expected 3.8, found 3.75\n"},
    {"{at: +20m, standard: calls, group: {queue: q1}, counted: 0, open: 1}", ""},
    /* contacts */
    {"{at: +1m, standard: calls, contact: b, outcome: met, started: +1s, due: +2m1s, decided: +30s, ended: "
     "+30s, "
     "elapsed: 29s}",
        ""},
    {"{at: +1m, standard: calls, contact: a, outcome: running, due: +2m, decided: null, ended: null}", ""},
    {"{at: +1m, standard: calls, contact: a, group: {queue: q1}, outcome: running}", ""},
    {"{at: +1m, standard: calls, contact: s, group: {queue: q1}, outcome: running}",
        "19: calls of contact s: outcome: expected running, found none\n"},
    {"{at: +1m, standard: calls, contact: a, group: {queue: q2}, outcome: running}",
        "19: calls of contact a: outcome: expected running, found none\n"},
    {"{at: +3m, standard: calls, contact: a, outcome: met, due: +3m}",
        "19: calls of contact a: outcome: expected met, found missed\n"
        "19: calls of contact a: due: expected +3m, found +2m\n"},
    {"{at: +0s, standard: calls, contact: b, outcome: met}",
        "19: calls of contact b: outcome: expected met, found none\n"},
    {"{at: +15s, standard: reply, contact: r, outcome: met, elapsed: 10s}", ""},
    {"{at: +25s, standard: reply, contact: r, outcome: running, started: +20s}", ""},
    {"{standard: csat, contact: t, outcome: missed, elapsed: 3}", ""},
    {"{standard: csat, contact: s, outcome: met, elapsed: 4}",
        "19: csat of contact s: elapsed: expected 4, found 4.5\n"},
    /* lists */
    {"{at: +1m, breaches: [], levels: []}", ""},
    {"{at: +2m, standard: calls, breaches: [{contact: a}]}",
        "19: breaches: expected calls of contact a, found none\n"},
    {"{at: +150s, standard: calls, breaches: [{contact: c, group: {queue: 3}, due: +2m, ended: null, "
     "elapsed: null}, "
     "{contact: a}]}",
        ""},
    {"{at: +150s, standard: calls, breaches: [{contact: a, due: +3m}, {contact: c}]}",
        "19: breaches: expected calls of contact a, due +3m, found calls of contact a {\"queue\":\"q1\"}, "
        "due +2m\n"},
    {"{at: +150s, standard: calls, breaches: [{due: +2m}, {contact: a}]}", ""},
    {"{at: +150s, breaches: [{standard: calls, contact: a}, {standard: reply, contact: r}]}",
        "19: breaches: expected no other, found calls of contact c {\"queue\":\"3\"}, due +2m\n"},
    {"{at: +3m, standard: calls, levels: [{group: {queue: q1}, target: 90%, opened: +2m1ms}, {group: {queue: "
     "3}}]}",
        ""},
    {"{at: +3m, levels: [{standard: csat, opened: +3m}]}",
        "19: levels: expected no other, found calls, attainment >= 90% {\"queue\":\"3\"}, opened +2m1ms\n"
        "19: levels: expected no other, found calls, attainment >= 90% {\"queue\":\"q1\"}, opened +2m1ms\n"},
    {"{at: +3m, standard: csat, levels: [{opened: +2m}]}",
        "19: levels: expected csat, opened +2m, found csat, mean >= 4, opened +3m\n"},
    {"{at: 2026-03-02T07:00:00Z, standard: calls, contact: a, outcome: none}", ""},
    /* in whatever order they are written */
    {"{at: +3m, standard: csat, counted: 2}\n      - {at: +1m, standard: csat, counted: 1}\n"
     "      - {at: +1m, standard: csat, counted: 2}",
        "20: csat: counted: expected 1, found 0\n21: csat: counted: expected 2, found 0\n"},
};

static void each_failure_is_told(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *said = failures(table[i].expectation);
        if (strcmp(said, table[i].failures) != 0) {
            print_error("%s\nwanted %s\nsaid   %s\n", table[i].expectation, table[i].failures, said);
            wrong++;
        }
        free(said);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_failure_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
