/* format: `format`, `csv` and `map` of an input (docs/INPUTS.md).
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: endpoints, how records are read. */
#ifndef SLAD_CONF_FORMAT_H
#define SLAD_CONF_FORMAT_H

#include "conf/scope.h"
#include "slad/model/format.h"

/* The keys of an input; NULL when not given. Needs scope->zone. False after a complaint. */
bool format_read(struct scope *scope, const struct node *input, const struct node *format,
    const struct node *csv, const struct node *map, struct format *out);
/* `map`; out has the rest of the format already. */
bool format_map_read(struct scope *scope, const struct node *map, struct format *out);

#endif
