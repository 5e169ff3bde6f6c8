/* The queue behind include/slad/store/later.h, for the other files of this room. */
#ifndef SLAD_STORE_LATER_QUEUE_H
#define SLAD_STORE_LATER_QUEUE_H

#include "slad/store/later.h"
#include "store/db.h"

/* The head of what is to be carried out; what it needs follows. */
struct later_op {
    int (*run)(struct store *store, const struct later_op *op, struct err *err);
    size_t bytes; /* with what follows, and its texts */
};
int later_start(struct store *store, struct err *err) WARN_UNUSED;
void later_stop(struct store *store);

/* Carries out a copy of this op, of `size` bytes, later or at once. texts: where in it spans lie, which are copied too. */
int later_do(struct store *store, const struct later_op *op, size_t size, const size_t *texts, size_t text_count,
    struct err *err) WARN_UNUSED;

/* Waits until nothing is left to be carried out: then the connection that writes is the caller's. Costs nothing when there
 * is nothing, and for the thread itself. The code of the first that failed since the last later_drop(). */
int later_settle(struct store *store, struct err *err) WARN_UNUSED;
/* The transaction is rolled back: what is left is not carried out, what failed is forgotten. */
void later_drop(struct store *store);
/* The transaction was committed. */
void later_committed(struct store *store);

#endif
