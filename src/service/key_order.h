/* key_order: the keys of journal rows, put in the order of (at, arrival) as they are read.
 * Owns: the keys.
 * Must not know: the journal, what is done with a row.
 *
 * Rows arrive nearly in that order, in runs where several sources are ahead of one another: each key goes to the end of
 * a run it fits, and taking them out merges the runs. No step costs more than the slice that was added. */
#ifndef SLAD_SERVICE_KEY_ORDER_H
#define SLAD_SERVICE_KEY_ORDER_H

#include "slad/store/journal.h"

struct key_run;
struct key_order { /* zero-initialise to start */
    struct key_run **runs;
    size_t run_count, run_capacity;
    uint64_t count, taken;
};

/* Keys by rising seq, each call beyond the one before; the slice is left in another order. */
void key_order_add(struct key_order *order, struct journal_key *slice, size_t count);
/* The next key; false: all were taken. Nothing is added after the first call. */
bool key_order_next(struct key_order *order, struct journal_key *out);
void key_order_fini(struct key_order *order);

#endif
