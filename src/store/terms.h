/* terms: the condition on a group's attributes that both histories and breaches are asked with.
 * Owns: nothing.
 * Must not know: which table is asked. */
#ifndef SLAD_STORE_TERMS_H
#define SLAD_STORE_TERMS_H

#include "slad/base/buf.h"
#include "slad/store/breaches.h"
#include "store/db.h"

/* Adds " AND …" for each term on the JSON object in `column`; its parameters are numbered from `place`.
 * json_each() compares names as they are, where a path expression would have to quote them. */
void terms_add(struct buf *sql, const char *column, size_t count, int place);
void terms_bind(sqlite3_stmt *statement, const struct group_term *terms, size_t count, int place);
/* ERR_LIMIT when there are too many. */
int terms_check(size_t count, struct err *err) WARN_UNUSED;

#endif
