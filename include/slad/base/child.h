/* child: a copy of this process that does one thing while this one goes on, as Redis does to save its memory.
 * Owns: the process, and the page through which it answers.
 * Must not know: what it does.
 *
 * The child sees all memory as it is when it begins, and nothing of what is written later. It has the standard streams and
 * one more descriptor, no signal handlers, and no other thread: it must not wait for one. It dies with its parent. */
#ifndef SLAD_BASE_CHILD_H
#define SLAD_BASE_CHILD_H

#include <stdbool.h>
#include "slad/base/err.h"

struct child;
typedef int child_run(void *arg, struct err *err);

/* run(arg, …) goes on in the child, which keeps `fd` open. What it returns, 0 or an error, is the child's answer. */
int child_start(child_run *run, void *arg, int fd, struct child **out, struct err *err) WARN_UNUSED;
/* Costs a system call. */
bool child_has_ended(struct child *child);
/* Waits for its end and frees it. Its answer; ERR_IO: it was killed before it gave one. */
int child_end(struct child *child, struct err *err) WARN_UNUSED;
/* The same, but it is killed. NULL is fine. */
void child_kill(struct child *child);

#endif
