/* csv_row: the cells of one CSV record (RFC 4180; a quote within a cell that does not begin with one is itself).
 * Owns: the list of cells, the text of those whose quotes were undoubled; both until the next row.
 * Must not know: what a column means. */
#ifndef SLAD_WIRE_CSV_ROW_H
#define SLAD_WIRE_CSV_ROW_H

#include "slad/base/buf.h"

/* Zero-initialise to start. */
struct csv_row {
    struct span *cells;
    size_t count, capacity;
    struct buf undoubled;
};
/* ERR_INVALID with the number of the column, from 1. */
int csv_row_cut(struct csv_row *row, struct span record, char delimiter, struct err *err) WARN_UNUSED;
void csv_row_fini(struct csv_row *row);

#endif
