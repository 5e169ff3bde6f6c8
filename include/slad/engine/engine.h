/* engine: the deterministic fold (standards, events, instants) -> effects and figures.
 * Owns: the state of every contact, subject, cycle, window and level.
 * Must not know: JSON, SQL, files, sockets, the wall clock. */
#ifndef SLAD_ENGINE_ENGINE_H
#define SLAD_ENGINE_ENGINE_H

#include "slad/model/effect.h"
#include "slad/model/event.h"
#include "slad/model/figures.h"
#include "slad/model/standard.h"

struct engine;

/* Reads back a contact that left memory: gives engine_recall_event() each of its events that were taken in before, by
 * (at_ms, seq). contact.p is NULL: the contact that the event seq is of, if that is one that engine_is_evicted() and the
 * journal still knows. Called by engine_recall(), and whenever the engine needs what had left. A negative code, which
 * engine_recall() returns; of other calls only the reader knows then that the engine is not what it should be. */
typedef int recall_read(void *arg, struct engine *engine, struct span contact, uint64_t seq);

struct engine_options {
    /* Live: a limit is not decided within grace of the receipt of the contact's latest event, put off so by at most
     * 5 x grace (docs/STANDARDS.md, "Time, live"). Replay: 0. */
    int64_t grace_ms;
    /* Called for each effect, in the course of engine_event() and engine_advance(). May be NULL. It must not call
     * the engine. */
    void (*effect)(void *arg, const struct effect *effect);
    void *arg;
    recall_read *recall; /* NULL: contacts that share subjects do not leave memory (engine_evict()) */
    void *recall_arg;
    /* So many contacts with something open, those last touched, keep their clocks in memory (engine_rest()); 0: 32 Ki. */
    size_t awake_most;
    /* Nothing is to leave memory, as a replay ends before it would pay: no account is kept of which contacts are quiet,
     * and engine_evict() and engine_rest() find none. */
    bool keeps_all;
};

/* `rules` is borrowed and must outlive the engine. */
struct engine *engine_new(const struct ruleset *rules, const struct engine_options *options);
void engine_free(struct engine *engine);
/* From now on effects go here (both may be NULL): a rebuild is silent, then becomes the running engine. */
void engine_set_sink(struct engine *engine, void (*effect)(void *arg, const struct effect *effect), void *arg);

/* From now on limits are put off by this grace (struct engine_options). */
void engine_set_grace(struct engine *engine, int64_t grace_ms);

/* An event of this contact is yet to be taken in that was received then: limits are put off by it already. */
void engine_hear(struct engine *engine, struct span contact, int64_t received_ms);

/* Takes an accepted event in. One whose at_ms lies beyond the engine's now waits until engine_advance() gets there.
 * Events may come in any order of at_ms; the final figures and contact breaches do not depend on it. seq must rise. */
void engine_event(struct engine *engine, const struct event *event);

/* Fetches into the processor's cache what engine_event() will read of these, which are likely to come next. Nothing else
 * changes, and none of them has to come. */
enum { ENGINE_EXPECT_MOST = 8 };
void engine_expect(const struct engine *engine, const struct event *events, size_t count);

/* Events that are read first and taken in later, in order (a replay): taken apart, without what no standard asks for, so
 * many at once. seq must rise with arrival. out[i] is NULL: no standard asks for anything of that one. */
struct moment;
enum { ENGINE_PREPARE_MOST = 16 };
void engine_prepare(struct engine *engine, const struct event *events, size_t count, struct moment **out);
/* Fetches into the processor's cache what engine_take() will read of it, in so many steps, each some events ahead of
 * the next. */
enum { ENGINE_FORESEE_STEPS = 9 };
void engine_foresee(const struct engine *engine, const struct moment *moment, unsigned step);
/* Before, at the same place, after: by instant, then contact, then arrival. */
int engine_compare(const struct moment *a, const struct moment *b);
/* engine_event() for a prepared event, which it takes over; its instant must not lie beyond the engine's now. */
void engine_take(struct engine *engine, struct moment *moment);
void engine_discard(struct engine *engine, struct moment *moment);

/* Moves the clocks; neither goes back (smaller values are taken as the present ones).
 *   now_ms:  events up to here take effect;
 *   held_ms: limits that ran out strictly before it are decided (held_ms <= now_ms).
 * Live: now and now - grace. Replay: both the instant of the next event. */
void engine_advance(struct engine *engine, int64_t now_ms, int64_t held_ms);
/* Judges levels at every instant through this one, included, at which their window changes, in event time. What comes
 * to be known of an earlier instant afterwards is judged at the next. Live: after each engine_advance(), through the
 * held clock. Replay: now and then, through an instant before the next event, and at the end. */
void engine_judge(struct engine *engine, int64_t through_ms);
int64_t engine_now(const struct engine *engine);
/* The held-back clock as last given. */
int64_t engine_held(const struct engine *engine);
/* The next value of held_ms at which engine_advance() has something to do (a limit that runs out, a record that leaves
 * a window a level is judged by, a period that ends, an event that waits); INSTANT_NEVER. */
int64_t engine_next(const struct engine *engine);

/* ---- reading; nothing here changes what the engine knows ---- */

typedef void figures_visit(void *arg, const struct figures *figures);
/* Every listed group of one standard (index in the ruleset), by group text, as of the engine's now. */
void engine_figures(struct engine *engine, size_t standard, figures_visit *visit, void *arg);
/* The groups of all standards whose figures changed, or whose window moved over a record, since the last call of this
 * function, as of the engine's now. A group that is no longer listed is visited once more, with nothing counted. */
void engine_figures_changed(struct engine *engine, figures_visit *visit, void *arg);
/* The same in pieces, all as of the engine's now when it begins: up to `most` are visited by each step, and one that is about
 * to change before it does, so from within any call that moves the engine. A step that is false was the last; the end may
 * come before that. In between the engine must not be saved, nor its figures be read so by another. */
void engine_figures_begin(struct engine *engine, figures_visit *visit, void *arg);
bool engine_figures_step(struct engine *engine, size_t most);
void engine_figures_end(struct engine *engine);
/* All groups count as changed: what was read of them is of a state that is not known any more. */
void engine_figures_unread(struct engine *engine);

/* A running cycle. */
struct open_cycle {
    const struct standard *standard;
    struct span contact; /* of the start event */
    struct group subject, group;
    int64_t started_ms;
    int64_t due_ms;      /* INSTANT_NEVER: unknown (paused, no limit, never open again) */
    int64_t limit_ms;    /* of the limit in force; -1: none, or a promised instant */
    int64_t elapsed_ms;  /* as of the engine's now */
    bool paused, missed; /* missed already, still running */
    bool at_risk;        /* undecided, and has reached a warning; of a standard without any, used 80 % of its limit */
    size_t warning;      /* the furthest reached, index into standard->warnings; WARNINGS_MAX: none */
    int64_t warning_ms, next_warning_ms; /* when that was, and when the next is; INSTANT_NEVER */
    int64_t walk_ms;     /* what comes later in the walk is due no earlier, but for limits that were put off */
};
/* The running cycles to which their standard applies (or that are missed already), by rising walk_ms, until visit
 * returns false. standard: index, or SIZE_MAX for all. */
typedef bool open_visit(void *arg, const struct open_cycle *cycle);
void engine_open(struct engine *engine, size_t standard, open_visit *visit, void *arg);
/* The undecided cycles that the clock has found at risk, in no order: the furthest warning it found, and all of them, a
 * bit each. */
typedef void warned_visit(void *arg, const struct warning *furthest, unsigned reached);
void engine_warned(struct engine *engine, warned_visit *visit, void *arg);

/* A limit as it was in force from an instant on. */
struct story_limit {
    int64_t since_ms;
    bool applies;        /* `match` holds and a limit fits */
    int rule;            /* of `within`, from 0; -1: none */
    int64_t limit_ms;    /* -1: none, or a promised instant */
    int64_t promised_ms; /* INSTANT_NEVER: none */
    const struct calendar *calendar;
};
enum {
    STORY_LIMITS_MAX = 20, /* of a cycle: more changes nobody follows */
    STORY_UNMET_MAX = 8,   /* alternatives that a reason is told of */
};

/* Why a standard does not apply. */
enum why {
    WHY_APPLIES,    /* it does */
    WHY_MATCH,      /* `match` does not hold: unmet has a condition of each alternative */
    WHY_WITHIN,     /* no rule of `within` fits: unmet has a condition of each */
    WHY_DUE,        /* attr holds no instant */
    WHY_NO_SUBJECT, /* attr, which `per` names, is absent */
    WHY_NO_NUMBER,  /* attr, the value, is no number on the event */
    WHY_TAKEN,      /* its start came while a clock of another contact ran for the same subject */
};
struct story_unmet {
    const struct condition *condition;
    struct value value; /* that the attribute has */
};
struct story_reason {
    enum why why;
    bool began; /* an event of the contact is one that starts the clock, or is measured */
    const char *attr;
    struct value value; /* of attr, for WHY_DUE */
    struct story_unmet unmet[STORY_UNMET_MAX];
    size_t unmet_count;
};

/* One cycle or measurement of a contact's story. */
struct story_cycle {
    const struct standard *standard;
    struct span contact;
    struct group subject, group;
    int64_t started_ms;
    int64_t due_ms;     /* the limit ran out then, or will; INSTANT_NEVER */
    int64_t limit_ms;   /* -1: none, or a promised instant */
    int limit_rule;     /* which rule of `within` is in force, from 0; -1: none */
    const struct calendar *calendar; /* of the limit in force; NULL: always */
    bool applies;       /* `match` holds and a limit fits */
    bool paused;
    enum outcome outcome;
    int64_t decided_ms; /* INSTANT_NEVER: undecided */
    int64_t ended_ms;   /* INSTANT_NEVER: it runs */
    const char *how;    /* "stop", "fail", "cancel", "abandon", "void", "limit"; "" while it runs */
    int64_t elapsed;    /* ms until the end or the engine's now; of a value standard the value in millionths */
    const int64_t *pauses; /* pairs of instants from, to; to is INSTANT_NEVER while it lasts */
    size_t pause_count;
    const struct story_limit *limits; /* each it has had until it was decided, oldest first */
    size_t limit_count;
    struct story_reason reason; /* when it does not apply */
};
typedef void story_visit(void *arg, const struct story_cycle *cycle);
/* Every cycle of every standard that an event of this contact started or ended, in the order of the standards; returns
 * false when the engine does not know the contact. */
bool engine_story(struct engine *engine, struct span contact, story_visit *visit, void *arg);
/* Why a standard (index) has no cycle in that story; false when the engine does not know the contact, *out untouched. */
bool engine_why(struct engine *engine, struct span contact, size_t standard, struct story_reason *out);

struct level_state {
    const struct standard *standard;
    struct group group;
    size_t target;
    int64_t opened_ms;
};
/* The levels that do not hold now. */
void engine_levels(struct engine *engine, void (*visit)(void *arg, const struct level_state *level), void *arg);
/* Takes over what an earlier engine found of a level: open since opened_ms (INSTANT_NEVER: not open). The group is
 * created when it is not known. Used after a rebuild, for standards whose meaning did not change. */
void engine_adopt_level(
    struct engine *engine, size_t standard, const struct group *group, size_t target, int64_t opened_ms);

/* The same of levels at risk: those that are now, and what an earlier engine found. */
void engine_level_warnings(
    struct engine *engine, void (*visit)(void *arg, const struct level_state *level), void *arg);
void engine_adopt_level_warning(
    struct engine *engine, size_t standard, const struct group *group, int64_t opened_ms);

/* Takes a contact out, with its records, as if its events had never been: the journal has dropped them. No effects. */
void engine_forget(struct engine *engine, struct span contact);

/* ---- contacts that leave memory ---- */

/* Lets go of contacts that have nothing open or waiting and were last touched when the engine's now was quiet_since_ms
 * or before, together with all others that share subjects with them, of which the same holds. About `most` are looked at
 * or let go. Returns how many went. What they measured stays in the figures. */
size_t engine_evict(struct engine *engine, int64_t quiet_since_ms, size_t most);
/* Contacts in memory that have nothing open or waiting; of those that share subjects some are not counted. */
size_t engine_quiet(const struct engine *engine);
/* Of the contacts with something open that are more than awake_most, forgets the clocks of those that were not touched for
 * longest, in about a third of their memory; they are run anew from their events when they are due, touched or asked
 * for. Looks at `most` of them. Nothing else shows. */
void engine_rest(struct engine *engine, size_t most);
/* Whether contacts can share subjects, by the standards. */
bool engine_shares(const struct engine *engine);
/* Whether the contact left: then it must be recalled before engine_event(), engine_forget() or engine_story() name it. */
bool engine_is_evicted(const struct engine *engine, struct span contact);
/* It comes back, with those that left together with it, which changes no figure and has no effects. Does nothing for one
 * that did not leave. What the reader says when it fails: then nothing came back. */
int engine_recall(struct engine *engine, struct span contact);
/* Only in a recall_read(). */
void engine_recall_event(struct engine *engine, const struct event *event);
void engine_set_recall(struct engine *engine, recall_read *recall, void *arg);

struct engine_size {
    size_t evicted; /* contacts known, and not in memory */
    size_t resting; /* contacts with something open whose clocks are not in memory (engine_rest()) */
    size_t contacts, open_cycles, records, groups, waiting_events, deadlines;
};
struct engine_size engine_size(const struct engine *engine);

#endif
