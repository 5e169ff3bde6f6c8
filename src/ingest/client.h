/* client: one connection that sends event lines, and what it is answered (ingest.h).
 * Owns: its stream, the answers that wait for the commit.
 * Must not know: listening sockets' options, what is on a line. */
#ifndef SLAD_INGEST_CLIENT_H
#define SLAD_INGEST_CLIENT_H

#include "ingest/batch.h"
#include "ingest/tally.h"
#include "slad/base/secret.h"
#include "slad/loop/listen.h"
#include "slad/loop/peer.h"
#include "slad/loop/stream.h"

/* Answers waiting for a commit, beyond which no more lines are read: a line of two bytes may be answered with
 * 300. */
#define CLIENT_ANSWERS_MAX (64 * 1024)
/* Answers that a client has not read, beyond which it is dropped: 18,000 acknowledgements. */
#define CLIENT_UNREAD_MAX (256 * 1024)

/* How long one that must know a token may take for its hello: the connection is somebody's place meanwhile. */
#define CLIENT_HELLO_MS 10000

/* A machine that was unplugged says no goodbye: over TCP one that has been silent for so many seconds is asked by the
 * kernel whether it is still there, and is gone when it does not answer CLIENT_PROBES times, a minute apart. Its place
 * is free after ten minutes; the kernel's own values make it more than two hours. */
#define CLIENT_SILENCE_S 300
#define CLIENT_PROBE_S 60
#define CLIENT_PROBES 5

/* A socket that is listened at. */
struct input {
    struct batch *batch;
    struct listener *listener;
    const struct endpoint *endpoint;
    bool asks_token; /* then the first line of every connection is a hello that has it */
    char token[SECRET_MAX];
    char *source; /* "unix:/run/slad/events.sock" */
    const struct format *format;
    struct client *clients;
    uint64_t client_count; /* connections open */
    struct tally tally;    /* lines that were not blank */
};

/* PENDING: of the open part of the batch, SEALED: of its sealed one; WAITING: paused until more is taken. */
enum client_list { CLIENTS_OF_INPUT, CLIENTS_PENDING, CLIENTS_SEALED, CLIENTS_WAITING, CLIENT_LISTS };

struct client {
    struct input *input;
    struct stream *stream; /* NULL once closed; then the client is pending or sealed and nothing else */
    struct intake_source source;
    struct {
        struct client *next, **link; /* link: what points here; NULL: not in this list */
    } links[CLIENT_LISTS];
    struct peer peer;
    bool admitted;         /* no token is asked for, or it had the right one */
    bool kept_out;         /* it had not: about to be closed */
    struct loop_timer *hello_timer; /* NULL once admitted */
    bool greeted;          /* its first line was a hello: it is answered */
    bool skipping;         /* in a line that is too long */
    bool ended;            /* it sends no more; closed once it has been told */
    uint64_t count, acked; /* lines that were not blank, the hello excepted */
    struct buf answers;    /* rejections of the open part */
    uint64_t sealed_count; /* what count was when the sealed part was closed */
    struct buf sealed_answers;
};

void client_list_add(
    struct client **list, enum client_list which, struct client *client); /* unless it is in */
void client_list_remove(enum client_list which, struct client *client);

void client_open(struct input *input, struct loop *loop, int take_fd);
void client_close(struct client *client); /* at once, whatever is pending; frees it */
const struct intake_source *client_source(const struct client *client);
/* Line `number` was not taken: to be told with the commit. */
void client_reject(struct client *client, uint64_t number, const char *reason);
/* What it has in the open part goes to the sealed one; and back, to this list. */
void client_seal(struct client *client);
void client_unseal(struct client *client, struct client **open);
/* Its lines of the sealed part are on disk: tells it, and lets go of it when it has gone and nothing else waits. */
void client_settled(struct client *client);
/* Reads on after batch_wait(). */
void client_resume(struct client *client);

#endif
