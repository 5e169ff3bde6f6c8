/* reconcile_levels: the levels on record held against what an engine built anew found.
 * Owns: struct level_history, which levels of the past are still to be written down.
 * Must not know: versions, how the engine was built.
 *
 * Open levels are few, and the engine goes on from them: they are brought in line in the transaction in which it takes
 * over. Levels of the past, of standards that changed, may be many: they follow in slices. Notes in the store say which
 * are still to come, so that what is cut off goes on at the next start. */
#ifndef SLAD_SERVICE_RECONCILE_LEVELS_H
#define SLAD_SERVICE_RECONCILE_LEVELS_H

#include "slad/service/book.h"
#include "state.h"

enum reconcile_how {
    RECONCILE_SAME,    /* the meaning did not change: recorded levels stand as they are */
    RECONCILE_CHANGED, /* judged anew: recorded levels end, those of the new meaning are written down */
};
/* Within a transaction; the service's engine and configuration are those to be in force. how: of each standard. */
int reconcile_levels(
    struct service *service, const struct book *book, const enum reconcile_how *how, struct err *err) WARN_UNUSED;

struct level_history {
    int64_t *after, *until; /* of each standard: to come are those opened after, and closed until; INSTANT_NEVER: none */
    bool *touched;          /* by the slice in hand */
    size_t next;            /* of book->levels */
    bool is_due;            /* there are some to come */
};
/* Reads the notes of what is still to come. */
int level_history_init(struct level_history *history, struct service *service, struct err *err) WARN_UNUSED;
/* A slice, within a transaction. 1: there is more; 0: all is written down. */
int level_history_step(struct level_history *history, struct service *service, const struct book *book,
    size_t *writes, struct err *err) WARN_UNUSED;
void level_history_fini(struct level_history *history);

#endif
