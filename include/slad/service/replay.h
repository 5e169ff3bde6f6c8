/* replay: event files through a fresh engine to a report, without any store (docs/STANDARDS.md: all its events are
 * ordered first).
 * Owns: nothing between calls.
 * Must not know: the daemon, its database. */
#ifndef SLAD_SERVICE_REPLAY_H
#define SLAD_SERVICE_REPLAY_H

#include "slad/base/buf.h"
#include "slad/base/err.h"
#include "slad/model/standard.h"

struct replay_options {
    const struct ruleset *rules;
    const char *const *files; /* event lines; "-" is standard input */
    size_t file_count;
    int64_t until_ms; /* INSTANT_NEVER: the instant of the latest event */
    int indent;       /* of the report; 0: on one line */
    /* Told of each line that is not taken. May be NULL. */
    void (*rejected)(void *arg, const char *file, size_t line, const char *reason);
    void *arg;
};
/* Adds the report (docs/API.md, "The report") to out. ERR_IO and others when a file cannot be read. */
int replay_report(const struct replay_options *options, struct buf *out, struct err *err) WARN_UNUSED;

#endif
