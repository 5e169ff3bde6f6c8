/* window: the records of one standard by instant, from the window's edge on.
 * Owns: the records, 24 bytes each (chunks.h).
 * Must not know: what a record counts for. */
#ifndef SLAD_ENGINE_WINDOW_H
#define SLAD_ENGINE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "chunks.h"

struct record {
    int64_t at;
    int64_t value;     /* a duration, or the value of a value standard; meaningful when has_value */
    uint32_t group;
    uint8_t outcome;   /* enum outcome; OUTCOME_NONE: only a duration */
    bool has_value;
};

bool record_same(const struct record *a, const struct record *b);

struct window { /* zero-initialise to start */
    struct chunks records;
};
static inline size_t window_records(const struct window *window) {
    return window->records.items;
}

void window_add(struct window *window, const struct record *record);
/* Takes one such record out; false when there is none. */
bool window_remove(struct window *window, const struct record *record);
/* The earliest record, or NULL. */
const struct record *window_front(const struct window *window);
void window_drop_front(struct window *window);
/* All of them, the earliest first. */
void window_each(const struct window *window, void (*visit)(void *arg, const struct record *record), void *arg);
void window_fini(struct window *window);

#endif
