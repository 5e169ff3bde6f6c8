/* loop_base: what the files of this room share of the loop beneath its public face.
 * Owns: nothing.
 * Must not know: anything above this room; no other room includes it. */
#ifndef SLAD_LOOP_LOOP_BASE_H
#define SLAD_LOOP_LOOP_BASE_H

#include <stddef.h>
#include <event2/event.h>
#include "slad/loop/loop.h"

/* Timers and signals run before input: they are short, and a deadline must not queue behind bytes. All input
 * has one priority, connections to accept included, so it is served in the order it became ready: none
 * starves another. */
enum loop_priority { LOOP_PRIORITY_PROMPT, LOOP_PRIORITY_INPUT, LOOP_PRIORITIES };

/* An event on fd; what: EV_READ, EV_WRITE, EV_PERSIST. Never NULL; free with event_free(). */
struct event *loop_event_new(
    struct loop *loop, int fd, short what, enum loop_priority priority, event_callback_fn run, void *arg);
/* Milliseconds that never jump, read once a turn. */
int64_t loop_steady_ms(struct loop *loop);
/* Called at the end of each callback on input: ends the turn when its time is used up. What is ready still
 * comes first in the next one. */
void loop_yield(struct loop *loop);
/* Runs the task in this turn or in the next, one such piece at a time: whatever else is ready is served between two. For
 * input that may be much. loop_task_cancel() takes it back. */
void loop_piece(struct loop *loop, struct loop_task *task);
/* At least `bytes` bytes to read into, shared by all streams and gone when the callback returns. */
char *loop_scratch(struct loop *loop, size_t bytes);
/* Has loop_free() run the task if it was not cancelled by then: for what outlives its owner. */
void loop_keep(struct loop *loop, struct loop_task *task);

#endif
