/* standard: a promise as its author wrote it, checked and resolved (docs/STANDARDS.md, "A standard").
 * Owns: struct ruleset owns all below it through its arena, zones and calendars.
 * Must not know: YAML, running state. */
#ifndef SLAD_MODEL_STANDARD_H
#define SLAD_MODEL_STANDARD_H

#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "slad/model/calendar.h"
#include "slad/model/number.h"
#include "slad/model/pattern.h"
#include "slad/model/zone.h"

enum outcome { OUTCOME_NONE, OUTCOME_MET, OUTCOME_MISSED, OUTCOME_EXCLUDED };
const char *outcome_name(enum outcome outcome); /* "met" …; "" for none */

struct limit_rule {
    const struct match *match; /* NULL: always */
    int64_t limit_ms;
    const struct calendar *calendar; /* NULL: always open */
};

enum statistic { STAT_ATTAINMENT, STAT_MISSED, STAT_MEAN, STAT_MIN, STAT_MAX, STAT_PERCENTILE };
enum comparison { AT_LEAST, AT_MOST, GREATER, LESS }; /* >= <= > < */
struct target {
    const char *text; /* as written; a bare percentage as "attainment >= 90%" */
    enum statistic stat;
    enum comparison op;
    struct decimal quantile; /* STAT_PERCENTILE: in per cent, 0..100 */
    /* attainment: per cent; missed: a count; else seconds (clock) or the value, as an exact decimal */
    struct decimal bound;
};
const char *comparison_sign(enum comparison op);

/* A share of the limit used, or a time left of it (docs/STANDARDS.md, "At risk"). */
struct warn_rule {
    const char *text;     /* "80%", "5m left": names it in records */
    struct decimal share; /* in per cent, above 0 and below 100; not used with left_ms */
    int64_t left_ms;      /* 0: it is a share */
};
enum { WARNINGS_MAX = 8 }; /* of a standard: those a cycle has reached are bits of a byte */

enum window_kind { WINDOW_ALL, WINDOW_ROLLING, WINDOW_PERIOD };

struct standard {
    const char *name;
    const char *describe; /* "" when not given */
    const char *file;     /* where it was read, for messages */
    int line;

    const struct match *match; /* NULL: always */
    const char *const *per;    /* attributes; {"contact"} by default */
    size_t per_count;
    bool per_is_list; /* reports show the subject as a list */
    const char *const *by;
    size_t by_count;
    const struct zone *zone; /* of calendar periods */

    /* Clock standards; is_value: `when` … instead. */
    bool is_value;
    struct event_patterns start, stop, fail, cancel, void_, pause, resume, reopen;
    const struct match *paused_while; /* NULL: not given */
    bool repeat;
    const struct limit_rule *limits; /* `within`; none and no due_attr: no limit */
    size_t limit_count;
    const char *due_attr;            /* NULL: not given */
    const struct calendar *calendar; /* NULL: always */
    struct event_patterns abandon;
    int64_t short_ms; /* -1: not given */
    enum outcome short_counts, before_limit, after_limit;

    const struct warn_rule *warnings; /* as written */
    size_t warning_count;

    /* Value standards. */
    struct event_patterns when;
    const char *value_attr;
    bool has_at_least, has_at_most;
    double at_least, at_most;

    /* Figures. */
    enum window_kind window;
    int64_t window_ms;    /* WINDOW_ROLLING, > 0 */
    enum period period;   /* WINDOW_PERIOD */
    const struct target *targets;
    size_t target_count;
    int64_t min_count;    /* >= 1 */
    const struct target *warn_below; /* NULL: none; as a target of its own: attainment >= so much, text "93%" */
    size_t warn_target;   /* that it warns of: index into targets */
    const struct decimal *percentiles; /* in per cent */
    size_t percentile_count;

    /* The definition in a canonical form, JSON: equal text is equal meaning (comments, order of keys, `describe`, warnings
     * and where it stands make no difference; the calendars it uses are part of it). */
    const char *meaning;
};

/* Figures of durations are milliseconds, of values millionths. Units to the power of ten: 3 or 6. */
static inline int standard_digits(const struct standard *s) {
    return s->is_value ? 6 : 3;
}

struct ruleset {
    struct arena arena;
    struct standard **standards; /* in the order of the files */
    size_t standard_count;
    struct calendar **calendars;
    size_t calendar_count;
    struct zone **zones;
    size_t zone_count;
};
void ruleset_fini(struct ruleset *rules);
/* NULL when there is none of that name. */
const struct standard *ruleset_find(const struct ruleset *rules, struct span name);
/* Fills standard->meaning (in the arena) from everything else. Call once all other fields are set. */
void standard_set_meaning(struct arena *arena, struct standard *standard);
/* What its warnings are, canonical JSON: {"warn": ["80%", "5m"], "warn_below": "93%"}, without what it has not. */
void standard_warn_json(const struct standard *standard, struct buf *out);

#endif
