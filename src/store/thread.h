/* thread: how the threads of this room begin.
 * Owns: nothing.
 * Must not know: what they do. */
#ifndef SLAD_STORE_THREAD_H
#define SLAD_STORE_THREAD_H

#include <pthread.h>
#include "slad/base/err.h"

/* Runs run(arg) in a thread that takes no signals: those are the daemon's loop's. ERR_IO: there can be none. */
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg, struct err *err) WARN_UNUSED;

#endif
