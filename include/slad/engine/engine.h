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

struct engine_options {
    /* Live: a limit is not decided within grace of the receipt of the contact's latest event, put off so by at most
     * 5 x grace (docs/STANDARDS.md, "Time, live"). Replay: 0. */
    int64_t grace_ms;
    /* Called for each effect, in the course of engine_event() and engine_advance(). May be NULL. It must not call
     * the engine. */
    void (*effect)(void *arg, const struct effect *effect);
    void *arg;
};

/* `rules` is borrowed and must outlive the engine. */
struct engine *engine_new(const struct ruleset *rules, const struct engine_options *options);
void engine_free(struct engine *engine);
/* From now on effects go here (both may be NULL): a rebuild is silent, then becomes the running engine. */
void engine_set_sink(struct engine *engine, void (*effect)(void *arg, const struct effect *effect), void *arg);

/* From now on limits are put off by this grace (struct engine_options). */
void engine_set_grace(struct engine *engine, int64_t grace_ms);

/* Takes an accepted event in. One whose at_ms lies beyond the engine's now waits until engine_advance() gets there.
 * Events may come in any order of at_ms; the final figures and contact breaches do not depend on it. seq must rise. */
void engine_event(struct engine *engine, const struct event *event);

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
};
/* The running cycles to which their standard applies (or that are missed already), nearest due first, until visit
 * returns false. standard: index, or SIZE_MAX for all. */
typedef bool open_visit(void *arg, const struct open_cycle *cycle);
void engine_open(struct engine *engine, size_t standard, open_visit *visit, void *arg);

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
};
typedef void story_visit(void *arg, const struct story_cycle *cycle);
/* Every cycle of every standard that an event of this contact started or ended, in the order of the standards; returns
 * false when the engine does not know the contact. */
bool engine_story(struct engine *engine, struct span contact, story_visit *visit, void *arg);

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

/* Takes a contact out, with its records, as if its events had never been: the journal has dropped them. No effects. */
void engine_forget(struct engine *engine, struct span contact);

struct engine_size {
    size_t contacts, open_cycles, records, groups, waiting_events, deadlines;
};
struct engine_size engine_size(const struct engine *engine);

#endif
