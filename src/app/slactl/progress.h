/* progress: how far a long transfer is, on one line of standard error, where that is a terminal.
 * Owns: that line.
 * Must not know: what is transferred. */
#ifndef SLAD_SLACTL_PROGRESS_H
#define SLAD_SLACTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool is_shown;
    bool is_drawn;
    uint64_t whole; /* bytes; 0: not known */
    int64_t drawn_us;
};
void progress_begin(struct progress *progress, uint64_t whole_bytes);
/* A few times a second at most. */
void progress_draw(struct progress *progress, uint64_t bytes, uint64_t acknowledged, uint64_t rejected);
/* Before anything else is said. */
void progress_clear(struct progress *progress);

#endif
