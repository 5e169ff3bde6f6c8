/* trial_state: a trial while it runs, and what its parts share.
 * Owns: the engine and the book, for the length of the trial.
 * Must not know: how failures are shown. */
#ifndef SLAD_SERVICE_TRIAL_STATE_H
#define SLAD_SERVICE_TRIAL_STATE_H

#include "slad/engine/engine.h"
#include "slad/service/book.h"
#include "slad/service/trial.h"

struct trial {
    const struct trial_options *options;
    const struct test_case *test;
    struct engine *engine;
    struct book book;
    const struct expectation *asked;
    size_t failures;
};

void trial_tell(struct trial *trial, int line, const char *about, const char *expected, const char *found);
bool trial_same_group(const struct group *a, const struct group *b);
/* The breaches and levels there are, against those that should be. */
void trial_ask_lists(struct trial *trial, const struct expectation *expectation);

#endif
