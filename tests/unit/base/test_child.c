/* A copy of this process: what it sees, what it answers, and that it goes when it is to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "slad/base/child.h"

static int value;

static int answers(void *arg, struct err *err) {
    (void)err;
    return *(int *)arg;
}

static int waits(void *arg, struct err *err) {
    char byte;
    (void)!read(*(int *)arg, &byte, 1);
    return err_set(err, ERR_FULL, "saw %d", value);
}

static int never_ends(void *arg, struct err *err) {
    (void)arg, (void)err;
    for (;;) pause();
    return 0;
}

static void it_answers(void **state) {
    (void)state;
    struct child *child;
    struct err err = {0};
    int zero = 0;
    assert_int_equal(child_start(answers, &zero, STDERR_FILENO, &child, &err), 0);
    assert_int_equal(child_end(child, &err), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left of it */
}

static void it_sees_memory_as_it_was(void **state) {
    (void)state;
    struct child *child;
    struct err err = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    value = 1;
    assert_int_equal(child_start(waits, &ends[0], ends[0], &child, &err), 0);
    value = 2;
    assert_false(child_has_ended(child));
    close(ends[1]); /* it has no copy of it: it reads the end */
    assert_int_equal(child_end(child, &err), ERR_FULL);
    assert_string_equal(err.text, "saw 1");
    close(ends[0]);
}

/* A file that is locked by an open descriptor must not stay so because a child has a copy. */
static int has_descriptor(void *arg, struct err *err) {
    (void)err;
    return fcntl(*(int *)arg, F_GETFD) < 0 && errno == EBADF ? 0 : ERR_IN_USE;
}

static void it_has_no_other_descriptor(void **state) {
    (void)state;
    struct err err = {0};
    int kept = open("/dev/null", O_RDONLY), other = open("/dev/null", O_RDONLY);
    for (int i = 0; i < 2; i++) {
        struct child *child;
        assert_int_equal(child_start(has_descriptor, &other, i ? other : kept, &child, &err), 0);
        assert_int_equal(child_end(child, &err), i ? ERR_IN_USE : 0);
    }
    close(kept);
    close(other);
}

static void a_handler(int number) {
    (void)number;
    value = 3;
}

static int is_default(void *arg, struct err *err) {
    (void)arg, (void)err;
    struct sigaction now;
    sigset_t blocked;
    sigaction(SIGTERM, NULL, &now);
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    return now.sa_handler == SIG_DFL && !sigismember(&blocked, SIGTERM) ? 0 : ERR_INVALID;
}

static void it_has_no_handlers(void **state) {
    (void)state;
    struct child *child;
    struct err err = {0};
    struct sigaction mine = {.sa_handler = a_handler}, before, after;
    sigaction(SIGTERM, &mine, &before);
    assert_int_equal(child_start(is_default, NULL, STDERR_FILENO, &child, &err), 0);
    assert_int_equal(child_end(child, &err), 0);
    sigaction(SIGTERM, &before, &after);
    assert_true(after.sa_handler == a_handler);
}

static void one_that_is_killed_gives_no_answer(void **state) {
    (void)state;
    struct child *child;
    struct err err = {0};
    assert_int_equal(child_start(never_ends, NULL, STDERR_FILENO, &child, &err), 0);
    assert_false(child_has_ended(child));
    child_kill(child);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    child_kill(NULL);
}

static int start_one_and_die(void *arg, struct err *err) {
    struct child *child;
    int *ends = arg;
    (void)!child_start(never_ends, NULL, ends[1], &child, err); /* it alone holds that end, once we are gone */
    raise(SIGKILL);
    return 0;
}

static void it_dies_with_its_parent(void **state) {
    (void)state;
    struct child *child;
    struct err err = {0};
    char byte;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(child_start(start_one_and_die, ends, ends[1], &child, &err), 0);
    close(ends[1]);
    assert_int_equal(child_end(child, &err), ERR_IO);
    assert_non_null(strstr(err.text, "killed"));
    assert_int_equal(read(ends[0], &byte, 1), 0); /* until then it waits */
    close(ends[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers),
        cmocka_unit_test(it_sees_memory_as_it_was),
        cmocka_unit_test(it_has_no_other_descriptor),
        cmocka_unit_test(it_has_no_handlers),
        cmocka_unit_test(one_that_is_killed_gives_no_answer),
        cmocka_unit_test(it_dies_with_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
