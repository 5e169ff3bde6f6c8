/* adopt: a newly built engine takes the place of the running one, and the record of breaches is brought in line.
 * Owns: the rebuild under way.
 * Must not know: what triggered it: a start, a change of standards, a failed commit.
 *
 * Where no standard means anything else the engine that runs stays, and nothing is computed. Else a standard whose
 * meaning did not change keeps its version, its breaches and its levels as they were recorded; one that changed or is
 * new gets a version, and its whole history as it stands by the new meaning: what no longer holds is withdrawn. One
 * that was removed ends. */
#ifndef SLAD_SERVICE_ADOPT_H
#define SLAD_SERVICE_ADOPT_H

#include "rebuild.h"
#include "slad/service/book.h"
#include "state.h"

struct adoption {
    struct config *config; /* to be in force; NULL: the present one */
    bool from_store;       /* no engine runs that is ahead of the stored clocks: a start, or a lost batch */
    struct rebuild *rebuild;
    struct book book;
    void (*done)(void *arg, const char *outcome);
    void *arg;
};

/* NULL: the configuration stays. */
struct adoption *adoption_new(struct config *take_config);
void adoption_free(struct adoption *adoption); /* NULL is fine */
/* A slice, between turns. 1: there is more; 0: done, all is committed; negative: nothing changed. */
int adoption_step(struct service *service, struct adoption *adoption, struct err *err) WARN_UNUSED;

#endif
