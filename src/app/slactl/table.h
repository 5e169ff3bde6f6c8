/* table: rows of cells, shown to people in aligned columns or written as comma-separated values.
 * Owns: the cells' texts, until table_fini(). Zero-initialise all but the fields above the line to start.
 * Must not know: what the cells mean (cell.h), JSON. */
#ifndef SLAD_SLACTL_TABLE_H
#define SLAD_SLACTL_TABLE_H

#include "options.h"
#include "slad/base/mem.h"

/* Only texts on the left are cut where a table is too wide: half of a number or a time would be a lie. */
enum align {
    ALIGN_LEFT,
    ALIGN_NAME, /* left, cut less: the last columns go first */
    ALIGN_RIGHT,
    ALIGN_WHOLE /* left, never cut */
};
struct column {
    char *header;
    enum align align;
    size_t natural; /* width of the widest cell or the header */
    size_t width;   /* as shown */
};
struct cell {
    char *text;
    size_t width;
    enum tint tint;
};
enum table_style { TABLE_PEOPLE, TABLE_CSV };

enum { TABLE_COLUMNS_MAX = 64 }; /* a standard has a handful of percentiles, and a person one screen */

struct table {
    enum table_style style;
    struct screen screen;
    size_t indent; /* spaces before each line for people */
    /* ---- */
    struct arena arena;
    struct column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    struct cell *cells; /* row by row; of CSV none are kept */
    size_t cell_count, cell_capacity;
    size_t at; /* of CSV: cells in the row so far */
    size_t row_count;
    bool has_header; /* of CSV: it is written */
    bool named_zone; /* a header has named the zone of the times */
};

/* As the options ask for. */
void table_init(struct table *table, const struct options *options);
/* All columns come before the first cell. Those beyond TABLE_COLUMNS_MAX are not taken: false. */
bool table_column(struct table *table, const char *header, enum align align);
/* The next cell, from left to right; text is what may reach a terminal, except that CSV takes anything. */
void table_add(struct table *table, struct span text, enum tint tint);
/* The header of CSV now, where rows may be long in coming or never come. */
void table_begin(struct table *table);
/* Shows people what was added (nothing when there is no row); ends CSV, which has a header in any case. */
void table_end(struct table *table);
void table_fini(struct table *table);

#endif
