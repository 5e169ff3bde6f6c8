/* fetch: one HTTP request over a Unix socket, waiting for the answer; for command-line programs, not for the
 * daemon. Owns: the connection while it lasts. Must not know: what is asked, who is told. */
#ifndef SLAD_LOOP_FETCH_H
#define SLAD_LOOP_FETCH_H

#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/base/err.h"
#include "slad/base/span.h"

struct fetch_request {
    const char *socket_path;
    const char *method; /* NULL: GET */
    const char *target; /* path and query, encoded: see fetch_encode() */
    struct span body;
    const char *content_type; /* of the body; NULL: application/json */
    int64_t timeout_ms; /* for the whole answer; with on_body, for the head of it; 0: FETCH_TIMEOUT_MS */
    /* When set, the body of an answer with a status below 300 is handed over piece by piece as it comes,
     * without limits of size or time, instead of being gathered; anything but 0 ends the fetch, as a success.
     */
    int (*on_body)(void *arg, struct span piece);
    void *arg;
};
#define FETCH_TIMEOUT_MS 30000
#define FETCH_BODY_MAX                                                                                       \
    (64 * 1024 * 1024) /* far beyond any page of an answer; a runaway peer must not fill memory */

struct fetch_answer { /* zero-initialise; fetch_answer_fini() frees */
    int status;
    struct buf body;
    char content_type[64];
};

/* 0 for any well-formed answer, whatever its status. ERR_NOT_FOUND: no such socket. ERR_IO: nobody listens at
 * it, or the connection broke. ERR_DENIED. ERR_LIMIT: timeout, or a body over FETCH_BODY_MAX. ERR_INVALID:
 * the answer is not HTTP, or the request cannot be sent as such. */
int http_fetch(const struct fetch_request *request, struct fetch_answer *out, struct err *err) WARN_UNUSED;
void fetch_answer_fini(struct fetch_answer *answer);
/* Adds text to a target as one name, value or path segment: everything but letters, digits and "-._~:" as
 * %XX. */
void fetch_encode(struct buf *target, struct span text);

#endif
