/* diff_run: the standards that an edit changes or adds, by either meaning, side by side in one engine.
 * Owns: the list of standards that such an engine is built with.
 * Must not know: where the events come from. */
#ifndef SLAD_SERVICE_DIFF_RUN_H
#define SLAD_SERVICE_DIFF_RUN_H

#include "service/diff_state.h"
#include "slad/engine/engine.h"
#include "slad/service/book.h"

struct diff_run;
/* The diff must outlive it. */
struct diff_run *diff_run_new(struct diff *diff);
void diff_run_free(struct diff_run *run); /* NULL is fine */
/* What to build the engine with, whose effects go to the book; no standard in it: nothing need be run. */
const struct ruleset *diff_run_rules(const struct diff_run *run);
/* Takes over what they came to, a slice of some milliseconds: 1 while there is more, 0 when the diff holds all of it.
 * Neither may have changed since the first slice. */
int diff_run_take(struct diff_run *run, struct engine *engine, const struct book *book);

#endif
