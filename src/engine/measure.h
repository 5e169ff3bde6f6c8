/* measure: what a cycle (or a value) contributes to figures and breaches, so that two states of knowledge can be
 * compared.
 * Owns: nothing.
 * Must not know: how cycles run. */
#ifndef SLAD_ENGINE_MEASURE_H
#define SLAD_ENGINE_MEASURE_H

#include "cycle.h"

struct measure {
    struct contact *contact;
    struct group_state *group; /* set when open or with an outcome */
    int64_t start;
    int64_t decided, known;    /* of the outcome; known: when levels learn of it */
    int64_t due;               /* INSTANT_NEVER: the limit had not run out */
    int64_t end;               /* INSTANT_NEVER: it runs */
    int64_t value;             /* elapsed at the end, or a value standard's value */
    int32_t nth;
    uint8_t outcome;
    bool open;                 /* runs, and counts as open */
    bool has_value;            /* value counts as a duration */
    uint8_t warned;            /* warnings reached, a bit each */
};
struct measures {
    struct measure *list; /* by rising (start, nth) */
    size_t count, capacity;
};

struct measure measure_of(const struct cycle *cycle);
static inline bool measure_counts(const struct measure *m) {
    return m->open || m->outcome != OUTCOME_NONE;
}
void measures_add(struct measures *measures, const struct measure *measure);
void measures_fini(struct measures *measures);

/* The records of a measure: its outcome, with the duration when that falls on the same instant, or the two apart. */
struct known_record {
    struct record record;
    int64_t known;
};
size_t measure_records(const struct measure *measure, struct known_record out[2]);

#endif
