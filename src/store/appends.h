/* appends: rows of the journal, some at a time. A statement that inserts eight takes a fifth less for each of them, 2 % of all
 * that the daemon spends on an event.
 * Owns: what is put off, which lies in the queue (later.c).
 * Must not know: which row comes next (journal.c). */
#ifndef SLAD_STORE_APPENDS_H
#define SLAD_STORE_APPENDS_H

#include <stddef.h>
#include "slad/base/err.h"
#include "slad/store/journal.h"

struct store;

enum { APPENDS_AT_ONCE = 8 };
/* Of the thread that writes (later.h, invariant 1). Each stays until it is written: until then, whoever looks at the table
 * misses it. */
struct appends {
    const struct journal_row *rows[APPENDS_AT_ONCE];
    size_t count;
};

/* To be written: copies. */
int appends_add(struct store *store, const struct journal_row *row, struct err *err) WARN_UNUSED;
/* By the thread: writes what was put off. Whatever comes of it, nothing is afterwards. */
int appends_write(struct store *store, struct err *err) WARN_UNUSED;

#endif
