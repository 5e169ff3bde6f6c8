/* trial: one test of standards run through a fresh engine (docs/STANDARDS.md, "Tests of standards").
 * Owns: nothing between calls.
 * Must not know: files, how results are shown. */
#ifndef SLAD_SERVICE_TRIAL_H
#define SLAD_SERVICE_TRIAL_H

#include "slad/base/buf.h"
#include "slad/conf/test_file.h"

/* Something that was expected and is not so. Borrowed for the length of the call. */
struct trial_failure {
    const struct expectation *expectation;
    int line;             /* of what was expected */
    const char *about;    /* "calls-answered {"queue":"q1"}: missed" */
    const char *expected; /* "1" */
    const char *found;    /* "0" */
};
struct trial_options {
    const struct ruleset *rules;
    const struct test_case *test;
    void (*failed)(void *arg, const struct trial_failure *failure);
    void *arg;
};
/* Asks each expectation at its instant, when all events up to it have happened and no later one has. Returns
 * how much was not as expected. */
size_t trial_run(const struct trial_options *options);

/* An instant of the test as its author may have written it: "+1m30s" (from its beginning), or in full. Added
 * to out. */
void trial_instant(const struct test_case *test, int64_t at_ms, struct buf *out);

#endif
