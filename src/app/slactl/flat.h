/* flat: a document as rows of name and value, "database.bytes,4096": what CSV can hold of one that is no
 * list. Owns: nothing. Must not know: what it says. */
#ifndef SLAD_SLACTL_FLAT_H
#define SLAD_SLACTL_FLAT_H

#include "slad/wire/json.h"
#include "table.h"

/* Writes columns and rows; objects and arrays become dotted names. The table has no columns yet. */
void flat_show(struct table *table, const struct json *document);

#endif
