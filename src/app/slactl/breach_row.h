/* breach_row: breaches, of contacts and of levels, as rows of one table.
 * Owns: the table and the units, until breach_rows_fini().
 * Must not know: where the breaches come from. */
#ifndef SLAD_SLACTL_BREACH_ROW_H
#define SLAD_SLACTL_BREACH_ROW_H

#include "units.h"

struct breach_rows {
    struct table table;
    struct units units;
};
/* An exit code. In any case breach_rows_fini() is called. */
int breach_rows_init(struct breach_rows *rows, const struct options *options) WARN_UNUSED;
void breach_row_add(struct breach_rows *rows, const struct json *breach);
void breach_rows_fini(struct breach_rows *rows);

/* The instant at which it was decided, or the level no longer held; and of its end. */
const struct json *breach_from(const struct json *breach);
const struct json *breach_to(const struct json *breach);

#endif
