/* screen: how text looks on a terminal: its width in columns, its colours, what must not reach it.
 * Owns: nothing.
 * Must not know: tables, what is shown. */
#ifndef SLAD_SLACTL_SCREEN_H
#define SLAD_SLACTL_SCREEN_H

#include "slad/base/buf.h"

struct screen {
    bool is_terminal; /* standard output is one */
    bool has_color;
    size_t columns; /* 0: not a terminal, so nothing is cut */
};
/* Of standard output: colours unless told, $NO_COLOR, a dumb terminal or none at all. */
struct screen screen_of(bool without_color);

enum tint { TINT_NONE, TINT_GOOD, TINT_BAD, TINT_WARNING, TINT_FAINT, TINT_BOLD };
/* The escape sequence that begins a tint, "" for none; every other one ends with TINT_END. */
const char *tint_begin(enum tint tint);
#define TINT_END "\033[0m"

/* Columns that text takes: wide East Asian characters and pictures two, combining ones none. */
size_t text_width(struct span text);
/* How many bytes of text fit in so many columns. */
size_t text_fitting(struct span text, size_t columns);
/* Adds text from outside, with what a terminal would obey as \xNN. */
void text_safe(struct buf *out, struct span text);

#endif
