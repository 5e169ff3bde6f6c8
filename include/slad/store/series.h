/* series: rolling figures and percentiles as they were published, by standard and group.
 * Owns: the tables `series`, `figures`, `percentiles`.
 * Must not know: how figures are counted. Groups are ready JSON text. */
#ifndef SLAD_STORE_SERIES_H
#define SLAD_STORE_SERIES_H

#include "slad/base/span.h"
#include "slad/model/figures.h"
#include "slad/store/breaches.h" /* struct group_term */
#include "slad/store/store.h"

/* The number of a standard's group, good within the transaction: retention lets go of one without history. Made when it
 * is new. */
int series_id(
    struct store *store, struct span standard, struct span group, int64_t *id, struct err *err) WARN_UNUSED;

struct figures_row {
    int64_t open, met, missed, excluded; /* counted = met + missed */
    enum state state;
    int64_t durations;     /* 0: mean, min and max are null */
    double mean, min, max; /* seconds; of a value standard values */
};
/* Writes one row, in place of one of the same instant. */
int figures_put(struct store *store, int64_t series, int64_t at_ms, const struct figures_row *row,
    struct err *err) WARN_UNUSED;

struct percentile_row {
    double q; /* per cent */
    bool has_value;
    double value; /* as above */
};
int percentiles_put(struct store *store, int64_t series, int64_t at_ms, const struct percentile_row *rows,
    size_t count, struct err *err) WARN_UNUSED;

/* Writes that a series counts nothing from here on: empty figures, and no percentiles where it had some. */
int series_end(struct store *store, int64_t series, int64_t at_ms, struct err *err) WARN_UNUSED;

/* Lets go of all that was published after this instant: the clock was wrong. */
int series_cut(struct store *store, int64_t after_ms, struct err *err) WARN_UNUSED;

/* ---- reading: committed rows only ---- */

/* The number of a standard's group; 1: it has none. */
int series_find(struct store *store, struct span standard, struct span group, int64_t *id, struct err *err) WARN_UNUSED;

/* Of up to `rows` series beyond *after, by id (*after moves on), those whose latest figures before at_ms count something, or
 * are open. 1: there may be more; 0: those were all. The visit may write. */
int series_each_live(struct store *store, int64_t at_ms, int64_t *after, size_t rows,
    void (*visit)(void *arg, int64_t series), void *arg, struct err *err) WARN_UNUSED;

/* The latest figures published at or before at_ms; 1: none. */
int figures_last(struct store *store, int64_t series, int64_t at_ms, int64_t *published_ms,
    struct figures_row *row, struct err *err) WARN_UNUSED;

/* The percentiles published at this instant, by q: the first `room` of them. */
int percentiles_at(struct store *store, int64_t series, int64_t at_ms, struct percentile_row *rows, size_t room,
    size_t *count, struct err *err) WARN_UNUSED;

enum {
    HISTORY_LIMIT_MAX = 10000, /* rows a page, as for breaches; these are shorter */
    HISTORY_LIMIT = 1000,      /* when the filter says 0 */
};
/* Where a page ended; all zero: before everything. */
struct history_place {
    int64_t series, at_ms;
    double q; /* percentiles only */
};
struct history_filter {
    struct span standard;           /* p == NULL: any */
    const struct group_term *terms; /* all must hold */
    size_t term_count;
    int64_t from_ms, to_ms; /* from <= at < to; to 0: no end */
    bool has_q;             /* percentiles only */
    double q;
    struct history_place after;
    size_t limit;
};
struct history_row {
    struct history_place place;
    struct span standard, group;
    int64_t at_ms;
    struct figures_row figures;       /* of figures_query() */
    struct percentile_row percentile; /* of percentiles_query() */
};
struct history_page {
    size_t count;
    bool more; /* ask again with after = next; a page may end early, as for breaches */
    struct history_place next;
};
typedef void history_visit(void *arg, const struct history_row *row);
/* By series, instant (and q). ERR_LIMIT: the filter is over a cap. */
int figures_query(struct store *store, const struct history_filter *filter, history_visit *visit, void *arg,
    struct history_page *page, struct err *err) WARN_UNUSED;
int percentiles_query(struct store *store, const struct history_filter *filter, history_visit *visit,
    void *arg, struct history_page *page, struct err *err) WARN_UNUSED;

#endif
