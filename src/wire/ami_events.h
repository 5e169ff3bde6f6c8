/* ami_events: what each event of a manager interface tells (ami.h).
 * Owns: nothing; the state is ami.c's.
 * Must not know: links, gaps. */
#ifndef SLAD_WIRE_AMI_EVENTS_H
#define SLAD_WIRE_AMI_EVENTS_H

#include "slad/wire/ami.h"
#include "wire/ami_calls.h"
#include "wire/queue_event.h"

struct ami {
    struct translate_options options;
    struct ami_calls calls;
    struct buf text;    /* of the lines, one after the other */
    struct span *lines; /* n set as they are added, p once all are */
    size_t line_count, line_capacity;
    bool untimed;
    int64_t last_ms; /* by the exchange's clock */
};

struct ami_message {
    struct span text, call, queue, agent;
    int64_t at_ms;       /* by the exchange's clock */
    int64_t received_ms; /* by ours */
    bool timed;          /* it says the former */
};

/* A line more of the answer to the message at hand. */
void ami_add_line(struct ami *ami, const struct queue_event *event);
/* An event of this call, with nothing more told. */
struct queue_event ami_call_event(const struct ami_call *call, const char *name, int64_t at_ms);
/* A call LEAVING has left: it is gone. */
void ami_tell_left(struct ami *ami, struct ami_call *call);

enum ami_kind {
    AMI_OTHER, /* tells of nothing here */
    AMI_EVENT,
    AMI_ITEM, /* of a list; without a time of its own */
};
enum ami_kind ami_kind(struct span event);
/* Takes one that is not AMI_OTHER. ERR_INVALID, and what visit() says: then nothing has changed. */
int ami_take(struct ami *ami, const struct ami_message *message, struct err *err) WARN_UNUSED;

#endif
