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

/* A running cycle that is at risk: it has reached one of its standard's warnings (docs/STANDARDS.md, "At risk"). It is
 * the same one as long as (standard, subject, started, nth, warning) is the same. */
enum warning_state { WARNING_OPEN, WARNING_MET, WARNING_MISSED, WARNING_EXCLUDED, WARNING_WITHDRAWN };
struct warning {
    const struct standard *standard;
    struct span contact;  /* of the start event */
    struct group subject; /* by standard->per */
    struct group group;   /* by standard->by */
    int64_t started_ms;
    int nth;
    size_t warning;       /* index into standard->warnings */
    int64_t reached_ms;   /* EFFECT_WARNED: when, in event time */
    int64_t due_ms;       /* EFFECT_WARNED: of the limit in force then */
    enum warning_state state; /* how the cycle was decided since; withdrawn: its limit moved away, or it never was */
    int64_t ended_ms;     /* when that was; INSTANT_NEVER while it is open */
};

/* A level that does not hold, or held again. Of a level that is at risk (EFFECT_LEVEL_WARNED, _OVER): that the group
 * fell below standard->warn_below, and rose again or broke. */
struct level_change {
    const struct standard *standard;
    struct group group;
    size_t target; /* index into standard->targets */
    int64_t opened_ms;
    int64_t closed_ms; /* INSTANT_NEVER: it opened */
    bool held_again;   /* when closed: the target holds; false: there is too little to judge */
    bool broke;        /* when a warning is over: the target holds no more */
};

enum effect_kind {
    EFFECT_MISSED,       /* breach: new, or with other facts than before */
    EFFECT_WITHDRAWN,    /* breach: it never was, as is known now */
    EFFECT_LEVEL_OPENED, /* level */
    EFFECT_LEVEL_CLOSED, /* level */
    EFFECT_WARNED,            /* warning: reached, the furthest of those reached together; told again where the
                               * cycle was decided meanwhile, or its limit moved */
    EFFECT_WARNING_CHANGED,   /* warning: its state, of one that was told or passed over; or open again */
    EFFECT_LEVEL_WARNED,      /* level: at risk since opened_ms */
    EFFECT_LEVEL_WARNING_OVER, /* level: from opened_ms to closed_ms */
};
struct effect {
    enum effect_kind kind;
    union {
        struct breach breach;
        struct level_change level;
        struct warning warning;
    };
};

#endif
