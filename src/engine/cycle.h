/* cycle: what one standard thinks of one subject, event by event (docs/STANDARDS.md, "Clock standards").
 * Owns: the running or last cycle of a track, its pauses.
 * Must not know: earlier cycles, figures, deadlines of others, late events.
 *
 *            start                stop (met, missed)
 *   (none) ---------> RUNNING --------------------------> STOPPED
 *                     |  ^  |  \__ fail, cancel, abandon,      |
 *            pause,   |  |  |      void, limit (fail-only) --> ENDED
 *            resume   +--+  |                                  |
 *                           +<------------- reopen ------------+ (from STOPPED only)
 *   with repeat, a start after STOPPED or ENDED begins the next cycle.
 *
 * cycle_step() is every arrow; cycle_settle() is the clock's part: a limit that runs out. */
#ifndef SLAD_ENGINE_CYCLE_H
#define SLAD_ENGINE_CYCLE_H

#include "ledger.h"

struct contact;
struct moment;

enum how { HOW_RUNNING, HOW_STOP, HOW_FAIL, HOW_CANCEL, HOW_ABANDON, HOW_VOID, HOW_LIMIT };
const char *how_name(enum how how);

enum limit_kind { LIMIT_NONE /* does not apply */, LIMIT_ELAPSED, LIMIT_AT };

struct cycle {
    struct contact *contact;          /* of the start event */
    struct attrs *attrs, *now_attrs;  /* as last read; as of the contact's latest event in the subject */
    struct group_state *group;        /* of attrs, while the standard applies; fixed once decided */
    const struct calendar *calendar;  /* of the limit in force, or the standard's own */
    int64_t limit_ms;                 /* LIMIT_ELAPSED: INSTANT_NEVER is no limit; LIMIT_AT: the instant */
    int64_t start, since;             /* since: when this limit came into force */
    int64_t end, decided, due;        /* due: where the outcome is by the limit */
    int64_t elapsed;                  /* at the end */
    int64_t *pauses;                  /* from, to, from, to …; to is INSTANT_NEVER while it lasts */
    uint32_t pause_count, pause_capacity; /* instants, so twice the pauses */
    int32_t nth;                      /* among cycles that start at one instant */
    int16_t rule;                     /* which limit; -1 */
    uint8_t limit_kind, outcome, how;
    bool by_clock;                    /* decided because the limit ran out, at max(due, since) */
    uint8_t warned;                   /* warnings that the clock has found reached, a bit each (warn.h) */
    bool warn_again;                  /* the furthest of them may not have been told as things stand now */
};

/* The fold of one standard over one subject. */
struct track {
    struct cycle cycle;
    int64_t fires; /* the held-back clock at which its limit is to be settled; INSTANT_NEVER */
    int64_t ripe_ms; /* the engine's now when the limit could first have been decided; INSTANT_NEVER: it could not */
    uint32_t standard;
    bool held;   /* between pause and resume */
    bool exists; /* cycle holds one */
    bool ripe_to_warn; /* what is ripe is a warning, not the limit */
};

/* A copy with references of its own; whether two are in the same state, whatever the clock is to look at. */
struct track track_copy(struct intern *texts, const struct track *track);
bool track_same(const struct track *a, const struct track *b);

static inline bool cycle_runs(const struct cycle *c) {
    return c->how == HOW_RUNNING;
}
static inline bool cycle_is_open(const struct cycle *c) {
    return cycle_runs(c) && (c->outcome != OUTCOME_NONE || c->limit_kind != LIMIT_NONE);
}
static inline bool cycle_is_paused(const struct cycle *c) {
    return c->pause_count && c->pauses[c->pause_count - 1] == INSTANT_NEVER;
}
/* When the outcome became known, in event time: a limit that runs out is known 1 ms after it. */
static inline int64_t cycle_known(const struct cycle *c) {
    return c->by_clock && c->decided == c->due ? c->due + 1 : c->decided;
}

/* Which standard's limit these attributes bring; for deciding whether it applies at all. */
struct limit {
    enum limit_kind kind;
    int16_t rule;
    int64_t ms;
    const struct calendar *calendar;
};
struct limit limit_of(const struct compiled *rule, const struct attrs *attrs);

/* Applies a moment with these roles. When a new cycle takes the place of one that counts, that one is moved to
 * *retired and true is returned; its owner releases it with cycle_fini(). */
bool cycle_step(struct ledger *ledger, struct track *track, const struct moment *moment, unsigned roles,
    struct cycle *retired);
/* Decides what is due before this instant: the limit ran out strictly before it. */
void cycle_settle(const struct ledger *ledger, struct cycle *cycle, int64_t before_ms);
/* A void event at this instant excludes the cycle, also an ended one. */
void cycle_void(struct cycle *cycle, int64_t at_ms);

/* Milliseconds the clock has run until this instant. */
int64_t cycle_elapsed(const struct cycle *cycle, int64_t at_ms);
/* The last instant at which the clock shows no more than this, as far as is known; INSTANT_NEVER. */
int64_t cycle_runs_through(const struct cycle *cycle, int64_t elapsed_ms);
/* The last instant within the limit, as far as is known; INSTANT_NEVER. */
int64_t cycle_due(const struct cycle *cycle);
/* The held-back clock at which cycle_settle() will decide something; INSTANT_NEVER. */
int64_t cycle_fires(const struct ledger *ledger, const struct cycle *cycle);
void cycle_fini(struct intern *texts, struct cycle *cycle);

#endif
