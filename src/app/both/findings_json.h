/* findings_json: what a check found, as JSON, for `slad check` and `slactl check`.
 * Owns: nothing.
 * Must not know: which of the two asks. */
#ifndef SLAD_APP_FINDINGS_JSON_H
#define SLAD_APP_FINDINGS_JSON_H

#include "slad/conf/finding.h"

void findings_json(const struct findings *findings, struct buf *out);

#endif
