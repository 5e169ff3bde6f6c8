#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include "slad/wire/exposition.h"

static void both_formats(void **state) {
    (void)state;
    struct buf out = {0};
    struct exposition e = {.out = &out};
    exposition_one(&e, METRIC_COUNTER, "slad_commits", "how \"often\" \\ or\nso", 3);
    exposition_family(&e, METRIC_GAUGE, "slad_ratio", "of all");
    exposition_double(&e, SPAN("a=\"b\""), 0.25);
    exposition_double(&e, (struct span){0}, NAN);
    exposition_double(&e, (struct span){0}, -INFINITY);
    exposition_double(&e, (struct span){0}, 1795303835.534);
    exposition_end(&e);
    assert_string_equal(buf_text(&out),
        "# HELP slad_commits_total how \"often\" \\\\ or\\nso\n# TYPE slad_commits_total counter\nslad_commits_total 3\n"
        "# HELP slad_ratio of all\n# TYPE slad_ratio gauge\nslad_ratio{a=\"b\"} 0.25\nslad_ratio NaN\nslad_ratio -Inf\n"
        "slad_ratio 1795303835.534\n");
    buf_clear(&out);
    e = (struct exposition){.out = &out, .format = EXPOSITION_OPENMETRICS};
    exposition_one(&e, METRIC_COUNTER, "slad_commits", "how \"often\"", 3);
    exposition_end(&e);
    assert_string_equal(buf_text(&out),
        "# HELP slad_commits how \\\"often\\\"\n# TYPE slad_commits counter\nslad_commits_total 3\n# EOF\n");
    buf_fini(&out);
}

static void expect_label(const char *before, const char *name, struct span value, const char *text) {
    struct buf labels = {0};
    buf_add_text(&labels, before);
    exposition_label(&labels, span_of(name), value);
    assert_string_equal(buf_text(&labels), text);
    buf_fini(&labels);
}

static void any_text_is_a_label(void **state) {
    (void)state;
    expect_label("", "queue", SPAN("q1"), "queue=\"q1\"");
    expect_label("", "queue", SPAN("a\"b\\c\nd"), "queue=\"a\\\"b\\\\c\\nd\"");
    expect_label("", "queue", SPAN("\xff"), "queue=\"?\"");
    expect_label("", "the queue-\xc3\xbc", SPAN(""), "the_queue___=\"\"");
    expect_label("", "9", SPAN("x"), "label_9=\"x\"");
    expect_label("", "", SPAN("x"), "label_=\"x\"");
    expect_label("", "__name__", SPAN("x"), "label___name__=\"x\"");
    expect_label("", "--x", SPAN("x"), "x_x=\"x\"");
    expect_label("a=\"1\"", "a", SPAN("x"), "a=\"1\",a_=\"x\"");
    expect_label("a=\"1\",a_=\"2\"", "a", SPAN("x"), "a=\"1\",a_=\"2\",a__=\"x\"");
    expect_label("xa=\"1\"", "a", SPAN("x"), "xa=\"1\",a=\"x\"");
    expect_label("b=\"\\\",a=\\\"\"", "a", SPAN("x"), "b=\"\\\",a=\\\"\",a=\"x\""); /* stands in a value */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats),
        cmocka_unit_test(any_text_is_a_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
