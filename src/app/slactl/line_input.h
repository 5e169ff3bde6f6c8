/* line_input: a file or standard input as lines, each at most as long as an event line may be.
 * Owns: the file, what is not yet a line.
 * Must not know: what becomes of the lines. */
#ifndef SLAD_SLACTL_LINE_INPUT_H
#define SLAD_SLACTL_LINE_INPUT_H

#include <stdint.h>
#include "slad/base/buf.h"

struct line_input {
    int fd;
    bool ended;
    uint64_t lines, bytes; /* so far */
    uint64_t whole_bytes;  /* of a regular file; 0: not known */
    struct buf text;
    bool skipping; /* the rest of a line that is too long */
};
/* "-": standard input. ERR_IO with prose; then, too, line_input_fini() may be called. */
int line_input_open(const char *name, struct line_input *out, struct err *err) WARN_UNUSED;
/* One read; take is given each line that it makes whole, without its newline, p == NULL for one that is too long. ERR_IO. */
int line_input_read(struct line_input *input, void (*take)(void *arg, struct span line), void *arg, struct err *err) WARN_UNUSED;
void line_input_fini(struct line_input *input);

#endif
