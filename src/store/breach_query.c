/* Reading breaches. */
#include "slad/store/breaches.h"

#include "store/db.h"
#include "store/pages.h"

#define BREACH_COLUMNS                                                                                       \
    "SELECT b.id, b.kind, b.standard, b.version, b.grp, b.contact, b.subject, b.started, b.nth, b.due, "     \
    "b.decided,"                                                                                             \
    " b.ended, b.elapsed, b.target, b.opened, b.closed, b.state, b.recorded, b.updated, b.reason, "          \
    "b.excused,"                                                                                             \
    " b.excused_by, b.excuse FROM breaches AS b "

static enum breach_state state_of(struct span name) {
    enum breach_state state = BREACH_OPEN;
    while (state < BREACH_WITHDRAWN && !span_eq(name, span_of(breach_state_name(state)))) state++;
    return state;
}

static void record_of(sqlite3_stmt *row, struct breach_record *out) {
    *out = (struct breach_record){
        .id = sqlite3_column_int64(row, 0),
        .kind = span_eq(db_span(row, 1), SPAN("level")) ? BREACH_LEVEL : BREACH_CONTACT,
        .standard = db_span(row, 2),
        .version = sqlite3_column_int64(row, 3),
        .group = db_span(row, 4),
        .contact = db_span(row, 5),
        .subject = db_span(row, 6),
        .started_ms = db_instant(row, 7),
        .nth = sqlite3_column_int(row, 8),
        .due_ms = db_instant(row, 9),
        .decided_ms = db_instant(row, 10),
        .ended_ms = db_instant(row, 11),
        .has_elapsed = !db_is_null(row, 12),
        .elapsed = sqlite3_column_double(row, 12),
        .target = db_span(row, 13),
        .opened_ms = db_instant(row, 14),
        .closed_ms = db_instant(row, 15),
        .state = state_of(db_span(row, 16)),
        .recorded_ms = sqlite3_column_int64(row, 17),
        .updated_ms = sqlite3_column_int64(row, 18),
        .reason = db_span(row, 19),
        .excused_ms = db_instant(row, 20),
        .excused_by = sqlite3_column_int64(row, 21),
        .excuse = db_span(row, 22),
    };
}

/* ---- a page ---- */

struct visiting {
    breach_visit *visit;
    void *arg;
};

static void visit_row(void *arg, sqlite3_stmt *row) {
    const struct visiting *visiting = arg;
    struct breach_record record;
    record_of(row, &record);
    visiting->visit(visiting->arg, &record);
}

int breaches_query(struct store *store, const struct breach_filter *filter, breach_visit *visit, void *arg,
    struct breach_page *page, struct err *err) {
    static const struct page_table table = {
        .select = BREACH_COLUMNS,
        .instant = "coalesce(b.decided, b.opened)",
        .bounds = "SELECT (SELECT min(id) FROM breaches), (SELECT max(id) FROM breaches)",
        .since = "SELECT min(id), count(*) FROM"
                 " (SELECT id FROM breaches WHERE coalesce(decided, opened) >= ?1 LIMIT ?2)",
        .doing = "read the breaches",
        .bounds_slot = STATEMENT_BREACH_BOUNDS,
        .since_slot = STATEMENT_BREACH_SINCE,
        .row = visit_row,
    };
    struct visiting visiting = {visit, arg};
    return pages_query(store, &table, filter, &visiting, page, err);
}

/* ---- others ---- */

int breach_get(struct store *store, int64_t id, breach_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *get;
    int got = db_read(store, STATEMENT_BREACH_GET, BREACH_COLUMNS "WHERE b.id = ?1", &get, err);
    if (got != 0) return got;
    db_bind_int(get, 1, id);
    got = db_step(get, "read a breach", err);
    if (got <= 0) return got < 0 ? got : 1;
    struct breach_record record;
    record_of(get, &record);
    visit(arg, &record);
    sqlite3_reset(get);
    return 0;
}

int breaches_last(struct store *store, int64_t *id, struct err *err) {
    sqlite3_stmt *last;
    int got = db_read(store, STATEMENT_BREACHES_LAST, "SELECT max(id) FROM breaches", &last, err);
    if (got == 0) got = db_step(last, "read the breaches", err);
    if (got <= 0) return got;
    *id = sqlite3_column_int64(last, 0);
    sqlite3_reset(last);
    return 0;
}

static bool is_live(const struct breach_record *record) {
    return record->state == BREACH_OPEN || (record->kind == BREACH_CONTACT && record->state == BREACH_CLOSED);
}

int breaches_each_live(
    struct store *store, struct breach_run *run, breach_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *rows;
    int got = db_read(store, STATEMENT_BREACHES_LIVE,
        BREACH_COLUMNS "WHERE b.id > ?1 AND b.id <= ?2 ORDER BY b.id LIMIT ?3", &rows, err);
    if (got != 0) return got;
    db_bind_int(rows, 1, run->after);
    db_bind_int(rows, 2, run->through);
    db_bind_int(rows, 3, (int64_t)run->rows);
    size_t count = 0;
    for (; (got = db_step(rows, "read the breaches", err)) > 0; count++) {
        struct breach_record record;
        record_of(rows, &record);
        run->after = record.id;
        if (is_live(&record)) visit(arg, &record);
    }
    return got < 0 ? got : count == run->rows;
}

int levels_each_open(struct store *store, breach_visit *visit, void *arg, struct err *err) {
    sqlite3_stmt *rows;
    struct visiting visiting = {visit, arg};
    int got = db_read(store, STATEMENT_LEVELS_OPEN,
        BREACH_COLUMNS "INDEXED BY breaches_level WHERE b.kind = 'level' AND b.state = 'open' ORDER BY b.id", &rows, err);
    if (got != 0) return got;
    while ((got = db_step(rows, "read the breaches", err)) > 0) visit_row(&visiting, rows);
    return got;
}
