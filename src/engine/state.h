/* state: everything a running engine holds, for the files of this room.
 * Owns: see struct engine.
 * Must not know: the world outside. */
#ifndef SLAD_ENGINE_STATE_H
#define SLAD_ENGINE_STATE_H

#include "measure.h"
#include "slad/base/hash_set.h"
#include "slad/engine/engine.h"
#include "timeline.h"

/* An event whose instant has not come. */
struct waiting {
    struct heap_node node; /* first */
    struct sym *contact;
    int64_t received_ms;
    struct moment *moment;
};

/* The longest untouched first. A contact is in one at most. */
struct contacts {
    struct contact *first, *last;
    size_t count;
};
static inline void contacts_take_off(struct contacts *list, struct contact *contact) {
    *(contact->before ? &contact->before->after : &list->first) = contact->after;
    *(contact->after ? &contact->after->before : &list->last) = contact->before;
    list->count--;
}
static inline void contacts_put_last(struct contacts *list, struct contact *contact) {
    contact->before = list->last;
    contact->after = NULL;
    *(list->last ? &list->last->after : &list->first) = contact;
    list->last = contact;
    list->count++;
}

struct engine {
    struct engine_options options;
    struct intern texts;
    struct program *program;
    struct ledger *ledgers; /* one a standard */
    struct timeline timeline;
    struct heap deadlines;  /* of subjects with an open cycle, by the held clock at which a limit is to be settled */
    struct heap waiting;
    int64_t now, held;
    size_t open_cycles;
    size_t looked;          /* the standard whose groups were last looked at, whether they may go */
    struct contacts quiet;  /* without anything open */
    struct contacts busy;   /* with something open, but those at rest (rest.h) */
    struct hash_set evicted; /* names of contacts that left */
    struct readback *reading; /* while contacts come back; NULL (readback.c) */
    bool muted;             /* no effects: what changes is not news */
    struct figures_reading {
        struct ledger_reader reader;
        figures_visit *visit; /* NULL: none is under way */
        void *arg;
        int64_t at_ms;
        size_t standard;      /* those before it are read */
    } figures;
};

#endif
