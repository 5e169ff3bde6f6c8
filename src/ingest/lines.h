/* lines: where one event line ends and the next begins.
 * Owns: nothing; the caller keeps `skipping` for each source of bytes, false at first.
 * Must not know: what is on a line, where the bytes come from. */
#ifndef SLAD_INGEST_LINES_H
#define SLAD_INGEST_LINES_H

#include "slad/base/span.h"
#include "slad/model/event.h"

/* Bytes without a newline in them that may still become a line: one of the greatest length, and its CR. */
enum { LINES_BYTES_MAX = EVENT_LINE_MAX + 1 };

enum cut {
    CUT_MORE,     /* no whole line: what is left of data must be seen again, with more */
    CUT_LINE,     /* *line is one, without its newline or CR and newline */
    CUT_TOO_LONG, /* a line over EVENT_LINE_MAX, told of once; the rest of it is skipped */
    CUT_SKIPPED,  /* the end of one that was too long */
};
/* Takes the next line from the front of *data. */
enum cut lines_cut(bool *skipping, struct span *data, struct span *line);
/* The line that is left where the bytes have ended without a newline. */
struct span lines_last(struct span rest);

#endif
