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
bool later_is_thread(const struct store *store); /* who asks */
/* The transaction is rolled back: what is left is not carried out, what failed is forgotten. */
void later_drop(struct store *store);
/* Nothing more is waited for before what was given is begun with. */
void later_hurry(struct store *store);

/* What the thread says when it has committed. */
struct later_told {
    bool is_told;
    struct later_found found;
    struct log_facts log;
};
void later_tell(struct store *store); /* by the thread */
/* 1: told, taken; 0: not yet, which with `wait` is no answer; negative: something has failed, now or before. */
int later_ask(struct store *store, bool wait, struct later_told *out, struct err *err) WARN_UNUSED;
int later_wake_fd(const struct store *store);

#endif
