/* queue_event: what happened in a queue of Asterisk, as an event line; one shape for its log and its manager
 * interface (docs/ASTERISK.md, Events). Owns: nothing; the line is added to the caller's buffer. Must not
 * know: how either of them says it. */
#ifndef SLAD_WIRE_QUEUE_EVENT_H
#define SLAD_WIRE_QUEUE_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/wire/translate.h"

#define QUEUE_UNTOLD INT64_MIN /* a number that was not given */

struct queue_event {
    const char *event;
    int64_t at_ms;
    struct span call, queue, agent; /* p == NULL: none */
    uint64_t visit;                 /* of the call to the queue, from 1; 0: it happened to the agent */
    struct span reason;
    const char *ended_by;                /* "agent", "caller", "transfer"; NULL: not told */
    int64_t position;                    /* in the queue, from 1 */
    int64_t waited_s, talked_s, rang_ms; /* as the exchange says */
    int64_t penalty;
    bool recovered; /* found waiting when the link was made again */
    struct span id; /* p == NULL: none */
};

/* With every number untold. */
struct queue_event queue_event_of(const char *event, int64_t at_ms);
/* The line, without a newline. */
void queue_event_line(const struct queue_event *event, struct buf *out);
/* The number of this visit: options->visit, where there is one. */
int queue_visit(const struct translate_options *options, const struct visit *visit, uint64_t *nth,
    struct err *err) WARN_UNUSED;
/* A whole number, with a sign or without; false for anything else. */
bool queue_number(struct span text, int64_t *out);

#endif
