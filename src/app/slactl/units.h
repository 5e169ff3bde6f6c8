/* units: which standards measure values instead of durations, so that 4.5 is not shown as four and a half
 * seconds. Owns: the daemon's list of standards, until units_fini(). Must not know: tables. */
#ifndef SLAD_SLACTL_UNITS_H
#define SLAD_SLACTL_UNITS_H

#include "ask.h"
#include "cell.h"

struct units {
    struct answer standards;
};
/* An exit code. Asks nothing where the answer shows numbers as they are: --json and --csv. */
int units_ask(const struct options *options, struct units *out) WARN_UNUSED;
/* Of a standard by its name; one that is not known any more is taken for one of durations. */
enum measure units_of(const struct units *units, const struct json *standard);
void units_fini(struct units *units);

#endif
