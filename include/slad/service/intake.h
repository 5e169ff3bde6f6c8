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
#include "slad/wire/translate.h"

enum intake_verdict {
    INTAKE_ACCEPTED,
    INTAKE_DUPLICATE, /* the journal holds its id: as good as accepted, ignored */
    INTAKE_REJECTED,  /* err has the reason for the sender; counted and, now and then, logged */
    INTAKE_HELLO,     /* a client that wants to be answered; nothing to store */
    INTAKE_BLANK,     /* nothing on the line */
    INTAKE_UNABLE,    /* the service does not accept now, or failed at this line: stop, and try again later */
};

/* A connection or a followed file; its owner's. */
struct intake_source {
    const char *name;              /* for the log: "unix:/run/slad/events.sock" */
    struct translator *translator; /* NULL: its records are event lines */
};

/* What a source's translator is to be given; it lives as long as the service. */
const struct translate_options *intake_translate_options(struct service *service);

/* Takes a record in (without its newline): a line, or what the source's format has in its place. One that is translated
 * to several events is INTAKE_ACCEPTED when any of them is new; INTAKE_REJECTED when any of them is refused, and then
 * none is taken; INTAKE_BLANK when it tells of none. */
enum intake_verdict intake_line(
    struct service *service, const struct intake_source *source, struct span line, struct err *err) WARN_UNUSED;
/* The same for several records of one source, up to the first that is INTAKE_REJECTED or INTAKE_UNABLE, which err is about:
 * how many were handed in, at least one, and a verdict for each of them. They are read together, so that what the engine
 * will look at is fetched from memory side by side: of a large engine's time that is a seventh. */
enum { INTAKE_TOGETHER = 8 };
size_t intake_lines(struct service *service, const struct intake_source *source, const struct span *lines, size_t count,
    enum intake_verdict *verdicts, struct err *err) WARN_UNUSED;
/* Counts and logs a line that never became whole (too long); the verdict is INTAKE_REJECTED, err says why. */
enum intake_verdict intake_too_long(struct service *service, const struct intake_source *source, struct err *err);

/* So much waits for the commit that is under way that senders who can wait should: until committed() (service.h). */
bool intake_is_full(const struct service *service);

uint64_t intake_batch(const struct service *service);   /* the one that collects now; from 1 */
uint64_t intake_written(const struct service *service); /* the last that has anything written in it; 0: none */
uint64_t intake_durable(const struct service *service); /* the last one on disk; 0: none */

/* Notes in the turn's transaction why a breach is excused, and by whom; an earlier excuse gives way. ERR_NOT_FOUND: there
 * is no breach of this id. */
int intake_excuse(struct service *service, int64_t breach, int64_t uid, struct span text, struct err *err) WARN_UNUSED;

/* How far a followed file has been taken in, and which file it is. */
struct intake_position {
    struct span name; /* the path it is followed as */
    /* The key: which file it is. */
    uint64_t device, inode;
    int64_t birth_ns;
    int64_t mtime_ns; /* of the file, when this was stored */
    int64_t begun_ns; /* the same, when it was first taken up */
    uint64_t head_hash, head_bytes, tail_hash, tail_bytes;
    uint64_t offset; /* bytes taken in, past whole lines */
    uint64_t lines;
    bool done;          /* read to its end, and closed */
    int64_t updated_ms; /* when it was stored; not taken from the caller */
};
/* Stores a file's position in the turn's transaction, with the lines taken in before it. */
int intake_position_put(struct service *service, const struct intake_position *position, struct err *err) WARN_UNUSED;
/* Forgets the position of this file, in the turn's transaction. */
int intake_position_drop(struct service *service, const struct intake_position *position, struct err *err) WARN_UNUSED;
/* All positions that are on disk, of one name the eldest file first. */
typedef void intake_position_visit(void *arg, const struct intake_position *position);
int intake_positions_each(
    struct service *service, intake_position_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif
