/* effect: what the engine has found out, to be written down and told.
 * Owns: nothing; borrowed for the length of the call that hands it over.
 * Must not know: SQL, JSON. */
#ifndef SLAD_MODEL_EFFECT_H
#define SLAD_MODEL_EFFECT_H

#include "slad/model/group.h"
#include "slad/model/instant.h"
#include "slad/model/standard.h"

/* A missed measurement. It is the same breach as long as (standard, subject, started, nth) is the same. */
struct breach {
    const struct standard *standard;
    struct span contact;   /* of the start event */
    struct group subject;  /* by standard->per */
    struct group group;    /* by standard->by */
    int64_t started_ms;
    int nth;               /* 0; counts on when cycles of a subject start at one instant */
    int64_t due_ms;        /* INSTANT_NEVER: the limit had not run out */
    int64_t decided_ms;
    int64_t ended_ms;      /* INSTANT_NEVER: it still runs */
    bool has_elapsed;      /* false while it runs */
    int64_t elapsed;       /* ms; for a value standard the value in millionths */
};

/* A level that does not hold, or held again. */
struct level_change {
    const struct standard *standard;
    struct group group;
    size_t target; /* index into standard->targets */
    int64_t opened_ms;
    int64_t closed_ms; /* INSTANT_NEVER: it opened */
    bool held_again;   /* when closed: the target holds; false: there is too little to judge */
};

enum effect_kind {
    EFFECT_MISSED,       /* breach: new, or with other facts than before */
    EFFECT_WITHDRAWN,    /* breach: it never was, as is known now */
    EFFECT_LEVEL_OPENED, /* level */
    EFFECT_LEVEL_CLOSED, /* level */
};
struct effect {
    enum effect_kind kind;
    union {
        struct breach breach;
        struct level_change level;
    };
};

#endif
