/* visits: how often each call has come to each queue (docs/ASTERISK.md, Visits).
 * Owns: what it remembers of the counts.
 * Must not know: what tells of a visit. */
#ifndef SLAD_SERVICE_VISITS_H
#define SLAD_SERVICE_VISITS_H

#include "slad/wire/translate.h"

struct store;
struct visits;

/* What is not remembered is asked of the journal, borrowed. NULL: there is none, and all is remembered. */
struct visits *visits_new(struct store *journal);
void visits_free(struct visits *visits); /* may be NULL */
/* visit() of struct translate_options; arg is the visits. The store's errors. */
int visits_visit(void *arg, const struct visit *visit, uint64_t *nth, struct err *err);
/* Forgets all: events of the open transaction are lost, and will be told again. */
void visits_clear(struct visits *visits);

#endif
