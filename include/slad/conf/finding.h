/* finding: what a check of the configuration has to say, with the place it is about.
 * Owns: the texts; findings_fini() frees them. Zero-initialise struct findings to start.
 * Must not know: YAML, where the text is shown. */
#ifndef SLAD_CONF_FINDING_H
#define SLAD_CONF_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include "slad/base/buf.h"

struct finding {
    bool is_warning;
    char *file;       /* as it was named or found */
    int line, column; /* from 1; 0: about the whole file */
    char *text;       /* one line, UTF-8, nothing in it that a terminal would obey */
};
struct findings {
    struct finding *list; /* by file in the order they were read, then line and column */
    size_t count, capacity;
    size_t errors;  /* found in all, those dropped too; the rest are warnings */
    size_t dropped; /* found, but over FINDINGS_MAX */
};

enum {
    FINDINGS_MAX = 1000
}; /* more than anybody reads; a file of 1 MiB could be wrong a hundred thousand times */

void findings_add(struct findings *findings, const struct finding *borrowed);
/* How many errors were found. */
size_t findings_errors(const struct findings *findings);
/* Adds lines "FILE:LINE:COLUMN: error: text" (or "warning"). */
void findings_render(const struct findings *findings, struct buf *out);
/* The same of errors alone; warnings are the affair of a check. */
void findings_render_errors(const struct findings *findings, struct buf *out);
/* Orders those from index `from` on by file (in the order given; others come first), line and column, and
 * drops repetitions, as a value that is used through several aliases makes them. */
void findings_sort(struct findings *findings, size_t from, const char *const *files, size_t file_count);
void findings_fini(struct findings *findings);

#endif
