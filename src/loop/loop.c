/* Invariants:
 * 1. Both clocks are read at most once a turn: now_read and steady_read are false from the start of a turn
 * until the first question, so the reading is later than the waking.
 * 2. A task is in at most one ring: tasks (to run), running (being run), pieces, keeps (only loop_free() runs it), or
 * its links are NULL. A ring is circular and its sentinel is in struct loop, so that a task leaves any ring
 * alone.
 * 3. Input callbacks run at INPUT priority and call loop_yield(); everything else is short. So a turn lasts
 *    TURN_US plus one callback and one piece at most.
 * 4. After each pass one piece is run, if there are any: a question waits for one piece at most, however many there are, and
 *    no number of questions keeps the pieces from their turn. */
#include "loop_base.h"

#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include "slad/base/clock.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* How long input is worked on before turn_end, while it keeps coming: what a question waits for. */
#define TURN_US 5000
/* How often a loop under a controlled clock looks at it. */
#define CONTROLLED_TICK_MS 5
/* A timer further off than this fires early and is simply set again by its owner; keeps struct timeval in
 * range. */
#define TIMER_MAX_MS (INT64_C(1000) * 86400 * 365)

struct signal_watch {
    struct signal_watch *next;
    struct event *event;
    int signo;
    void (*run)(void *arg);
    void *arg;
};

struct loop_timer {
    struct event *event;
    void (*run)(void *arg);
    void *arg;
};

struct loop {
    struct event_base *base;
    struct event *tick;  /* while the clock is controlled */
    struct event *bound; /* ends the wait of one turn */
    struct loop_task tasks, running, pieces, keeps;
    struct signal_watch *signals;
    struct event *wake;
    void (*woken)(void *arg);
    void *woken_arg;
    void (*turn_end)(void *arg);
    void *turn_end_arg;
    int64_t now_ms, steady_us;
    bool now_read, steady_read;
    bool worked; /* an input callback ran in this pass */
    bool stopping;
    char *scratch;
    size_t scratch_bytes;
};

static void say(int severity, const char *message) {
    if (severity < EVENT_LOG_WARN) return;
    log_line(severity == EVENT_LOG_ERR ? LOG_ERROR : LOG_WARNING, "libevent", "message=\"%s\"", message);
}

/* A wait that ends is all that is wanted of these. */
static void do_nothing(evutil_socket_t fd, short what, void *arg) {
    (void)fd, (void)what, (void)arg;
}

static void ring_init(struct loop_task *ring) {
    ring->prev = ring->next = ring;
}

static bool ring_empty(const struct loop_task *ring) {
    return ring->next == ring;
}

static void ring_add(struct loop_task *ring, struct loop_task *task) {
    task->prev = ring->prev;
    task->next = ring;
    ring->prev->next = task;
    ring->prev = task;
}

static struct event_base *base_new(void) {
    struct event_config *config = event_config_new();
    if (!config) return NULL;
    event_config_avoid_method(config, "select");
    event_config_avoid_method(config, "poll");
    /* Without the cache and with the precise clock a timer set after a long callback is not short by it, and
     * one of a few milliseconds does not fire early by the coarse clock's tick of four. */
    event_config_set_flag(
        config, EVENT_BASE_FLAG_IGNORE_ENV | EVENT_BASE_FLAG_NO_CACHE_TIME | EVENT_BASE_FLAG_PRECISE_TIMER);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    if (base && event_base_priority_init(base, LOOP_PRIORITIES) != 0) {
        event_base_free(base);
        return NULL;
    }
    return base;
}

struct loop *loop_new(struct err *err) {
    event_set_mem_functions(mem_alloc, mem_realloc, free);
    event_set_log_callback(say);
    signal(SIGPIPE, SIG_IGN);
    struct event_base *base = base_new();
    if (!base) {
        err_set(err, ERR_IO, "the system gives no epoll descriptor to wait for events with");
        return NULL;
    }
    struct loop *loop = mem_zalloc(sizeof *loop);
    loop->base = base;
    ring_init(&loop->tasks);
    ring_init(&loop->running);
    ring_init(&loop->pieces);
    ring_init(&loop->keeps);
    loop->tick = loop_event_new(loop, -1, EV_PERSIST, LOOP_PRIORITY_PROMPT, do_nothing, NULL);
    loop->bound = loop_event_new(loop, -1, 0, LOOP_PRIORITY_PROMPT, do_nothing, NULL);
    return loop;
}

void loop_free(struct loop *loop) {
    if (!loop) return;
    while (!ring_empty(&loop->keeps)) {
        struct loop_task *task = loop->keeps.next;
        loop_task_cancel(task);
        task->run(task->arg);
    }
    while (!ring_empty(&loop->tasks)) loop_task_cancel(loop->tasks.next);
    while (!ring_empty(&loop->pieces)) loop_task_cancel(loop->pieces.next);
    while (loop->signals) {
        struct signal_watch *watch = loop->signals;
        loop->signals = watch->next;
        event_free(watch->event);
        free(watch);
    }
    event_free(loop->tick);
    event_free(loop->bound);
    if (loop->wake) event_free(loop->wake);
    event_base_free(loop->base);
    free(loop->scratch);
    free(loop);
}

struct event *loop_event_new(
    struct loop *loop, int fd, short what, enum loop_priority priority, event_callback_fn run, void *arg) {
    struct event *event = event_new(loop->base, fd, what, run, arg);
    assert(event); /* memory is there, and the arguments are ours */
    event_priority_set(event, (int)priority);
    return event;
}

int64_t loop_now_ms(struct loop *loop) {
    if (!loop->now_read) {
        loop->now_ms = clock_wall_ms();
        loop->now_read = true;
    }
    return loop->now_ms;
}

static int64_t turn_start_us(struct loop *loop) {
    if (!loop->steady_read) {
        loop->steady_us = clock_steady_us();
        loop->steady_read = true;
    }
    return loop->steady_us;
}

int64_t loop_steady_ms(struct loop *loop) {
    return turn_start_us(loop) / 1000;
}

static bool time_is_up(struct loop *loop) {
    return clock_steady_us() - turn_start_us(loop) >= TURN_US;
}

void loop_yield(struct loop *loop) {
    loop->worked = true;
    if (time_is_up(loop)) event_base_loopbreak(loop->base);
}

static struct timeval timeval_of(int64_t ms) {
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* Runs what is ready; waits for something only when wait_ms is not 0. */
static int pass(struct loop *loop, int64_t wait_ms) {
    int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY | (wait_ms ? 0 : EVLOOP_NONBLOCK);
    if (wait_ms > 0) {
        struct timeval wait = timeval_of(wait_ms);
        event_add(loop->bound, &wait);
    }
    loop->worked = false;
    int rc = event_base_loop(loop->base, flags);
    if (wait_ms > 0) event_del(loop->bound);
    return rc < 0 ? ERR_IO : 0;
}

static void run_first(struct loop_task *ring) {
    struct loop_task *task = ring->next;
    loop_task_cancel(task);
    task->run(task->arg);
}

/* A piece, and what is ready by then. */
static int go_on(struct loop *loop) {
    if (!ring_empty(&loop->pieces)) run_first(&loop->pieces);
    return pass(loop, 0);
}

static bool has_input(const struct loop *loop) {
    return (loop->worked || !ring_empty(&loop->pieces)) && !loop->stopping;
}

static void run_tasks(struct loop *loop) {
    while (!ring_empty(&loop->tasks)) { /* what a task schedules is for the next turn */
        struct loop_task *task = loop->tasks.next;
        loop_task_cancel(task);
        ring_add(&loop->running, task);
    }
    while (!ring_empty(&loop->running)) run_first(&loop->running);
}

int loop_turn(struct loop *loop, int64_t wait_ms) {
    loop->now_read = loop->steady_read = false;
    if (clock_is_controlled() && !event_pending(loop->tick, EV_TIMEOUT, NULL)) {
        struct timeval tick = timeval_of(CONTROLLED_TICK_MS);
        event_add(loop->tick, &tick);
    }
    if (!ring_empty(&loop->tasks) || !ring_empty(&loop->pieces) || loop->stopping) wait_ms = 0;
    int rc = pass(loop, wait_ms);
    /* While input keeps coming, go on reading it: the more a commit holds, the less it costs. */
    if (rc == 0 && has_input(loop)) rc = go_on(loop);
    while (rc == 0 && has_input(loop) && !time_is_up(loop)) rc = go_on(loop);
    run_tasks(loop);
    if (loop->turn_end) loop->turn_end(loop->turn_end_arg);
    return rc;
}

void loop_on_turn_end(struct loop *loop, void (*turn_end)(void *arg), void *arg) {
    loop->turn_end = turn_end;
    loop->turn_end_arg = arg;
}

int loop_run(struct loop *loop, void (*turn_end)(void *arg), void *arg) {
    int rc = 0;
    loop_on_turn_end(loop, turn_end, arg);
    while (rc == 0 && !loop->stopping) rc = loop_turn(loop, -1);
    loop->stopping = false;
    return rc;
}

void loop_stop(struct loop *loop) {
    loop->stopping = true;
    event_base_loopbreak(loop->base);
}

void loop_task_schedule(struct loop *loop, struct loop_task *task) {
    if (!task->next) ring_add(&loop->tasks, task);
}

void loop_piece(struct loop *loop, struct loop_task *task) {
    if (!task->next) ring_add(&loop->pieces, task);
}

void loop_keep(struct loop *loop, struct loop_task *task) {
    if (!task->next) ring_add(&loop->keeps, task);
}

void loop_task_cancel(struct loop_task *task) {
    if (!task->next) return;
    task->prev->next = task->next;
    task->next->prev = task->prev;
    task->prev = task->next = NULL;
}

static void timer_fired(evutil_socket_t fd, short what, void *arg) {
    (void)fd, (void)what;
    struct loop_timer *timer = arg;
    timer->run(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*run)(void *arg), void *arg) {
    struct loop_timer *timer = mem_zalloc(sizeof *timer);
    timer->run = run;
    timer->arg = arg;
    timer->event = loop_event_new(loop, -1, 0, LOOP_PRIORITY_PROMPT, timer_fired, timer);
    return timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t delay_ms) {
    if (delay_ms < 0) delay_ms = 0;
    struct timeval delay = timeval_of(delay_ms < TIMER_MAX_MS ? delay_ms : TIMER_MAX_MS);
    event_add(timer->event, &delay);
}

void loop_timer_cancel(struct loop_timer *timer) {
    event_del(timer->event);
}

void loop_timer_free(struct loop_timer *timer) {
    if (!timer) return;
    event_free(timer->event);
    free(timer);
}

static void signal_came(evutil_socket_t signo, short what, void *arg) {
    (void)signo, (void)what;
    struct signal_watch *watch = arg;
    watch->run(watch->arg);
}

void loop_on_signal(struct loop *loop, int signo, void (*run)(void *arg), void *arg) {
    struct signal_watch *watch = loop->signals;
    while (watch && watch->signo != signo) watch = watch->next;
    if (!watch) {
        watch = mem_zalloc(sizeof *watch);
        watch->signo = signo;
        watch->event =
            loop_event_new(loop, signo, EV_SIGNAL | EV_PERSIST, LOOP_PRIORITY_PROMPT, signal_came, watch);
        event_add(watch->event, NULL);
        watch->next = loop->signals;
        loop->signals = watch;
    }
    watch->run = run;
    watch->arg = arg;
}

static void wake_came(evutil_socket_t fd, short what, void *arg) {
    struct loop *loop = arg;
    uint64_t times;
    (void)what;
    (void)!read(fd, &times, sizeof times);
    loop->woken(loop->woken_arg);
}

void loop_on_wake(struct loop *loop, int eventfd, void (*run)(void *arg), void *arg) {
    if (loop->wake) event_free(loop->wake);
    loop->woken = run;
    loop->woken_arg = arg;
    loop->wake = loop_event_new(loop, eventfd, EV_READ | EV_PERSIST, LOOP_PRIORITY_PROMPT, wake_came, loop);
    event_add(loop->wake, NULL);
}

char *loop_scratch(struct loop *loop, size_t bytes) {
    if (loop->scratch_bytes < bytes) {
        loop->scratch = mem_realloc(loop->scratch, bytes);
        loop->scratch_bytes = bytes;
    }
    return loop->scratch;
}
