/* intake: the write path: an event line into the journal and the engine, in the turn's transaction.
 * Owns: the line reader, the batch.
 * Must not know: where lines come from, how senders are answered.
 *
 * Within a turn (service.h). What is taken in belongs to the batch intake_batch(); once intake_durable() has reached
 * that number it may be acknowledged. */
#ifndef SLAD_SERVICE_INTAKE_H
#define SLAD_SERVICE_INTAKE_H

#include "slad/base/err.h"
#include "slad/base/span.h"
#include "slad/service/service.h"

enum intake_verdict {
    INTAKE_ACCEPTED,
    INTAKE_DUPLICATE, /* the journal holds its id: as good as accepted, ignored */
    INTAKE_REJECTED,  /* err has the reason for the sender; counted and, now and then, logged */
    INTAKE_HELLO,     /* a client that wants to be answered; nothing to store */
    INTAKE_BLANK,     /* nothing on the line */
    INTAKE_UNABLE,    /* the service does not accept now, or failed at this line: stop, and try again later */
};

/* Takes a line in (without its newline). `source` names where it comes from, for the log: "unix:/run/slad/events.sock". */
enum intake_verdict intake_line(
    struct service *service, const char *source, struct span line, struct err *err) WARN_UNUSED;
/* Counts and logs a line that never became whole (too long); the verdict is INTAKE_REJECTED, err says why. */
enum intake_verdict intake_too_long(struct service *service, const char *source, struct err *err);

uint64_t intake_batch(const struct service *service);   /* the one that collects now; from 1 */
uint64_t intake_durable(const struct service *service); /* the last one on disk; 0: none */

/* Notes in the turn's transaction why a breach is excused, and by whom; an earlier excuse gives way. ERR_NOT_FOUND: there
 * is no breach of this id. */
int intake_excuse(struct service *service, int64_t breach, int64_t uid, struct span text, struct err *err) WARN_UNUSED;

/* How far a followed file has been taken in, and which file it was. */
struct intake_position {
    struct span name; /* the path; the key */
    uint64_t device, inode;
    int64_t birth_ns;
    uint64_t head_hash, head_bytes, tail_hash, tail_bytes;
    uint64_t offset; /* bytes taken in, past whole lines */
    uint64_t lines;
};
/* Stores a position in the turn's transaction, with the lines taken in before it. */
int intake_position_put(struct service *service, const struct intake_position *position, struct err *err) WARN_UNUSED;
/* 0; 1: none is stored. out->name is `name`. */
int intake_position_get(
    struct service *service, struct span name, struct intake_position *out, struct err *err) WARN_UNUSED;

#endif
