/* replay: event files through a fresh engine, without any store (docs/STANDARDS.md: all its events are ordered
 * first).
 * Owns: what it has read, between replay_open() and replay_close().
 * Must not know: the daemon, its database. */
#ifndef SLAD_SERVICE_REPLAY_H
#define SLAD_SERVICE_REPLAY_H

#include "slad/base/buf.h"
#include "slad/base/err.h"
#include "slad/engine/engine.h"
#include "slad/model/format.h"
#include "slad/model/standard.h"
#include "slad/service/book.h"

struct replay;
struct replay_options {
    const char *const *files; /* "-" is standard input; borrowed until replay_close() */
    size_t file_count;
    int64_t until_ms; /* INSTANT_NEVER: the instant of the latest event */
    /* Told of each line (or record of another format, by its first line) that is not taken. May be NULL. */
    void (*rejected)(void *arg, const char *file, size_t line, const char *reason);
    void *arg;
    const struct format *const *formats; /* in step with the files; NULL: all are event lines */
    uint64_t *accepted; /* gets the number of events that were taken. May be NULL */
};
/* Reads the files by these standards, both borrowed, and puts their events in order. ERR_IO and others when a file cannot
 * be read. */
int replay_open(const struct replay_options *options, const struct ruleset *rules, struct replay **out,
    struct err *err) WARN_UNUSED;
void replay_close(struct replay *replay); /* NULL is fine */
/* The instant at which the run ends. */
int64_t replay_until(const struct replay *replay);
/* Takes the events in, once. The engine and the book live as long as the replay. */
struct engine *replay_run(struct replay *replay);
const struct book *replay_book(const struct replay *replay);

/* Opens, runs once, and adds the report (docs/API.md, "The report") to out; indent 0: on one line. */
int replay_report(const struct replay_options *options, const struct ruleset *rules, int indent, struct buf *out,
    struct err *err) WARN_UNUSED;

#endif
