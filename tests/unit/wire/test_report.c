#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "slad/wire/report.h"

static const char *const by[] = {"queue", "team"};
static const char *const per[] = {"contact", "queue"};
static const struct decimal percentiles[] = {{50, 0}, {995, 1}, {9000, 2}, {0, 0}};
static const struct target targets[] = {{.text = "attainment >= 60%"}, {.text = "p95 <= 2m"}};
static const struct standard clock_standard = {.name = "ans\"wered",
    .by = by,
    .by_count = 2,
    .per = per,
    .per_count = 1,
    .percentiles = percentiles,
    .percentile_count = 4,
    .targets = targets,
    .target_count = 2};
static const struct standard value_standard = {.name = "csat",
    .is_value = true,
    .per = per,
    .per_count = 2,
    .per_is_list = true,
    .percentiles = percentiles,
    .percentile_count = 1};

static const struct span group_texts[] = {{"q\n1", 3}, {NULL, 0}};
static const struct span subject_texts[] = {{"k1", 2}, {"sales", 5}};
#define GROUP ((struct group){group_texts, 2})
#define NO_GROUP ((struct group){NULL, 0})
#define SUBJECT(n) ((struct group){subject_texts, n})

static void assert_written(struct buf *out, const char *want) {
    assert_string_equal(buf_text(out), want);
    buf_fini(out);
}

static void test_groups(void **state) {
    (void)state;
    struct buf out = {0};
    group_json(&clock_standard, &GROUP, &out);
    assert_written(&out, "{\"queue\":\"q\\n1\",\"team\":null}");
    group_json(&value_standard, &NO_GROUP, &out);
    assert_written(&out, "{}");
    subject_json(&clock_standard, &SUBJECT(1), &out);
    assert_written(&out, "\"k1\"");
    subject_json(&value_standard, &SUBJECT(2), &out);
    assert_written(&out, "[\"k1\",\"sales\"]");
}

static void test_figures(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    const int64_t values[] = {30000, 30123, 30123, 30000};
    struct figures f = {.standard = &clock_standard,
        .group = GROUP,
        .open = 2,
        .met = 4,
        .missed = 3,
        .excluded = 1,
        .state = STATE_MET,
        .durations = 2,
        .sum = 60123,
        .min = 30000,
        .max = 30123,
        .percentiles = values};
    report_figures(&w, &f);
    assert_written(&out,
        "{\"group\":{\"queue\":\"q\\n1\",\"team\":null},\"open\":2,\"state\":\"met\",\"counted\":7,\"met\":4,"
        "\"missed\":3,\"excluded\":1,\"attainment\":0.5714285714285714,\"mean\":30.0615,\"min\":30.0,"
        "\"max\":30.123,\"percentiles\":{\"50\":30.0,\"99.5\":30.123,\"90\":30.123,\"0\":30.0}}");
}

static void test_no_figures(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    struct figures f = {.standard = &value_standard, .group = NO_GROUP, .open = 1, .state = STATE_NO_DATA};
    report_figures(&w, &f);
    assert_written(&out,
        "{\"group\":{},\"open\":1,\"state\":\"no_data\",\"counted\":0,\"met\":0,\"missed\":0,\"excluded\":0,"
        "\"attainment\":null,\"mean\":null,\"min\":null,\"max\":null,\"percentiles\":{\"50\":null}}");
}

static void test_mean_of_large_sums(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    const int64_t values[] = {4000000};
    struct figures f = {.standard = &value_standard,
        .group = NO_GROUP,
        .met = 7,
        .state = STATE_MET,
        .durations = 7,
        .sum = (__int128)1000000025000001,
        .min = -1500000,
        .max = 1,
        .percentiles = values};
    report_figures(&w, &f);
    assert_written(&out,
        "{\"group\":{},\"open\":0,\"state\":\"met\",\"counted\":7,\"met\":7,\"missed\":0,\"excluded\":0,"
        "\"attainment\":1.0,\"mean\":142857146.42857158,\"min\":-1.5,\"max\":0.000001,"
        "\"percentiles\":{\"50\":4.0}}");
}

static void test_breaches(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    struct breach breach = {.standard = &clock_standard,
        .contact = SPAN("y"),
        .subject = SUBJECT(1),
        .group = GROUP,
        .started_ms = 0,
        .due_ms = 120000,
        .decided_ms = 120000,
        .ended_ms = INSTANT_NEVER};
    report_breach(&w, &breach);
    assert_written(&out,
        "{\"kind\":\"contact\",\"standard\":\"ans\\\"wered\",\"contact\":\"y\",\"subject\":\"k1\","
        "\"group\":{\"queue\":\"q\\n1\",\"team\":null},\"started\":\"1970-01-01T00:00:00.000Z\","
        "\"due\":\"1970-01-01T00:02:00.000Z\",\"decided\":\"1970-01-01T00:02:00.000Z\",\"ended\":null,"
        "\"elapsed\":null}");
    breach = (struct breach){.standard = &value_standard,
        .contact = SPAN("y"),
        .subject = SUBJECT(2),
        .group = NO_GROUP,
        .due_ms = INSTANT_NEVER,
        .has_elapsed = true,
        .elapsed = 4500000};
    report_breach(&w, &breach);
    assert_written(&out,
        "{\"kind\":\"contact\",\"standard\":\"csat\",\"contact\":\"y\",\"subject\":[\"k1\",\"sales\"],"
        "\"group\":{},\"started\":\"1970-01-01T00:00:00.000Z\",\"due\":null,"
        "\"decided\":\"1970-01-01T00:00:00.000Z\",\"ended\":\"1970-01-01T00:00:00.000Z\",\"elapsed\":4.5}");
}

static void test_levels(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    struct level_change level = {
        .standard = &clock_standard, .group = GROUP, .target = 1, .opened_ms = 1, .closed_ms = INSTANT_NEVER};
    report_level(&w, &level);
    assert_written(&out,
        "{\"kind\":\"level\",\"standard\":\"ans\\\"wered\",\"group\":{\"queue\":\"q\\n1\",\"team\":null},"
        "\"target\":\"p95 <= 2m\",\"opened\":\"1970-01-01T00:00:00.001Z\",\"closed\":null}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_no_figures),
        cmocka_unit_test(test_mean_of_large_sums),
        cmocka_unit_test(test_breaches),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
