#include "service/closures.h"

#include "slad/model/instant.h"

/* The end of the opening that `at` lies in, at most `to`: as far as all time in between is open. */
static int64_t closing(const struct calendar *calendar, int64_t at, int64_t to) {
    int64_t open = at, beyond = to + 1;
    while (beyond - open > 1) {
        int64_t middle = open + (beyond - open) / 2;
        if (calendar_open_between(calendar, at, middle) == middle - at)
            open = middle;
        else
            beyond = middle;
    }
    return open;
}

size_t closures_between(
    const struct calendar *calendar, int64_t from, int64_t to, struct closure *out, size_t room) {
    size_t count = 0;
    for (int64_t at = from; at < to && count < room;) {
        if (calendar_is_open(calendar, at)) {
            at = closing(calendar, at, to);
            continue;
        }
        int64_t next = calendar_next_open(calendar, at);
        if (next == INSTANT_NEVER || next > to) next = to;
        out[count++] = (struct closure){at, next};
        at = next;
    }
    return count;
}

int64_t closures_total(const struct calendar *calendar, int64_t from, int64_t to) {
    return from < to ? to - from - calendar_open_between(calendar, from, to) : 0;
}
