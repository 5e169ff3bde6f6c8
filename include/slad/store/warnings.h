/* warnings: what was at risk when, and what became of it (docs/STANDARDS.md, "At risk").
 * Owns: the table `warnings`.
 * Must not know: how a warning is found. Subjects and groups are ready JSON text. */
#ifndef SLAD_STORE_WARNINGS_H
#define SLAD_STORE_WARNINGS_H

#include "slad/store/breaches.h"

/* Instants that are not known are INSTANT_NEVER; texts that are not there have p == NULL. Kinds and states are those of
 * breaches: a contact's is open until its cycle is decided. */
struct warning_record {
    int64_t id; /* rises in the order of recording */
    enum breach_kind kind;
    struct span standard;
    int64_t version;     /* id of the version of the standard (versions.h) */
    struct span group;   /* JSON object */
    struct span warning; /* "80%", "5m left"; of a level "93%" */

    /* Of a contact; it is the same one as long as (standard, subject, started, nth, warning) is the same. */
    struct span contact;
    struct span subject; /* JSON text: a string or a list of strings */
    int64_t started_ms;
    int nth;
    int64_t due_ms; /* of the limit in force when it was reached */

    struct span target; /* of a level; at most one is open for (standard, group, target) */

    int64_t reached_ms, closed_ms; /* in event time; closed: when the cycle was decided, or the level's risk was over */
    enum breach_state state;
    struct span outcome;             /* how the cycle was decided: "met", "missed", "excluded" */
    int64_t recorded_ms, updated_ms; /* wall clock: first written, last changed */
    struct span reason;              /* why it was closed (of a level) or withdrawn */
};

/* ---- writing, within a transaction. Strings are never kept. ---- */

/* Writes down that a cycle has reached a warning; taken from `record`: standard to due_ms, reached_ms, and updated_ms
 * (now). One that is open already is left as it is; one that was closed or withdrawn is open again, reached anew;
 * `recorded` stays. *is_new: there was none. */
int warning_put(struct store *store, const struct warning_record *record, bool *is_new, struct err *err) WARN_UNUSED;

/* What became of a contact's: looked up by standard, subject, started, nth and warning (p == NULL: all of the cycle);
 * set are state, closed_ms, outcome, reason and updated_ms. Nothing happens when there is none, or it is so already. */
int warning_change(struct store *store, const struct warning_record *record, struct err *err) WARN_UNUSED;

/* A level at risk; taken from `record`: standard, version, group, warning, target, reached_ms and updated_ms (now). One
 * that is open already is left as it is (*is_new false). */
int warning_level_open(struct store *store, const struct warning_record *record, bool *is_new, struct err *err) WARN_UNUSED;
/* Closes that of a level, if it is open. */
int warning_level_close(
    struct store *store, const struct level_key *key, const struct breach_end *end, struct err *err) WARN_UNUSED;

/* Ends an open one, of a contact (withdrawn) or a level, by its id: nothing will end it any more. */
int warning_close(struct store *store, int64_t id, const struct breach_end *end, struct err *err) WARN_UNUSED;

/* ---- reading: committed rows only. Records are borrowed for the length of the visit. ---- */

typedef void warning_visit(void *arg, const struct warning_record *record);

/* By falling id; the filter's instants are about `reached`. ERR_LIMIT: the filter is over a cap. */
int warnings_query(struct store *store, const struct breach_filter *filter, warning_visit *visit, void *arg,
    struct breach_page *page, struct err *err) WARN_UNUSED;
/* One by its id; 1: there is none. */
int warning_get(struct store *store, int64_t id, warning_visit *visit, void *arg, struct err *err) WARN_UNUSED;
/* What a rebuilt engine is held against; the visits may write. Up to `rows` open ones beyond *after, by rising id; *after
 * moves on. 1: there may be more; 0: those were all. */
int warnings_each_open(struct store *store, int64_t *after, size_t rows, warning_visit *visit, void *arg,
    struct err *err) WARN_UNUSED;
/* All open ones of levels, by rising id. */
int warnings_each_open_level(struct store *store, warning_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif
