/* lines: where one event line (or record of another format) ends and the next begins.
 * Owns: nothing; the caller keeps `skipping` for each source of bytes, false at first.
 * Must not know: what is on a line, where the bytes come from. */
#ifndef SLAD_WIRE_LINES_H
#define SLAD_WIRE_LINES_H

#include "slad/base/span.h"
#include "slad/model/event.h"
#include "slad/model/format.h"

/* Bytes without a newline in them that may still become a line: one of the greatest length, and its CR. */
enum { LINES_BYTES_MAX = EVENT_LINE_MAX + 1 };

enum cut {
    CUT_MORE,     /* no whole line: what is left of data must be seen again, with more */
    CUT_LINE,     /* *line is one, without its newline or CR and newline */
    CUT_TOO_LONG, /* one over EVENT_LINE_MAX, told of once; what follows is skipped up to the next newline, so
                   * that a quote that is never closed costs a line */
    CUT_SKIPPED,  /* the end of one that was too long */
};
/* Takes the next line (or record, as the format frames it) from the front of *data. */
enum cut lines_cut(struct framing framing, bool *skipping, struct span *data, struct span *line);
/* The line that is left where the bytes have ended without a newline. */
struct span lines_last(struct span rest);

#endif
