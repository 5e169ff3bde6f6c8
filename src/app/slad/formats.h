/* formats: in which format an event file on the command line is written.
 * Owns: nothing.
 * Must not know: what becomes of the events. */
#ifndef SLAD_APP_FORMATS_H
#define SLAD_APP_FORMATS_H

#include "slad/base/err.h"
#include "slad/conf/config.h"

/* What the command line says for all files; at most one of the two. */
struct formats_choice {
    const char *format; /* --format: one that needs no map */
    const char *input; /* --input: as that input of the configuration is read, named by its path or address */
};
/* The format of each of the files (in step, the caller's to free()): as chosen, else that of the input which
 * follows the file, else event lines. Formats are borrowed from the configuration. ERR_INVALID,
 * ERR_NOT_FOUND. */
int formats_of_files(const struct config *config, const struct formats_choice *choice,
    const char *const *files, size_t count, const struct format ***out, struct err *err) WARN_UNUSED;

#endif
