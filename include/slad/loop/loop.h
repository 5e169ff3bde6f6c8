/* loop: the daemon's heartbeat: turns, timers, signals and work that is cut into slices.
 * Owns: the event base, the wall clock's one reading a turn, the order in which things run.
 * Must not know: events of contacts, HTTP, what a callback does.
 *
 * One turn: wait until something is ready, run what is ready (at most a few milliseconds of it), run the
 * tasks, then turn_end, where the owner commits and acknowledges. One thread; nothing here may block or be
 * called from another thread or from a signal handler. */
#ifndef SLAD_LOOP_LOOP_H
#define SLAD_LOOP_LOOP_H

#include <stdint.h>
#include "slad/base/err.h"

struct loop;
struct loop_timer;

/* NULL and err (ERR_IO) when the system gives no epoll. From now on the process ignores SIGPIPE. */
struct loop *loop_new(struct err *err) WARN_UNUSED;
/* Everything made from the loop must be closed first; streams that were closed with STREAM_FLUSH and still
 * wait for their peer are dropped here. */
void loop_free(struct loop *loop);

/* Called at the end of every turn; NULL for nothing. */
void loop_on_turn_end(struct loop *loop, void (*turn_end)(void *arg), void *arg);
/* loop_on_turn_end(), then turns until loop_stop(). 0, or ERR_IO when waiting for events fails. */
int loop_run(struct loop *loop, void (*turn_end)(void *arg), void *arg) WARN_UNUSED;
/* One turn that waits at most wait_ms (0: not at all; below 0: as long as it takes). 0 or ERR_IO. For tests,
 * and for owners with a loop of their own. */
int loop_turn(struct loop *loop, int64_t wait_ms);
/* loop_run() returns at the end of this turn, after its turn_end. */
void loop_stop(struct loop *loop);
/* The wall clock (ms since the epoch), read once a turn: at the first question after waking. */
int64_t loop_now_ms(struct loop *loop);

/* A piece of work to run soon, without waiting for any event: at the end of this turn when scheduled by an
 * event's callback, in the next one when scheduled by a task. It lives in its owner's memory: fill in run and
 * arg, zero the rest, cancel it before freeing it. */
struct loop_task {
    void (*run)(void *arg);
    void *arg;
    struct loop_task *prev, *next; /* the loop's; NULL while not scheduled */
};
/* Does nothing when the task is scheduled already. */
void loop_task_schedule(struct loop *loop, struct loop_task *task);
void loop_task_cancel(struct loop_task *task);

/* A timer that runs its callback once each time it is set, delay_ms after it was set, by a clock that never
 * jumps. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*run)(void *arg), void *arg);
/* Sets it anew, whether or not it is set; a delay below 0 counts as 0. */
void loop_timer_set(struct loop_timer *timer, int64_t delay_ms);
void loop_timer_cancel(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* timer may be NULL */

/* Runs the callback, in a turn, after the process got this signal. One callback a signal; a later one
 * replaces it. */
void loop_on_signal(struct loop *loop, int signo, void (*run)(void *arg), void *arg);

/* Runs the callback, in a turn, after any thread has written to this eventfd, which the loop empties and does not close.
 * One callback a loop. */
void loop_on_wake(struct loop *loop, int eventfd, void (*run)(void *arg), void *arg);

#endif
