/* tally: what came in at one input since the start, and what was wrong with it last.
 * Owns: nothing; plain storage of the input's.
 * Must not know: what kind of input it is. */
#ifndef SLAD_INGEST_TALLY_H
#define SLAD_INGEST_TALLY_H

#include "slad/service/intake.h"
#include "slad/wire/write.h"

struct tally { /* zero-initialise to start */
    uint64_t lines, rejected;
    int64_t line_ms, error_ms; /* of the last; 0: none */
    char error[256];
};

/* A line that was not blank. */
void tally_line(struct tally *tally, int64_t now_ms);
void tally_rejected(struct tally *tally, const char *reason, int64_t now_ms);
/* Adds the members rejected, last_line, last_error and last_error_at. */
void tally_write(const struct tally *tally, struct json_writer *w);

#endif
