/* A pass goes through the series by id, then through the breaches and the warnings by (recorded, id); a slice
 * takes it a piece further and marks.retain_* say how far it came. All have indices in that order, so a slice
 * reads what it deletes. */
#include "slad/store/retention.h"

#include <assert.h>
#include "slad/store/journal.h"
#include "store/db.h"
#include "store/rows.h"

struct slice {
    struct store *store;
    const struct retention *retention;
    size_t seen, deleted;
};

static bool is_used_up(const struct slice *slice) {
    return slice->seen >= slice->retention->max_rows;
}

/* Deletes what the slice has room for, at least a row. *done: nothing is left to delete. */
static int delete_rows(struct slice *slice, sqlite3_stmt *drop, int64_t series, bool *done, struct err *err) {
    size_t room = is_used_up(slice) ? 1 : slice->retention->max_rows - slice->seen;
    db_bind_int(drop, 1, series);
    db_bind_int(drop, 2, slice->retention->figures_before_ms);
    db_bind_int(drop, 3, (int64_t)room);
    int code = db_finish(drop, "delete old figures", err);
    if (code != 0) return code;
    size_t gone = (size_t)sqlite3_changes(slice->store->writer);
    slice->deleted += gone;
    slice->seen += gone;
    *done = gone < room;
    return 0;
}

/* The oldest rows of one series from `table`. */
#define DELETE_OLDEST(table)                                                                                 \
    "DELETE FROM " table " WHERE series = ?1 AND at <= (SELECT max(at) FROM"                                 \
    " (SELECT at FROM " table " WHERE series = ?1 AND at < ?2 ORDER BY at LIMIT ?3))"

static int trim_series(struct slice *slice, int64_t series, bool *done, struct err *err) {
    sqlite3_stmt *figures, *percentiles;
    int code = db_write(slice->store, STATEMENT_RETAIN_FIGURES, DELETE_OLDEST("figures"), &figures, err);
    if (code == 0) code = delete_rows(slice, figures, series, done, err);
    if (code != 0 || !*done) return code;
    code =
        db_write(slice->store, STATEMENT_RETAIN_PERCENTILES, DELETE_OLDEST("percentiles"), &percentiles, err);
    return code ? code : delete_rows(slice, percentiles, series, done, err);
}

/* A series without history. Groups come and go; where it comes back it is made anew. */
static int drop_if_unused(struct slice *slice, int64_t series, struct err *err) {
    static const char *const doing = "delete an unused series";
    sqlite3_stmt *drop;
    int got = db_write(slice->store, STATEMENT_RETAIN_UNUSED,
        "DELETE FROM series WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM figures WHERE series = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM percentiles WHERE series = ?1) RETURNING standard, grp",
        &drop, err);
    if (got != 0) return got;
    db_bind_int(drop, 1, series);
    while ((got = db_step(drop, doing, err)) > 0) {
        series_forget(slice->store, db_span(drop, 0), db_span(drop, 1));
        slice->deleted++;
    }
    return got;
}

/* 1: there is a next series. */
static int next_series(struct slice *slice, int64_t *series, struct err *err) {
    sqlite3_stmt *next;
    int got = db_write(slice->store, STATEMENT_RETAIN_SERIES,
        "SELECT id FROM series WHERE id > ?1 ORDER BY id LIMIT 1", &next, err);
    if (got != 0) return got;
    db_bind_int(next, 1, slice->store->marks.retain_series);
    got = db_step(next, "look for old figures", err);
    if (got <= 0) return got;
    *series = sqlite3_column_int64(next, 0);
    sqlite3_reset(next);
    return 1;
}

static int trim_figures(struct slice *slice, struct err *err) {
    struct marks *marks = &slice->store->marks;
    while (!marks->retain_figures_done && !is_used_up(slice)) {
        int64_t series = 0;
        bool done = false;
        int got = next_series(slice, &series, err);
        if (got < 0) return got;
        if (got == 0) {
            marks->retain_figures_done = true;
            break;
        }
        slice->seen++;
        int code = trim_series(slice, series, &done, err);
        if (code == 0 && done) code = drop_if_unused(slice, series, err);
        if (code != 0) return code;
        if (done) marks->retain_series = series;
    }
    return 0;
}

/* Breaches, and warnings likewise. */
struct records {
    const char *scan, *drop, *doing_scan, *doing_drop;
    enum statement scan_slot, drop_slot;
    int64_t *recorded, *id; /* marks: how far this pass came */
    bool *done;
};

#define SCAN(table)                                                                                          \
    "SELECT id, recorded, state <> 'open', contact FROM " table                                              \
    " WHERE (recorded, id) > (?1, ?2) AND recorded < ?3 ORDER BY recorded, id"

static int drop_record(struct slice *slice, const struct records *records, struct err *err) {
    sqlite3_stmt *drop;
    int code = db_write(slice->store, records->drop_slot, records->drop, &drop, err);
    if (code != 0) return code;
    db_bind_int(drop, 1, *records->id);
    code = db_finish(drop, records->doing_drop, err);
    if (code == 0) slice->deleted++;
    return code;
}

/* 1: closed, withdrawn, or of a contact that is no longer in the journal; a level's has none. */
static int is_over(struct slice *slice, sqlite3_stmt *record, struct err *err) {
    if (sqlite3_column_int(record, 2)) return 1;
    return db_is_null(record, 3) ? 0 : journal_has_contact(slice->store, db_span(record, 3), err);
}

static int trim_from(struct slice *slice, const struct records *records, sqlite3_stmt *scan, struct err *err) {
    while (!is_used_up(slice)) {
        int got = db_step(scan, records->doing_scan, err);
        if (got <= 0) {
            *records->done = got == 0;
            return got;
        }
        *records->id = sqlite3_column_int64(scan, 0);
        *records->recorded = sqlite3_column_int64(scan, 1);
        slice->seen++;
        int gone = is_over(slice, scan, err);
        int code = gone > 0 ? drop_record(slice, records, err) : gone;
        if (code != 0) return code;
    }
    return 0;
}

static int trim(struct slice *slice, const struct records *records, struct err *err) {
    sqlite3_stmt *scan;
    if (*records->done) return 0;
    int code = db_write(slice->store, records->scan_slot, records->scan, &scan, err);
    if (code != 0) return code;
    db_bind_int(scan, 1, *records->recorded);
    db_bind_int(scan, 2, *records->id);
    db_bind_int(scan, 3, slice->retention->breaches_before_ms);
    code = trim_from(slice, records, scan, err);
    sqlite3_reset(scan);
    return code;
}

static int trim_breaches(struct slice *slice, struct err *err) {
    struct marks *marks = &slice->store->marks;
    struct records breaches = {SCAN("breaches"), "DELETE FROM breaches WHERE id = ?1", "look for old breaches",
        "delete an old breach", STATEMENT_RETAIN_BREACHES, STATEMENT_RETAIN_BREACH, &marks->retain_recorded,
        &marks->retain_breach, &marks->retain_breaches_done};
    return trim(slice, &breaches, err);
}

static int trim_warnings(struct slice *slice, struct err *err) {
    struct marks *marks = &slice->store->marks;
    struct records warnings = {SCAN("warnings"), "DELETE FROM warnings WHERE id = ?1", "look for old warnings",
        "delete an old warning", STATEMENT_RETAIN_WARNINGS, STATEMENT_RETAIN_WARNING, &marks->retain_warned,
        &marks->retain_warning, &marks->retain_warnings_done};
    return trim(slice, &warnings, err);
}

/* Free pages are used again before the file grows, so as a rule there is nothing to give back, and moving the
 * newest rows into the gaps would only scatter them. It pays once a quarter of a file that is not small lies
 * idle. */
enum { IDLE_PAGES_MIN = 16384, IDLE_SHARE = 4 };

static int give_back(struct store *store, struct err *err) {
    int64_t pages = 0, idle = 0;
    sqlite3 *db;
    int code = db_writer(store, &db, err);
    if (code == 0) code = db_number(db, "PRAGMA page_count", &pages, err);
    if (code == 0) code = db_number(db, "PRAGMA freelist_count", &idle, err);
    if (code != 0 || idle < IDLE_PAGES_MIN || idle < pages / IDLE_SHARE) return code;
    return db_run(db, "PRAGMA incremental_vacuum(1024)", "give space back to the disk", err);
}

int retention_slice(
    struct store *store, const struct retention *retention, size_t *deleted, struct err *err) {
    assert(db_in_transaction(store) && retention->max_rows > 0);
    struct slice slice = {.store = store, .retention = retention};
    struct marks *marks = &store->marks;
    int code = trim_figures(&slice, err);
    if (code == 0) code = trim_breaches(&slice, err);
    if (code == 0) code = trim_warnings(&slice, err);
    if (code == 0) code = give_back(store, err);
    if (code != 0) return code;
    *deleted = slice.deleted;
    if (!marks->retain_figures_done || !marks->retain_breaches_done || !marks->retain_warnings_done) return 1;
    marks->retain_series = marks->retain_recorded = marks->retain_breach = 0;
    marks->retain_warned = marks->retain_warning = 0;
    marks->retain_figures_done = marks->retain_breaches_done = marks->retain_warnings_done = false;
    return 0;
}
