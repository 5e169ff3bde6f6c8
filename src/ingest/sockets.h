/* sockets: the inputs that are listened at, for connections that send event lines.
 * Owns: the listening sockets and all their clients.
 * Must not know: files, what is on a line. */
#ifndef SLAD_INGEST_SOCKETS_H
#define SLAD_INGEST_SOCKETS_H

#include "ingest/batch.h"
#include "ingest/client.h"

/* Enough for every desk of the largest centres; beyond it memory for unfinished lines would pass 256 MiB. */
#define SOCKETS_CLIENTS_MAX 4096

/* endpoint is a unix or tcp one; inherited_fd as in struct listen_options. *out is freed by input_close(). */
int input_open(struct batch *batch, const struct endpoint *endpoint, int inherited_fd, struct input **out,
    struct err *err) WARN_UNUSED;
/* Reads the token anew, where one is asked for; on failure the one it has is kept. The errors of secret_read_token(). */
int input_read_token(struct input *input, struct err *err) WARN_UNUSED;
void input_close(struct input *input); /* NULL is fine */

#endif
