/* nearest: the known word that a mistyped one most likely meant.
 * Owns: nothing.
 * Must not know: what the words are for. */
#ifndef SLAD_BASE_NEAREST_H
#define SLAD_BASE_NEAREST_H

#include "slad/base/span.h"

/* The word at the smallest Damerau-Levenshtein distance (case ignored), when that is at most a third of its
 * length (at least 1, at most 3); else NULL. The first of equals wins. Borrowed from `words`. */
const char *nearest_word(struct span typed, const char *const *words, size_t count);

#endif
