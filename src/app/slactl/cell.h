/* cell: values of the daemon's answers as cells of a table: for people as they read them, for CSV as they
 * are. Owns: nothing. Must not know: which answer a value is from. Each takes NULL for a value that is not
 * there. */
#ifndef SLAD_SLACTL_CELL_H
#define SLAD_SLACTL_CELL_H

#include "show.h"
#include "table.h"

/* A column of times, in whose header the zone is named once a table. */
void table_column_time(struct table *table, const char *header);

void cell_text(struct table *table, const struct json *text);
void cell_words(struct table *table, const char *text, enum tint tint); /* our own, or NULL */
void cell_state(struct table *table, const struct json *state); /* "met", "breached" … in its colour */
void cell_count(struct table *table, const struct json *number, enum tint tint_above_zero);
void cell_time(struct table *table, const struct json *at);
/* What a duration standard measures is seconds, what a value standard measures a number (units.h). */
enum measure { MEASURE_SECONDS, MEASURE_VALUE };
void cell_measured(struct table *table, const struct json *number, enum measure measure, enum tint tint);
/* A share of counts; for people "84.2 %", cut, not rounded: 89.96 % is not the 90 % that was promised. */
void cell_share(
    struct table *table, const struct json *share, const struct json *met, const struct json *counted);
/* {"queue":"q1"} as "queue=q1", {} as "-", an absent attribute as "queue=∅". */
void cell_group(struct table *table, const struct json *group);
/* "k1", or a list as "k1, sales". */
void cell_subject(struct table *table, const struct json *subject);
enum tint tint_of_state(const char *state);

#endif
