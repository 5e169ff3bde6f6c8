#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slad/base/counters.h"

static char said[70000]; /* what the last say() wrote, more than a pipe holds */
static int old_stderr, reader, writer;

/* Standard error goes into a pipe until it is read back. */
static void listen_in(void) {
    int fds[2];
    assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    reader = fds[0], writer = fds[1];
    old_stderr = dup(STDERR_FILENO);
    assert_true(dup2(writer, STDERR_FILENO) >= 0);
}

static const char *heard(void) {
    dup2(old_stderr, STDERR_FILENO);
    close(old_stderr);
    close(writer);
    size_t size = 0;
    for (ssize_t got; (got = read(reader, said + size, sizeof said - 1 - size)) > 0;) size += (size_t)got;
    said[size] = '\0';
    close(reader);
    return said;
}

static void a_line_has_time_level_and_what(void **state) {
    (void)state;
    unsetenv("JOURNAL_STREAM");
    listen_in();
    log_warning("input paused", "input=%s lines=%d", "pbx-1", 3);
    const char *line = heard();
    const char *pattern = "dddd-dd-ddTdd:dd:dd.dddZ ";
    for (size_t i = 0; pattern[i]; i++) {
        if (pattern[i] == 'd')
            assert_in_range(line[i], '0', '9');
        else
            assert_int_equal(line[i], pattern[i]);
    }
    assert_string_equal(line + strlen(pattern), "warning input paused input=pbx-1 lines=3\n");
}

static void the_journal_gets_a_priority(void **state) {
    (void)state;
    struct stat facts;
    char stream[64];
    listen_in();
    assert_int_equal(fstat(STDERR_FILENO, &facts), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)facts.st_dev, (uintmax_t)facts.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_error("commit failed", "next=%s", "retry");
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)facts.st_dev, (uintmax_t)facts.st_ino + 1);
    setenv("JOURNAL_STREAM", stream, 1); /* inherited, but standard error goes elsewhere now */
    log_error("commit failed", "next=%s", "stop");
    unsetenv("JOURNAL_STREAM");
    const char *lines = heard(), *second = strchr(lines, '\n') + 1;
    assert_memory_equal(lines, "<3>commit failed next=retry\n", 28);
    assert_int_equal(second[0], '2');
    assert_non_null(strstr(second, "Z error commit failed next=stop\n"));
}

static void lines_above_the_level_are_dropped(void **state) {
    (void)state;
    listen_in();
    log_debug("turn", "n=%d", 1);
    log_set_level(LOG_ERROR);
    log_warning("late", "n=%d", 2);
    log_set_level(LOG_DEBUG);
    log_debug("turn", "n=%d", 3);
    log_set_level(LOG_INFO);
    const char *lines = heard();
    assert_null(strstr(lines, "n=1"));
    assert_null(strstr(lines, "n=2"));
    assert_non_null(strstr(lines, "debug turn n=3\n"));
}

static void an_occurrence_stays_one_line(void **state) {
    (void)state;
    listen_in();
    log_info("odd", "text=%s", "a\nb\r\x1b[31m\x7f\xC2\x85 ī\\ \xE2\x80\xAE\xE2\x80\xA8\xFF\xC4");
    const char *line = heard();
    assert_non_null(strstr(line, "info odd text=a\\x0ab\\x0d\\x1b[31m\\x7f\\xc2\\x85 ī\\ \\xe2\\x80\\xae\\xe2\\x80\\xa8\\xff\\xc4\n"));
    assert_int_equal(line[strlen(line) - 1], '\n');
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_long_line_is_cut(void **state) {
    (void)state;
    static char text[9000];
    memset(text, '\n', sizeof text - 1);
    listen_in();
    log_info("long", "text=%s", text);
    const char *line = heard();
    assert_in_range(strlen(line), 4000, 4096);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void nobody_waits_for_a_reader_that_is_stuck(void **state) {
    (void)state;
    static char filling[4096];
    listen_in();
    while (write(writer, filling, sizeof filling) > 0) {
    }
    for (int i = 0; i < 1000; i++) log_info("lost", "n=%d", i); /* a test that takes minutes has failed */
    heard();
    listen_in();
    log_info("there", "n=%d", 1);
    assert_non_null(strstr(heard(), "info there n=1\n"));
}

static void a_closed_standard_error_is_no_harm(void **state) {
    (void)state;
    listen_in();
    close(reader);
    log_info("lost", "n=%d", 1); /* no SIGPIPE */
    close(STDERR_FILENO);
    log_info("lost", "n=%d", 2);
    dup2(old_stderr, STDERR_FILENO);
    close(old_stderr);
    close(writer);
}

static void untrusted_text_is_quoted_and_cut(void **state) {
    (void)state;
    char text[LOG_TEXT_MAX + 50];
    memset(text, 'x', sizeof text);
    assert_string_equal(LOG_TEXT(SPAN("q 1")), "\"q 1\"");
    assert_string_equal(LOG_TEXT(SPAN("\" level=\"\n")), "\"\\\" level=\\\"\\x0a\"");
    const char *first = LOG_TEXT(SPAN("first")), *cut = LOG_TEXT(((struct span){text, sizeof text}));
    assert_int_equal(strlen(cut), LOG_TEXT_MAX + strlen("\"…\""));
    for (int i = 0; i < 6; i++) LOG_TEXT(SPAN("another"));
    assert_string_equal(first, "\"first\"");
}

static void repeated_lines_are_held_back_and_counted(void **state) {
    (void)state;
    uint64_t held = 99, before = counter_values[COUNTER_log_lines_held];
    for (int i = 0; i < 5; i++) {
        assert_true(log_allow("bad line", 1000, &held));
        assert_int_equal(held, 0);
    }
    for (int i = 0; i < 7; i++) assert_false(log_allow("bad line", 1000 + i, &held));
    assert_int_equal(counter_values[COUNTER_log_lines_held], before + 7);
    assert_true(log_allow("other line", 1000, &held)); /* each kind has its own */
    assert_true(log_allow("bad line", 11000, &held));
    assert_int_equal(held, 7);
    assert_false(log_allow("bad line", 11001, &held));
    assert_false(log_allow("bad line", 0, &held)); /* the clock was set back */
    assert_true(log_allow("bad line", 10000, &held));
    assert_int_equal(held, 2);
    for (int i = 0; i < 5; i++) assert_true(log_allow("bad line", INT64_C(1000000000), &held));
    assert_false(log_allow("bad line", INT64_C(1000000000), &held));
}

static void more_kinds_than_expected_are_all_said(void **state) {
    (void)state;
    static char kinds[100][8];
    uint64_t held;
    for (int i = 0; i < 100; i++) {
        snprintf(kinds[i], sizeof kinds[i], "k%d", i);
        assert_true(log_allow(kinds[i], 1000, &held));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_and_what),
        cmocka_unit_test(the_journal_gets_a_priority),
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(an_occurrence_stays_one_line),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(nobody_waits_for_a_reader_that_is_stuck),
        cmocka_unit_test(a_closed_standard_error_is_no_harm),
        cmocka_unit_test(untrusted_text_is_quoted_and_cut),
        cmocka_unit_test(repeated_lines_are_held_back_and_counted),
        cmocka_unit_test(more_kinds_than_expected_are_all_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
