/* ami_talk: what is said over a link to an exchange: the login, the questions, the events (ami_link.h).
 * Owns: nothing; the link is ami_link.c's.
 * Must not know: sockets, when to try again, what is on disk. */
#ifndef SLAD_INGEST_AMI_TALK_H
#define SLAD_INGEST_AMI_TALK_H

#include "ingest/ami_link.h"
#include "ingest/handover.h"
#include "ingest/link_notes.h"
#include "slad/loop/stream.h"
#include "slad/wire/ami.h"

enum {
    ANSWER_MS = 10000,     /* to connect, and to each question of the beginning */
    SILENCE_MS = 20000,    /* between looks: one without a byte since the last asks, the next gives up */
    RETRY_FIRST_MS = 1000, /* after a link broke; doubled from try to try */
};

enum link_state { AWAY, CONNECTING, BANNER, LOGIN, LISTING, MARKING, LIVE };

struct ami_link {
    struct batch *batch;
    const struct endpoint *endpoint;
    char *name;
    struct intake_source source;
    struct ami *ami;
    struct handover handover;
    struct link_notes notes;
    enum link_state state;
    struct connect *connecting;
    struct stream *stream;
    struct loop_timer *timer, *settle;
    bool loaded;       /* what it knew when slad ended */
    bool skipping;     /* in a message that is too long */
    bool held;         /* the stream has messages that could not be taken */
    bool heard, asked; /* LIVE: something came since the timer was set; a ping is on its way */
    bool said_exposed, said_untimed;
    int64_t retry_ms;
    int64_t heard_ms; /* wall clock of the last message */
    uint64_t messages;
    char trouble[512]; /* why it is not connected; "" */
};

/* Of the link; each may be called while bytes are taken. */
void ami_link_go_away(struct ami_link *link, const char *trouble);
/* The login was refused: as above, and it is tried again much later. */
void ami_link_refused(struct ami_link *link, const char *trouble);
/* Whether an event can be taken now. */
bool ami_link_takes(struct ami_link *link);
void ami_link_add(struct ami_link *link, const struct translation *lines);
static inline int64_t ami_link_now(const struct ami_link *link) {
    return loop_now_ms(link->batch->loop);
}

/* Takes what it can off the front of *data; false when that is not all that is whole. It may end the
 * connection. */
bool ami_talk_take(struct ami_link *link, struct span *data);
/* Asks whether it is still there. */
void ami_talk_ping(struct ami_link *link);

#endif
