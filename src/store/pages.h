/* pages: a page of the records of a table, the newest first, by a filter that breaches and warnings share. It is looked
 * for in runs of ids, each run by one statement; when little matches, the runs grow, and once enough work was done the
 * page ends early and says where to go on.
 * Owns: nothing.
 * Must not know: what a record holds beyond the columns all have: id, kind, state, standard, grp. */
#ifndef SLAD_STORE_PAGES_H
#define SLAD_STORE_PAGES_H

#include "slad/store/breaches.h"
#include "store/db.h"

struct page_table {
    const char *select;  /* "SELECT … FROM … AS b "; the id comes first */
    const char *instant; /* of a record: what since and until are about, in terms of b; indexed */
    const char *bounds;  /* the least id and the greatest */
    const char *since;   /* the least id, and how many, of up to ?2 records since ?1 */
    const char *doing;   /* "read the breaches" */
    enum statement bounds_slot, since_slot;
    void (*row)(void *arg, sqlite3_stmt *row);
};
/* ERR_LIMIT: the filter is over a cap. */
int pages_query(struct store *store, const struct page_table *table, const struct breach_filter *filter, void *arg,
    struct breach_page *page, struct err *err) WARN_UNUSED;

#endif
