/* targets: `target` and `percentiles`, as exact decimals (docs/STANDARDS.md, "Figures").
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: how figures are counted. */
#ifndef SLAD_CONF_TARGETS_H
#define SLAD_CONF_TARGETS_H

#include "conf/reader.h"
#include "slad/model/standard.h"

enum {
    TARGETS_MAX = 32,     /* each is judged for each group at each change of a window */
    PERCENTILES_MAX = 32, /* each is a column of every report */
};

/* One target or a list. Values are durations in clock standards, numbers in value standards. False after a
 * complaint. */
bool targets_read(struct reader *r, const struct node *node, const struct standard *standard,
    const struct target **out, size_t *count);
/* Whether this is a plain number with a percent sign. */
bool targets_percentage(struct span text, struct decimal *out);
/* A list of percentages. False after a complaint. */
bool targets_percentiles(
    struct reader *r, const struct node *node, const struct decimal **out, size_t *count);
/* 50, 90, 95, 99. */
const struct decimal *targets_default_percentiles(struct arena *arena, size_t *count);

#endif
