#include "slad/base/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "slad/base/mem.h"

struct answer {
    bool is_given;
    int code;
    struct err err;
};
struct child {
    pid_t pid;
    bool has_ended;
    struct answer *answer; /* shared with it */
};

/* ---------------------------------------------------------------- in the child */

static void close_others(int fd) {
    if (fd > STDERR_FILENO + 1) (void)close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    (void)close_range((unsigned)(fd > STDERR_FILENO ? fd : STDERR_FILENO) + 1, ~0U, 0);
}

/* What the parent does on a signal is none of its business: a handler would write to a pipe that both hold. */
static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) (void)signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void be_child(struct child *child, pid_t parent, child_run *run, void *arg, int fd) {
    close_others(fd);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1); /* it died before that */
    reset_signals();
    child->answer->code = run(arg, &child->answer->err);
    child->answer->is_given = true;
    _exit(0);
}

/* ---------------------------------------------------------------- in the parent */

static void free_child(struct child *child) {
    (void)munmap(child->answer, sizeof *child->answer);
    free(child);
}

int child_start(child_run *run, void *arg, int fd, struct child **out, struct err *err) {
    struct answer *answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answer == MAP_FAILED) return err_set(err, ERR_IO, "no memory to share with a process: %s", strerror(errno));
    struct child *child = mem_zalloc(sizeof *child);
    child->answer = answer;
    sigset_t all, before;
    pid_t parent = getpid();
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    child->pid = fork();
    int reason = errno;
    if (child->pid == 0) be_child(child, parent, run, arg, fd);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (child->pid < 0) {
        free_child(child);
        return err_set(err, ERR_IO, "cannot start a process: %s", strerror(reason));
    }
    *out = child;
    return 0;
}

static void wait_for(struct child *child, int options) {
    pid_t got;
    if (child->has_ended) return;
    do got = waitpid(child->pid, NULL, options);
    while (got < 0 && errno == EINTR);
    child->has_ended = got != 0; /* nobody else waits for it; if somebody did, it has ended */
}

bool child_has_ended(struct child *child) {
    wait_for(child, WNOHANG);
    return child->has_ended;
}

int child_end(struct child *child, struct err *err) {
    wait_for(child, 0);
    const struct answer *answer = child->answer;
    int code = answer->is_given ? answer->code : err_set(err, ERR_IO, "the process that was to do it was killed");
    if (answer->is_given && code) *err = answer->err;
    free_child(child);
    return code;
}

void child_kill(struct child *child) {
    if (!child) return;
    if (!child_has_ended(child)) (void)kill(child->pid, SIGKILL);
    wait_for(child, 0);
    free_child(child);
}
