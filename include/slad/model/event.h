/* event: something that happened to a contact (docs/STANDARDS.md, "Events").
 * Owns: nothing; all text is borrowed from the line it was read from and lives as long as that.
 * Must not know: JSON, where it came from. */
#ifndef SLAD_MODEL_EVENT_H
#define SLAD_MODEL_EVENT_H

#include "slad/model/value.h"

struct attr {
    struct span name;
    struct value value; /* VALUE_NULL takes the attribute away */
};

struct event {
    struct span contact; /* not empty */
    struct span name;    /* not empty */
    struct span id;      /* meaningful when has_id */
    bool has_id;
    bool has_at;         /* false: the line gave none; the service sets at_ms to the receipt */
    int64_t at_ms;
    int64_t received_ms; /* wall clock at receipt */
    uint64_t seq;        /* place in the journal, rising with arrival */
    /* Scalars other than contact, event, at and id; each name once. */
    const struct attr *attrs;
    size_t attr_count;
};

enum { EVENT_LINE_MAX = 64 * 1024 }; /* bytes without the newline: a line is copied, parsed and journalled whole */

#endif
