/* Reading what was published. A page goes through the series by id and reads each one's range of its table,
 * which lies together on disk; it remembers the place it came to. */
#include "slad/store/series.h"

#include "slad/base/buf.h"
#include "store/db.h"
#include "store/terms.h"

static enum state state_of(struct span name) {
    enum state state = STATE_NO_DATA;
    while (state < STATE_BREACHED && !span_eq(name, span_of(state_name(state)))) state++;
    return state;
}

#define FIGURES_COLUMNS                                                                                      \
    "SELECT at, 0, open, met, missed, excluded, state, durations, mean, min, max FROM figures "

static void figures_of(sqlite3_stmt *row, struct figures_row *out) {
    *out = (struct figures_row){
        .open = sqlite3_column_int64(row, 2),
        .met = sqlite3_column_int64(row, 3),
        .missed = sqlite3_column_int64(row, 4),
        .excluded = sqlite3_column_int64(row, 5),
        .state = state_of(db_span(row, 6)),
        .durations = sqlite3_column_int64(row, 7),
        .mean = sqlite3_column_double(row, 8),
        .min = sqlite3_column_double(row, 9),
        .max = sqlite3_column_double(row, 10),
    };
}

int figures_last(struct store *store, int64_t series, int64_t at_ms, int64_t *published_ms,
    struct figures_row *row, struct err *err) {
    sqlite3_stmt *last;
    int got = db_read(store, STATEMENT_FIGURES_LAST,
        FIGURES_COLUMNS "WHERE series = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1", &last, err);
    if (got != 0) return got;
    db_bind_int(last, 1, series);
    db_bind_int(last, 2, at_ms);
    got = db_step(last, "read figures", err);
    if (got <= 0) return got < 0 ? got : 1;
    *published_ms = sqlite3_column_int64(last, 0);
    figures_of(last, row);
    sqlite3_reset(last);
    return 0;
}

int percentiles_at(struct store *store, int64_t series, int64_t at_ms, struct percentile_row *rows, size_t room,
    size_t *count, struct err *err) {
    sqlite3_stmt *read;
    int got = db_read(store, STATEMENT_PERCENTILES_AT,
        "SELECT q, value FROM percentiles WHERE series = ?1 AND at = ?2 ORDER BY q LIMIT ?3", &read, err);
    if (got != 0) return got;
    db_bind_int(read, 1, series);
    db_bind_int(read, 2, at_ms);
    db_bind_int(read, 3, (int64_t)room);
    size_t n = 0;
    for (; (got = db_step(read, "read percentiles", err)) > 0; n++)
        rows[n] = (struct percentile_row){
            sqlite3_column_double(read, 0), !db_is_null(read, 1), sqlite3_column_double(read, 1)};
    if (got == 0) *count = n;
    return got;
}

int series_find(struct store *store, struct span standard, struct span group, int64_t *id, struct err *err) {
    sqlite3_stmt *find;
    int got = db_read(
        store, STATEMENT_SERIES_KNOWN, "SELECT id FROM series WHERE standard = ?1 AND grp = ?2", &find, err);
    if (got != 0) return got;
    db_bind_span(find, 1, standard);
    db_bind_span(find, 2, group);
    got = db_step(find, "find a series", err);
    if (got <= 0) return got < 0 ? got : 1;
    *id = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    return 0;
}

int series_each_live(struct store *store, int64_t at_ms, int64_t *after, size_t rows,
    void (*visit)(void *arg, int64_t series), void *arg, struct err *err) {
    sqlite3_stmt *read;
    int got = db_read(store, STATEMENT_SERIES_LIVE,
        "SELECT id, (SELECT open + met + missed + excluded + durations FROM figures f"
        " WHERE f.series = series.id AND at < ?3 ORDER BY at DESC LIMIT 1) > 0 FROM series WHERE id > ?1 ORDER BY id LIMIT ?2",
        &read, err);
    if (got != 0) return got;
    db_bind_int(read, 1, *after);
    db_bind_int(read, 2, (int64_t)rows);
    db_bind_int(read, 3, at_ms);
    size_t count = 0;
    for (; (got = db_step(read, "read the series", err)) > 0; count++) {
        *after = sqlite3_column_int64(read, 0);
        if (sqlite3_column_int(read, 1)) visit(arg, *after);
    }
    return got < 0 ? got : count == rows;
}

enum { SERIES_A_PAGE = 4096 }; /* series looked at before a page ends: about 10 ms */

struct search {
    struct store *store;
    const struct history_filter *filter;
    bool of_percentiles;
    size_t limit, series_seen;
    sqlite3_stmt *series, *rows;
    history_visit *visit;
    void *arg;
    struct history_page page;
};

static int prepare_series(struct search *search, struct err *err) {
    const struct history_filter *filter = search->filter;
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT s.id, s.standard, s.grp FROM series AS s WHERE s.id >= ?1");
    if (filter->standard.p) buf_add_text(&sql, " AND s.standard = ?2");
    terms_add(&sql, "s.grp", filter->term_count, 3);
    buf_add_text(&sql, " ORDER BY s.id");
    int rc = sqlite3_prepare_v2(search->store->reader, buf_text(&sql), -1, &search->series, NULL);
    buf_fini(&sql);
    if (rc != SQLITE_OK) return db_fail(search->store->reader, "read the series", err);
    db_bind_int(search->series, 1, filter->after.series);
    if (filter->standard.p) db_bind_span(search->series, 2, filter->standard);
    terms_bind(search->series, filter->terms, filter->term_count, 3);
    return 0;
}

static int prepare_rows(struct search *search, struct err *err) {
    static const char figures[] =
        FIGURES_COLUMNS "WHERE series = ?1 AND at >= ?2 AND at < ?3 ORDER BY at LIMIT ?6";
    static const char percentiles[] = "SELECT at, q, value FROM percentiles WHERE series = ?1 AND at >= ?2 "
                                      "AND at < ?3 AND (at, q) > (?2, ?4)"
                                      " AND (?5 IS NULL OR q = ?5) ORDER BY at, q LIMIT ?6";
    if (search->of_percentiles)
        return db_read(search->store, STATEMENT_PERCENTILES_HISTORY, percentiles, &search->rows, err);
    return db_read(search->store, STATEMENT_FIGURES_HISTORY, figures, &search->rows, err);
}

/* Where in this series the page goes on: behind `after` when that lies in it. */
static void bind_range(struct search *search, int64_t series) {
    const struct history_filter *filter = search->filter;
    int64_t from = filter->from_ms;
    double q = -1; /* below all percentiles */
    if (filter->after.series == series && filter->after.at_ms >= from) {
        from = search->of_percentiles ? filter->after.at_ms : filter->after.at_ms + 1;
        q = filter->after.q;
    }
    db_bind_int(search->rows, 1, series);
    db_bind_int(search->rows, 2, from);
    db_bind_int(search->rows, 3, filter->to_ms ? filter->to_ms : INSTANT_NEVER);
    if (search->of_percentiles) {
        db_bind_real(search->rows, 4, q);
        if (filter->has_q)
            db_bind_real(search->rows, 5, filter->q);
        else
            db_bind_null(search->rows, 5);
    }
    db_bind_int(search->rows, 6, (int64_t)(search->limit - search->page.count + 1));
}

static void visit_row(struct search *search, int64_t series) {
    struct history_row row = {.standard = db_span(search->series, 1), .group = db_span(search->series, 2)};
    row.at_ms = sqlite3_column_int64(search->rows, 0);
    row.place = (struct history_place){series, row.at_ms, sqlite3_column_double(search->rows, 1)};
    if (search->of_percentiles) {
        row.percentile.q = row.place.q;
        row.percentile.has_value = !db_is_null(search->rows, 2);
        row.percentile.value = sqlite3_column_double(search->rows, 2);
    } else {
        figures_of(search->rows, &row.figures);
    }
    search->page.next = row.place;
    search->page.count++;
    search->visit(search->arg, &row);
}

static int run_series(struct search *search, int64_t series, struct err *err) {
    bind_range(search, series);
    int got;
    while ((got = db_step(search->rows, "read the history", err)) > 0) {
        if (search->page.count == search->limit) {
            search->page.more = true;
            sqlite3_reset(search->rows);
            return 0;
        }
        visit_row(search, series);
    }
    /* All of this series is read: the next page need not look at it again. */
    if (got == 0) search->page.next = (struct history_place){series, INSTANT_NEVER - 1, 0};
    return got;
}

static int run_all(struct search *search, struct err *err) {
    int got;
    while (!search->page.more && (got = db_step(search->series, "read the series", err)) != 0) {
        if (got < 0) return got;
        if (search->series_seen++ == SERIES_A_PAGE) {
            search->page.more = true;
            break;
        }
        int code = run_series(search, sqlite3_column_int64(search->series, 0), err);
        if (code != 0) return code;
    }
    return 0;
}

static int query(struct search *search, struct history_page *page, struct err *err) {
    search->limit = search->filter->limit ? search->filter->limit : HISTORY_LIMIT;
    if (search->limit > HISTORY_LIMIT_MAX)
        return err_set(err, ERR_LIMIT, "a page holds at most %d rows", HISTORY_LIMIT_MAX);
    int code = terms_check(search->filter->term_count, err);
    if (code == 0) code = prepare_series(search, err);
    if (code == 0) code = prepare_rows(search, err);
    if (code == 0) code = run_all(search, err);
    sqlite3_finalize(search->series);
    if (code == 0) *page = search->page;
    return code;
}

int figures_query(struct store *store, const struct history_filter *filter, history_visit *visit, void *arg,
    struct history_page *page, struct err *err) {
    struct search search = {.store = store, .filter = filter, .visit = visit, .arg = arg};
    return query(&search, page, err);
}

int percentiles_query(struct store *store, const struct history_filter *filter, history_visit *visit,
    void *arg, struct history_page *page, struct err *err) {
    struct search search = {
        .store = store, .filter = filter, .of_percentiles = true, .visit = visit, .arg = arg};
    return query(&search, page, err);
}
