/* Invariants:
 * 1. Counters only rise; they start at zero with the process. */
#include "slad/base/counters.h"

#include <stddef.h>

uint64_t counter_values[COUNTER_COUNT];

static const struct {
    const char *name, *help;
} descriptions[COUNTER_COUNT] = {
#define X(name, help) {#name, help},
    COUNTERS(X)
#undef X
};

const char *counter_name(enum counter counter) {
    return descriptions[counter].name;
}

const char *counter_help(enum counter counter) {
    return descriptions[counter].help;
}
