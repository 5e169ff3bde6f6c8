/* batch: what the inputs have handed to the service and is not yet known to be on disk.
 * Owns: copies of the lines from sockets that are not on disk, the lists of clients that wait for it.
 * Must not know: sockets, files, what is on a line. */
#ifndef SLAD_INGEST_BATCH_H
#define SLAD_INGEST_BATCH_H

#include "slad/base/buf.h"
#include "slad/loop/loop.h"
#include "slad/service/intake.h"
#include "slad/service/service.h"

/* A turn takes in far less; where commits are slower than that, clients wait. */
#define BATCH_BYTES_MAX (16 * 1024 * 1024)

struct client;

/* What waits for one commit. */
struct part {
    struct buf lines;       /* struct entry and its line, one after the other */
    struct client *clients; /* with something to be told or kept for, once it is on disk */
    uint64_t written;       /* the intake_batch() that has to be on disk for it */
};
struct batch {
    struct loop *loop;
    struct service *service;
    struct part open;       /* goes on */
    struct part sealed;     /* is being committed, while the service collects the next */
    struct client *waiting; /* paused until more is taken */
    bool stalled;           /* the service takes nothing */
    bool lost;              /* the lines must be handed in again */
    bool handing;           /* inside the service */
    bool turn_over;         /* see run_settle() */
    struct loop_task settle, replay;
    /* The batch is on disk, or lines are taken again: told at the end of both. */
    void (*go_on)(void *arg);
    void *arg;
};

void batch_init(struct batch *batch, struct loop *loop, struct service *service);
void batch_fini(struct batch *batch); /* after all clients are gone */

/* To be called before lines are handed in: tells the service the time. */
void batch_turn(struct batch *batch);
/* Whether lines from sockets are taken now. */
bool batch_takes(const struct batch *batch);
/* intake_line() and its kin, remembered as part of this batch. After INTAKE_UNABLE or an error the batch is
 * stalled: what was not taken is to be handed in again after go_on(). */
enum intake_verdict batch_line(
    struct batch *batch, const struct intake_source *source, struct span line, struct err *err) WARN_UNUSED;
size_t batch_lines(struct batch *batch, const struct intake_source *source, const struct span *lines, size_t count,
    enum intake_verdict *verdicts, struct err *err) WARN_UNUSED;
enum intake_verdict batch_too_long(
    struct batch *batch, const struct intake_source *source, struct err *err) WARN_UNUSED;
int batch_position(struct batch *batch, const struct intake_position *position, struct err *err) WARN_UNUSED;
int batch_forget(struct batch *batch, const struct intake_position *position, struct err *err) WARN_UNUSED;
/* Anything else that is written with the lines: write() calls what the service has for it. */
int batch_write(struct batch *batch, int (*write)(void *arg, struct service *service, struct err *err), void *arg,
    struct err *err) WARN_UNUSED;
/* The intake_batch() that has to be on disk for all that was handed in so far; whether it is. */
uint64_t batch_written(const struct batch *batch);
bool batch_is_durable(const struct batch *batch, uint64_t written);
/* Whether somebody waits for an answer that goes out once the batch is on disk. */
bool batch_is_awaited(const struct batch *batch);
/* Keeps a client's line until it is on disk; the client is pending from now on. */
void batch_keep(struct batch *batch, struct client *client, uint64_t number, struct span line);
/* The client has to hear of the commit. */
void batch_pend(struct batch *batch, struct client *client);
/* Pauses the client until lines are taken again. */
void batch_wait(struct batch *batch, struct client *client);

/* From the service's listener. */
void batch_committed(struct batch *batch);
void batch_failed(struct batch *batch);
void batch_recovered(struct batch *batch);

#endif
