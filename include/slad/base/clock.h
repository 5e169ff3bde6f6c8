/* clock: the one place that reads the time.
 * Owns: the choice of clock (the real one, or a file that a test writes).
 * Must not know: what the time is used for. */
#ifndef SLAD_BASE_CLOCK_H
#define SLAD_BASE_CLOCK_H

#include <stdint.h>
#include "slad/base/err.h"

/* Milliseconds since the epoch, UTC. */
int64_t clock_wall_ms(void);
/* Microseconds of a clock that never jumps; its zero means nothing. */
int64_t clock_steady_us(void);
/* From now on the wall clock is the little-endian int64 (milliseconds) at the start of this file, which is
 * mapped and may be changed by another process at any moment. For tests. ERR_IO, ERR_INVALID. */
int clock_use_file(const char *path, struct err *err) WARN_UNUSED;
/* Whether clock_use_file() was called. */
int clock_is_controlled(void);

#endif
