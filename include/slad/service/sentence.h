/* sentence: what a standard promises, told to a person in plain English.
 * Owns: nothing.
 * Must not know: JSON, running state. */
#ifndef SLAD_SERVICE_SENTENCE_H
#define SLAD_SERVICE_SENTENCE_H

#include "slad/base/buf.h"
#include "slad/model/standard.h"

/* Adds one or several sentences, on one line, made from the definition alone: all that decides what is met,
 * missed and judged (docs/STANDARDS.md, "In plain words"). `describe` takes no part. */
void sentence_standard(const struct standard *standard, struct buf *out);

#endif
