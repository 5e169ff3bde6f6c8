/* problem: an error as a problem document (RFC 9457, application/problem+json).
 * Owns: nothing; the document is added to the caller's buffer.
 * Must not know: HTTP's other parts. */
#ifndef SLAD_WIRE_PROBLEM_H
#define SLAD_WIRE_PROBLEM_H

#include "slad/base/buf.h"

#define PROBLEM_TYPE "application/problem+json"

/* title is the same for each status; detail and instance (the path asked for) may be NULL. */
void problem_json(struct buf *out, int status, const char *title, const char *detail, const char *instance);

#endif
