/* query: the target of a question, built from the options that narrow it.
 * Owns: nothing; the text is added to the caller's buffer.
 * Must not know: how it is sent. */
#ifndef SLAD_SLACTL_QUERY_H
#define SLAD_SLACTL_QUERY_H

#include "options.h"

/* One segment of a path, or one more parameter; text is encoded. */
void query_segment(struct buf *target, const char *text);
void query_add(struct buf *target, const char *name, const char *value);
void query_add_number(struct buf *target, const char *name, int64_t number);
/* A time as typed (moment.h); nothing when it is NULL. */
void query_add_time(struct buf *target, const char *name, const char *typed);
/* Every given option that is a parameter, but for those in `without`, bits of OPTION_BIT(). */
void query_options(struct buf *target, const struct options *options, unsigned without);

#endif
