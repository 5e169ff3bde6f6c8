/* reconcile: the record of breaches and warnings held against what the journal says, from when an engine built anew has
 * taken over until both agree.
 * Owns: how far it has come.
 * Must not know: how the engine was built.
 *
 * It takes slices, while the engine runs: what that finds is written down at once, and told to the reconcile too. A
 * record that is not looked at yet stands as it was. Whatever the slices have not come to is found again by the next
 * reconcile, at the latest at the next start: a record of an earlier version of its standard, or that the journal does
 * not bear out, or that is lacking. */
#ifndef SLAD_SERVICE_RECONCILE_H
#define SLAD_SERVICE_RECONCILE_H

#include "slad/service/book.h"
#include "state.h"

struct reconcile;
/* `book`, borrowed, has every breach that the engine found until now; it is used up. Records up to the id `after` are right
 * unless it has them: 0: all are looked at. */
struct reconcile *reconcile_new(struct service *service, struct book *book, int64_t after);
void reconcile_free(struct reconcile *reconcile); /* NULL is fine */
/* A slice, in a transaction of its own. 1: there is more; 0: all is on record; negative: the store's error, the slice
 * is lost. */
int reconcile_step(struct reconcile *reconcile, struct err *err) WARN_UNUSED;
/* What the running engine found meanwhile; it is written down already. */
void reconcile_effect(struct reconcile *reconcile, const struct effect *effect);
/* Records and breaches looked at, and to be looked at. */
uint64_t reconcile_done(const struct reconcile *reconcile);
uint64_t reconcile_total(const struct reconcile *reconcile);

#endif
