/* ami_calls: the calls that a manager interface has told of and that have not ended (ami.h).
 * Owns: the calls.
 * Must not know: messages, events.
 *
 *              leave                    connect
 *   WAITING ───────────▶ LEAVING ────────────────────▶ TALKING ───▶ gone: complete
 *      │  ▲                 │ it settles: gone           ▲
 *      │  └─ away ──────────┘                            │
 *      ├─ connect (its leave was not seen) ──────────────┘
 *      └─ abandon: gone */
#ifndef SLAD_WIRE_AMI_CALLS_H
#define SLAD_WIRE_AMI_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/base/err.h"

/* Waiting and talking at once in the largest exchange, ten times over; beyond it the oldest are let go. */
enum { AMI_CALLS_MAX = 10000 };

enum ami_phase { AMI_WAITING, AMI_LEAVING, AMI_TALKING };
struct ami_call {
    char *call, *queue;
    uint64_t visit;
    enum ami_phase phase;
    int64_t left_ms;     /* LEAVING: by the exchange's clock */
    int64_t heard_ms;    /* LEAVING: by ours */
    int64_t answered_ms; /* TALKING */
    char *agent, *leg;   /* TALKING: the member, and the id of that side of the call; NULL: not told */
    bool doubtful;       /* not heard of since the link was made anew */
};

struct ami_calls {
    struct ami_call **list; /* by age */
    size_t count, capacity;
};

struct ami_call *ami_calls_add(struct ami_calls *calls, struct span call, struct span queue, uint64_t visit);
/* In the queue: WAITING or LEAVING. NULL: there is none. */
struct ami_call *ami_calls_queued(const struct ami_calls *calls, struct span call, struct span queue);
struct ami_call *ami_calls_talking(const struct ami_calls *calls, struct span call, struct span queue);
/* The one of this agent in this queue that was answered nearest to answered_ms; by the agent's side, where
 * that is told. NULL. */
struct ami_call *ami_calls_of_agent(const struct ami_calls *calls, struct span queue, struct span agent,
    struct span leg, int64_t answered_ms);
void ami_calls_answer(struct ami_call *call, struct span agent, struct span leg, int64_t at_ms);
/* Whatever this agent talks to in this queue may go on. */
void ami_calls_confirm(struct ami_calls *calls, struct span queue, struct span agent);
void ami_calls_remove(struct ami_calls *calls, struct ami_call *call);
void ami_calls_clear(struct ami_calls *calls);

void ami_calls_save(const struct ami_calls *calls, struct buf *out);
/* ERR_INVALID: calls are left empty. */
int ami_calls_load(struct ami_calls *calls, struct span text, struct err *err) WARN_UNUSED;

#endif
