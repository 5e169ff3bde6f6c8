/* closures: the spans of a clock's time in which its calendar was closed.
 * Owns: nothing.
 * Must not know: cycles, words. */
#ifndef SLAD_SERVICE_CLOSURES_H
#define SLAD_SERVICE_CLOSURES_H

#include "slad/model/calendar.h"

struct closure {
    int64_t from_ms, to_ms;
};
/* The first `room` of them between two instants; returns how many. */
size_t closures_between(
    const struct calendar *calendar, int64_t from_ms, int64_t to_ms, struct closure *out, size_t room);
/* How long all of them together are. */
int64_t closures_total(const struct calendar *calendar, int64_t from_ms, int64_t to_ms);

#endif
