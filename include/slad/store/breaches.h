/* breaches: the record of promises not kept, and what was known of them when.
 * Owns: the table `breaches`.
 * Must not know: how a breach is found. Subjects and groups are ready JSON text. */
#ifndef SLAD_STORE_BREACHES_H
#define SLAD_STORE_BREACHES_H

#include "slad/base/span.h"
#include "slad/model/instant.h"
#include "slad/store/store.h"

/* The zeros mean "any" in a filter. */
enum breach_kind { BREACH_ANY_KIND, BREACH_CONTACT, BREACH_LEVEL };
enum breach_state { BREACH_ANY_STATE, BREACH_OPEN, BREACH_CLOSED, BREACH_WITHDRAWN };
const char *breach_kind_name(enum breach_kind kind);    /* "contact", "level" */
const char *breach_state_name(enum breach_state state); /* "open", "closed", "withdrawn" */

/* Instants that are not known are INSTANT_NEVER; texts that are not there have p == NULL. */
struct breach_record {
    int64_t id; /* rises in the order of recording */
    enum breach_kind kind;
    struct span standard;
    int64_t version;   /* id of the version of the standard (versions.h) */
    struct span group; /* JSON object */

    /* Of a contact breach; it is the same one as long as (standard, subject, started, nth) is the same. */
    struct span contact;
    struct span subject; /* JSON text: a string or a list of strings */
    int64_t started_ms;
    int nth;
    int64_t due_ms, decided_ms, ended_ms;
    bool has_elapsed;
    double elapsed; /* seconds; of a value standard the value */

    /* Of a level breach; at most one is open for (standard, group, target). */
    struct span target;
    int64_t opened_ms, closed_ms;

    enum breach_state state;         /* contact: open while the cycle runs */
    int64_t recorded_ms, updated_ms; /* wall clock: first written, last changed */
    struct span reason;              /* why it was closed or withdrawn */
    int64_t excused_ms;              /* INSTANT_NEVER: not excused */
    int64_t excused_by;              /* uid */
    struct span excuse;
};

/* ---- writing, within a transaction. Strings are never kept. ---- */

/* Writes down a contact breach, or brings the one of the same identity up to date. Taken from `record`:
 * standard, version, group, contact to elapsed, and updated_ms (now). The state follows from ended_ms; a
 * withdrawn one lives again; `recorded` and an excuse stay as they were; one that is the same already is not
 * touched. *is_new: there was none, not even withdrawn. */
int breach_put(struct store *store, const struct breach_record *record, int64_t *id, bool *is_new,
    struct err *err) WARN_UNUSED;

struct breach_key {
    struct span standard, subject;
    int64_t started_ms;
    int nth;
};
/* How a record comes to its end. */
struct breach_end {
    int64_t now_ms;
    int64_t closed_ms; /* of a level */
    const char
        *reason; /* such as "corrected by later events", "held again", "too little to judge", "standard changed" */
};
/* 0: withdrawn, *id says which; 1: there is no such live breach. */
int breach_withdraw(struct store *store, const struct breach_key *key, const struct breach_end *end,
    int64_t *id, struct err *err) WARN_UNUSED;

/* Opens a level; taken from `record`: standard, version, group, target, opened_ms, and updated_ms (now). One
 * that is open already is left as it is (*is_new false). */
int level_open(struct store *store, const struct breach_record *record, int64_t *id, bool *is_new,
    struct err *err) WARN_UNUSED;
struct level_key {
    struct span standard, group, target;
};
/* 0: closed, *id says which; 1: none was open. */
int level_close(struct store *store, const struct level_key *key, const struct breach_end *end, int64_t *id,
    struct err *err) WARN_UNUSED;

/* Writes down a level that was open once: as level_open(), and closed_ms and reason too. Asks for none before it. */
int level_past(struct store *store, const struct breach_record *record, struct err *err) WARN_UNUSED;

/* Closes an open breach, of a contact or a level, by its id: nothing will end it any more. */
int breach_close(struct store *store, int64_t id, const struct breach_end *end, struct err *err) WARN_UNUSED;

struct breach_excuse {
    int64_t uid;
    struct span text;
    int64_t now_ms;
};
/* Notes why a breach is excused; a later excuse takes the place of an earlier one. 1: there is no such
 * breach. */
int breach_excuse(
    struct store *store, int64_t id, const struct breach_excuse *excuse, struct err *err) WARN_UNUSED;

/* ---- reading: committed rows only. Records are borrowed for the length of the visit. ---- */

typedef void breach_visit(void *arg, const struct breach_record *record);

/* A group attribute and its value as text; value.p == NULL: absent. */
struct group_term {
    struct span attr, value;
};
enum {
    GROUP_TERMS_MAX = 16, /* a group has few attributes; each term costs a look into the JSON of every row */
    BREACHES_LIMIT_MAX = 1000, /* rows a page: a page is built within one turn of the loop */
    BREACHES_LIMIT = 100,      /* when the filter says 0 */
};
/* All zero: everything, newest first. */
struct breach_filter {
    struct span standard; /* p == NULL: any */
    enum breach_kind kind;
    enum breach_state state;
    const struct group_term *terms; /* all must hold */
    size_t term_count;
    int64_t since_ms, until_ms; /* since <= decided (or opened) < until; until 0: no end */
    int64_t after;              /* rows with a smaller id only; 0: from the newest */
    size_t limit;
};
struct breach_page {
    size_t count;
    bool more; /* there may be further rows: ask again with after = next. A page may end before the limit is
                * reached (and even be empty), so that no question holds up the loop for long. */
    int64_t next;
};
/* By falling id. ERR_LIMIT: the filter is over a cap. */
int breaches_query(struct store *store, const struct breach_filter *filter, breach_visit *visit, void *arg,
    struct breach_page *page, struct err *err) WARN_UNUSED;
/* One by its id; 1: there is none. */
int breach_get(struct store *store, int64_t id, breach_visit *visit, void *arg, struct err *err) WARN_UNUSED;
/* What a rebuilt engine is held against; the visits may write. */

/* The last id; 0: there is none. */
int breaches_last(struct store *store, int64_t *id, struct err *err) WARN_UNUSED;
/* Looks at up to `rows` records by rising id, beyond *after (which moves on) and through `through`, and visits the
 * contact breaches that are not withdrawn and the open levels. 1: there may be more; 0: those were all. */
struct breach_run {
    int64_t after, through;
    size_t rows;
};
int breaches_each_live(
    struct store *store, struct breach_run *run, breach_visit *visit, void *arg, struct err *err) WARN_UNUSED;
/* All open levels, by rising id. */
int levels_each_open(struct store *store, breach_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif
