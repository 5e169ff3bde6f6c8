/* ledger: the figures of one standard: its groups, what lies in the window now, and the levels.
 * Owns: the groups, two windows (one at the engine's now, for figures; one at the held-back clock, for levels).
 * Must not know: cycles, contacts, events.
 *
 * A record is put in when an outcome or duration becomes known and taken out when it proves wrong; nothing is ever
 * recounted. */
#ifndef SLAD_ENGINE_LEDGER_H
#define SLAD_ENGINE_LEDGER_H

#include "judge.h"
#include "level_notes.h"
#include "program.h"
#include "slad/model/effect.h"
#include "slad/model/figures.h"
#include "spread.h"
#include "window.h"

/* One target of one group, as judged in event time. */
struct level {
    int64_t below;     /* numbers in the window at most the target's cut */
    int64_t opened_ms; /* INSTANT_NEVER: it holds, or is not judged */
};
struct group_state {
    uint32_t index;      /* in ledger->groups */
    uint32_t cycles;     /* that point to it, copies included */
    uint32_t notes;      /* that levels have not learned of */
    struct sym **texts;  /* by_count of them; NULL: the attribute is absent */
    struct span *spans;  /* the same, for reports */
    int64_t open;        /* running cycles */
    int64_t outcomes;    /* ever, as history now stands */
    struct counts now;   /* in the window, at the engine's now */
    struct spread spread;
    struct counts held;  /* in the window, at the instant judged */
    struct level *levels; /* one a target; NULL without targets */
    int64_t warned_ms;    /* INSTANT_NEVER: not below the standard's warn_below, or not while its target holds */
    bool touched;        /* to be judged at the instant in hand */
    bool dirty;          /* its figures changed since they were last read as changed */
    bool awaited;        /* they are to be read as they are: before they change, at the latest */
    bool shown;          /* was listed when last read as changed */
};

struct ledger {
    const struct compiled *rule;
    struct intern *texts;
    struct group_state **groups; /* NULL: its place is free */
    size_t group_count, group_capacity;
    uint32_t *places; /* the free ones */
    size_t place_count, place_capacity;
    size_t looked;    /* ledger_let_go() goes on here */
    struct map by_texts;
    struct group_state **dirty;
    size_t dirty_count, dirty_capacity;
    struct group_state **awaited; /* those from `read` on may still be */
    size_t awaited_count, awaited_capacity, read;
    const struct ledger_reader *reader;

    struct window window;   /* figures; not used without a window */
    int64_t edge;           /* records at or before it are outside */
    struct window held;     /* levels */
    int64_t held_edge;
    int64_t judged;         /* levels are judged through here */
    int64_t period_end;     /* of the period that held_edge belongs to; WINDOW_PERIOD */
    struct level_notes notes; /* what levels learn */
    int64_t *cuts;          /* one a target */
    struct level_note *learned; /* those of the instant in hand */
    size_t learned_capacity;
    struct group_state **touched;
    size_t touched_count, touched_capacity;
};

/* kind: one of those of levels. */
typedef void level_report(void *arg, const struct level_change *change, enum effect_kind kind);

void ledger_init(struct ledger *ledger, const struct compiled *rule, struct intern *texts);
void ledger_fini(struct ledger *ledger);
/* The group that these attributes belong to; made when new. */
struct group_state *ledger_group(struct ledger *ledger, const struct attrs *attrs);
/* The group with these texts (p NULL: absent); made when new. */
struct group_state *ledger_group_by_texts(struct ledger *ledger, const struct group *group);
/* The same; texts: by_count of them, whose references it takes over. */
struct group_state *ledger_take_group(struct ledger *ledger, struct sym **texts);
struct group ledger_group_texts(const struct ledger *ledger, const struct group_state *group);
static inline bool group_is_listed(const struct group_state *group) {
    return group && (group->open > 0 || group->outcomes > 0);
}
static inline size_t ledger_groups(const struct ledger *ledger) {
    return ledger->group_count - ledger->place_count;
}
/* Looks at so many groups more and frees those that nothing stands for any more. No measure may be in hand. */
void ledger_let_go(struct ledger *ledger, size_t most);

/* Each group's figures count as changed since they were last read. */
void ledger_unread(struct ledger *ledger);

/* The groups that changed are read by `reader` as they are now: some at a time by ledger_read(), and one that is about to
 * change before it does. */
struct ledger_reader {
    void (*read)(void *arg, struct ledger *ledger, struct group_state *group);
    void *arg;
};
void ledger_await(struct ledger *ledger, const struct ledger_reader *reader);
/* Up to `most` of them; how many it were: fewer when no more are awaited. */
size_t ledger_read(struct ledger *ledger, size_t most);
void ledger_await_none(struct ledger *ledger); /* the rest is not read */
void ledger_read_awaited(struct ledger *ledger, struct group_state *group);
/* What follows changes what the group's figures say. */
static inline void ledger_before_change(struct ledger *ledger, struct group_state *group) {
    if (group->awaited) ledger_read_awaited(ledger, group);
}

/* A running cycle more (+1) or less (-1). */
void ledger_open(struct ledger *ledger, struct group_state *group, int sign);
/* Puts a record in (+1) or takes it out (-1). known_ms: when levels learn of it, in event time; not before the instant
 * after the last one judged. */
void ledger_record(struct ledger *ledger, const struct record *record, int sign, int64_t known_ms);

/* Moves the window of figures to now: what lies at or before its edge leaves. */
void ledger_move(struct ledger *ledger, int64_t now_ms);
/* Judges the levels at every instant through this one at which their window changes. */
void ledger_judge(struct ledger *ledger, int64_t through_ms, level_report *report, void *arg);
/* Takes over what was known of a level before (INSTANT_NEVER: it was not open); judged again at the next instant. */
void ledger_adopt_level(struct ledger *ledger, struct group_state *group, size_t target, int64_t opened_ms);
/* The same for its warning. */
void ledger_adopt_warning(struct ledger *ledger, struct group_state *group, int64_t warned_ms);
/* The next instant that ledger_judge() has something to do at; INSTANT_NEVER. */
int64_t ledger_next(const struct ledger *ledger);

/* The figures of one group at now (ledger_move() was called), but for its targets. percentiles: room for the
 * standard's. */
struct figures ledger_figures(
    struct ledger *ledger, struct group_state *group, int64_t now_ms, int64_t *percentiles);
/* Each target of the group, likewise; out: room for the standard's. */
void ledger_targets(struct ledger *ledger, struct group_state *group, struct target_figures *out);

#endif
