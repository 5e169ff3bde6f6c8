/* adopt: a newly built engine takes the place of the running one, and the record of breaches is brought in line.
 * Owns: the rebuild under way, and the reconcile that follows it.
 * Must not know: what triggered it: a start, a change of standards, a failed commit.
 *
 * Where no standard means anything else the engine that runs stays, and nothing is computed. Else a standard whose
 * meaning did not change keeps its version, its breaches and its levels as they were recorded; one that changed or is
 * new gets a version, and its whole history as it stands by the new meaning: what no longer holds is withdrawn. One
 * that was removed ends.
 *
 * An engine that was kept (engine_image.h) is not built, but catches up with the journal; the record up to there is as it
 * has it, and what it finds from there on is compared.
 *
 * Stages: the engine is built; it catches up with the one that runs; it takes over, in one transaction with versions and
 * open levels; breaches of contacts, levels of the past and warnings are brought in line. All in slices but the third. */
#ifndef SLAD_SERVICE_ADOPT_H
#define SLAD_SERVICE_ADOPT_H

#include "engine_image.h"
#include "rebuild.h"
#include "reconcile.h"
#include "slad/service/book.h"
#include "state.h"

struct adoption {
    struct config *config; /* to be in force; NULL: the present one */
    bool from_store;       /* no engine runs that is ahead of the stored clocks: a start, or a lost batch */
    bool from_image;       /* likewise, and the engine only has to catch up with the journal: */
    struct engine_behind behind;
    int64_t now_ms, held_ms; /* the clocks of the store */
    struct rebuild *rebuild;
    bool came_back;        /* to a clock that was set back: what was published later never was */
    bool built;            /* all that was in the journal when it began */
    struct book book;
    struct reconcile *reconcile; /* since the engine took over */
    void (*done)(void *arg, const char *outcome);
    void *arg;
    int64_t by_uid;        /* who asked for it; -1: a start or a signal */
};

/* NULL: the configuration stays. */
struct adoption *adoption_new(struct config *take_config);
struct adoption *adoption_from_store(void); /* of no other configuration: the engine that the store says */
struct adoption *adoption_from_image(const struct engine_behind *take_behind); /* the same, from this one */
void adoption_free(struct adoption *adoption); /* NULL is fine */
/* A slice, between turns. 1: there is more; 0: done, all is committed; negative: nothing changed, or, once the new engine
 * has taken over, the record could not be brought in line any further. */
int adoption_step(struct service *service, struct adoption *adoption, struct err *err) WARN_UNUSED;

void adoption_progress(const struct adoption *adoption, struct service_progress *out);
/* The wall clock was wrong, and is far behind what was decided by it until then: limits would be decided by a time that is
 * yet to come, for as long as that takes. */
bool adoption_comes_back(const struct service *service, int64_t decided_ms);
/* The new engine runs, by the new configuration; the record of breaches is still being brought in line. */
static inline bool adoption_has_taken_over(const struct adoption *adoption) {
    return adoption->reconcile != NULL;
}

#endif
