/* batches: the batch that collects, and the one before it that is being committed.
 * Owns: their numbers, and what is counted of each.
 * Must not know: what is written; what is to be done when a commit fails. */
#ifndef SLAD_SERVICE_BATCHES_H
#define SLAD_SERVICE_BATCHES_H

#include "state.h"

/* Looks after the commit that is under way, tells the listeners when it is over, and has the open batch committed when it
 * is its turn. STORE_WAIT: nothing stays on its way. Negative: what was not told to be on disk is lost. */
int batches_end_turn(struct service *service, enum store_wait wait, struct err *err) WARN_UNUSED;
/* What a contact is built again from must be on disk before it leaves memory: it is, if nothing touched it since this
 * instant of the engine's clock. */
int64_t batches_on_disk_until(const struct service *service);
/* How long the open batch still goes on collecting although nothing is being committed; 0: its turn has come. */
int64_t batches_space_ms(const struct service *service);

#endif
