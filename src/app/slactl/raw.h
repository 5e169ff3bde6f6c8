/* raw: JSON text taken apart and indented without changing a byte of any value in it.
 * Owns: nothing; results are borrowed from the text.
 * Must not know: what a document says. For text that json_parse() has taken (json.h); on any other nothing is
 * read out of bounds, but the results mean nothing. */
#ifndef SLAD_SLACTL_RAW_H
#define SLAD_SLACTL_RAW_H

#include "slad/base/buf.h"

/* The value of an object's member, or n == 0. The name is compared as it is written. */
struct span raw_member(struct span object, const char *name);
/* Walks an array's items, or an object's members (key and value in one span): start with *rest = the whole of
 * it; false at the end. */
bool raw_next(struct span *rest, struct span *item);
/* The value of a member as raw_next() gives it. */
struct span raw_value(struct span member);
/* Adds the text, indented; on a terminal, too, no byte in it is obeyed. */
void raw_indent(struct buf *out, struct span json);
/* The same on one line. */
void raw_compact(struct buf *out, struct span json);

#endif
