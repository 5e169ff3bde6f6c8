/* ingest: the inputs: event lines from sockets and followed files, acknowledged once they are on disk.
 * Owns: listening sockets, connections, followed files, and the lines handed in that are not yet on disk.
 * Must not know: what an event means; SQL; HTTP.
 *
 * On a socket a client is answered when its first line is {"hello":{…}}: {"ack":N} once its first N lines are
 * on disk, {"reject":N,"reason":"…"} for each line that was not taken, before the ack that covers it. Lines
 * are counted from 1 after the hello; accepted ones, duplicates and rejected ones count, blank ones do not: a
 * client that was cut off goes on with the line after the last ack. Nobody else is answered. A bad line never
 * ends a connection.
 *
 * Lines of a batch that could not be committed are handed in again when the service has recovered; senders do
 * not notice. */
#ifndef SLAD_INGEST_INGEST_H
#define SLAD_INGEST_INGEST_H

#include "slad/base/err.h"
#include "slad/loop/loop.h"
#include "slad/service/service.h"
#include "slad/wire/write.h"

struct ingest;

struct ingest_options {
    /* A listening socket that the service manager holds for this path, or -1. NULL: there are none. */
    int (*inherited_fd)(void *arg, const char *unix_path);
    void *arg;
};

/* Opens config->inputs, borrowed while the service is open, and registers with the service. Nothing is taken
 * in before the loop turns; the owner calls service_commit() at the end of each turn. options may be NULL.
 * The errors of listener_open(). */
int ingest_open(struct loop *loop, struct service *service, const struct config *config,
    const struct ingest_options *options, struct ingest **out, struct err *err) WARN_UNUSED;
/* Closes everything. The service must not be used any more: close it before, so that its last commit is still
 * acknowledged; nothing of it is called from here. NULL is fine. */
void ingest_close(struct ingest *ingest);
/* The TCP port that config->inputs[input] listens at; 0 for other kinds. */
int ingest_port(const struct ingest *ingest, size_t input);
/* Adds an array: {"input":"unix:/run/…","clients":N,"lines":N} for each socket,
 * {"input":"file:/var/log/x.jsonl", "offset":N,"size":N,"lag":N,"lines":N,"error":null|"…"} for each followed
 * file, bytes in all. */
void ingest_status(const struct ingest *ingest, struct json_writer *w);

#endif
