/* trial_facts: what was found, compared with what was expected, and both in words.
 * Owns: nothing.
 * Must not know: engines, how it was found. */
#ifndef SLAD_SERVICE_TRIAL_FACTS_H
#define SLAD_SERVICE_TRIAL_FACTS_H

#include "slad/conf/test_file.h"
#include "slad/model/figures.h"

/* A found fact; of those that do not apply is_null is set. */
struct found {
    bool is_null;
    int64_t number;       /* as in struct expected; of a mean rounded, halves up */
    int64_t met, counted; /* of FACT_ATTAINMENT */
};
/* INSTANT_NEVER: null. */
struct found fact_instant(int64_t at_ms);
bool fact_holds(const struct expected *expected, const struct found *found);
/* "45s", "4.2", "75%", "+2m", "met", "null". Added to out. */
void fact_expected(
    const struct test_case *test, const struct standard *s, const struct expected *expected, struct buf *out);
void fact_found(const struct test_case *test, const struct standard *s, const struct expected *expected,
    const struct found *found, struct buf *out);

/* Of a group; NULL: it is not there, and nothing was counted. */
struct found fact_of_figures(enum expected_fact fact, const struct figures *figures);

#endif
