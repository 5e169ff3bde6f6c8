/* slow: a question whose answer takes many turns to compute.
 * Owns: the view that computes it, from slow_start() on.
 * Must not know: what is asked. */
#ifndef SLAD_API_SLOW_H
#define SLAD_API_SLOW_H

#include "api/state.h"

struct slow_work {
    void *view;
    /* As view_past_step(): 1: there is more to do; 0: the answer is in out; negative: it failed. */
    int (*step)(void *view, struct buf *out, struct err *err);
    void (*free)(void *view);
};

/* Whether another one is under way; then the request has been answered. */
bool slow_is_busy(const struct question *question);
/* Takes the view over; the request is answered at its end. It stops when the client leaves. */
void slow_start(const struct question *question, const struct slow_work *work);

#endif
