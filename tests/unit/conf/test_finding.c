/* Findings are ordered, shown and capped. */
#include "folder.h"

static void add(
    struct findings *findings, bool is_warning, const char *file, int line, int column, const char *text) {
    findings_add(findings, &(struct finding){is_warning, (char *)file, line, column, (char *)text});
}

static void they_are_ordered_by_file_and_place(void **state) {
    (void)state;
    static const char *const files[] = {"z.yaml", "a.yaml"};
    struct findings findings = {0};
    struct buf said = {0};
    add(&findings, false, "earlier.yaml", 9, 9, "stays");
    add(&findings, false, "a.yaml", 1, 1, "third");
    add(&findings, true, "z.yaml", 2, 5, "second");
    add(&findings, false, "z.yaml", 2, 3, "first");
    add(&findings, false, "z.yaml", 2, 3, "first");
    add(&findings, false, "gone.yaml", 0, 0, "cannot be read");
    findings_sort(&findings, 1, files, 2);
    findings_render(&findings, &said);
    assert_string_equal(buf_text(&said), "earlier.yaml:9:9: error: stays\n"
                                         "gone.yaml: error: cannot be read\n"
                                         "z.yaml:2:3: error: first\n"
                                         "z.yaml:2:5: warning: second\n"
                                         "a.yaml:1:1: error: third\n");
    assert_int_equal(findings_errors(&findings), 4);
    buf_fini(&said);
    findings_fini(&findings);
}

static void a_thousand_warnings_hide_no_error(void **state) {
    (void)state;
    struct findings findings = {0};
    struct buf said = {0};
    for (int i = 0; i < FINDINGS_MAX + 5; i++) add(&findings, true, "a", i + 1, 1, "w");
    add(&findings, false, "a", 1, 2, "e");
    add(&findings, false, "a", 1, 3, "another");
    assert_int_equal(findings.count, FINDINGS_MAX + 1);
    assert_int_equal(findings.dropped, 6);
    assert_int_equal(findings_errors(&findings), 2);
    findings_render(&findings, &said);
    assert_non_null(strstr(buf_text(&said), "a:1:2: error: e\n… and 6 more\n"));
    buf_fini(&said);
    findings_fini(&findings);
}

static void nothing_in_them_reaches_a_terminal_raw(void **state) {
    (void)state;
    struct findings findings = {0};
    struct buf said = {0};
    add(&findings, false, "a\nb", 1, 1, "x\x1b[31my\nz");
    findings_render(&findings, &said);
    assert_string_equal(buf_text(&said), "a\\x0ab:1:1: error: x [31my z\n");
    buf_fini(&said);
    findings_fini(&findings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_ordered_by_file_and_place),
        cmocka_unit_test(a_thousand_warnings_hide_no_error),
        cmocka_unit_test(nothing_in_them_reaches_a_terminal_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
