/* Reading breaches. A page is looked for in runs of ids, newest first, each run by one statement; when little
 * matches, the runs grow, and once enough work was done the page ends early and says where to go on. */
#include "slad/store/breaches.h"

#include "slad/base/buf.h"
#include "store/db.h"
#include "store/terms.h"

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

enum {
    RUN_FIRST = 2048,     /* ids in the first run: as a rule they hold the page */
    WORK_A_RUN = 25000,   /* SQLite's steps; a run that took fewer lets the next be larger */
    WORK_A_PAGE = 200000, /* and here a page ends: after 4 to 20 ms, as the rows lie */
    SINCE_ROWS = 20000,   /* rows looked at to find where `since` begins: about 1 ms */
};

struct search {
    struct store *store;
    const struct breach_filter *filter;
    sqlite3_stmt *rows;
    size_t limit;
    int64_t below, floor; /* ids still to be looked at: floor <= id < below */
    int64_t work;
    breach_visit *visit;
    void *arg;
    struct breach_page page;
};

/* The `+` keeps SQLite from choosing an index that would have it sort: the runs go by id. */
static void write_sql(const struct breach_filter *filter, struct buf *sql) {
    buf_add_text(sql, BREACH_COLUMNS "WHERE b.id < ?1 AND b.id >= ?2");
    if (filter->standard.p) buf_add_text(sql, " AND b.standard = ?3");
    if (filter->kind) buf_printf(sql, " AND b.kind = '%s'", breach_kind_name(filter->kind));
    if (filter->state) buf_printf(sql, " AND b.state = '%s'", breach_state_name(filter->state));
    if (filter->since_ms) buf_add_text(sql, " AND +coalesce(b.decided, b.opened) >= ?4");
    if (filter->until_ms) buf_add_text(sql, " AND +coalesce(b.decided, b.opened) < ?5");
    terms_add(sql, "b.grp", filter->term_count, 6);
    buf_add_text(sql, " ORDER BY b.id DESC LIMIT ?");
    buf_printf(sql, "%zu", 6 + 2 * filter->term_count);
}

static int prepare(struct search *search, struct err *err) {
    const struct breach_filter *filter = search->filter;
    struct buf sql = {0};
    write_sql(filter, &sql);
    int rc = sqlite3_prepare_v2(search->store->reader, buf_text(&sql), -1, &search->rows, NULL);
    buf_fini(&sql);
    if (rc != SQLITE_OK) return db_fail(search->store->reader, "read the breaches", err);
    if (filter->standard.p) db_bind_span(search->rows, 3, filter->standard);
    if (filter->since_ms) db_bind_int(search->rows, 4, filter->since_ms);
    if (filter->until_ms) db_bind_int(search->rows, 5, filter->until_ms);
    terms_bind(search->rows, filter->terms, filter->term_count, 6);
    return 0;
}

/* The smallest id since then, when that is quickly found: `since` is a time of day and ids go by recording.
 */
static int floor_since(struct search *search, struct err *err) {
    sqlite3_stmt *since;
    int got = db_read(search->store, STATEMENT_BREACH_SINCE,
        "SELECT min(id), count(*) FROM (SELECT id FROM breaches WHERE coalesce(decided, opened) >= ?1 LIMIT "
        "?2)",
        &since, err);
    if (got != 0) return got;
    db_bind_int(since, 1, search->filter->since_ms);
    db_bind_int(since, 2, SINCE_ROWS);
    got = db_step(since, "read the breaches", err);
    if (got <= 0) return got;
    int64_t count = sqlite3_column_int64(since, 1);
    if (count == 0)
        search->floor = search->below;
    else if (count < SINCE_ROWS && sqlite3_column_int64(since, 0) > search->floor)
        search->floor = sqlite3_column_int64(since, 0);
    sqlite3_reset(since);
    return 0;
}

static int find_bounds(struct search *search, struct err *err) {
    sqlite3_stmt *bounds;
    int got = db_read(search->store, STATEMENT_BREACH_BOUNDS,
        "SELECT (SELECT min(id) FROM breaches), (SELECT max(id) FROM breaches)", &bounds, err);
    if (got != 0) return got;
    got = db_step(bounds, "read the breaches", err);
    if (got <= 0) return got;
    search->floor = sqlite3_column_int64(bounds, 0);
    search->below = sqlite3_column_int64(bounds, 1) + 1;
    sqlite3_reset(bounds);
    int64_t after = search->filter->after;
    if (after > 0 && after < search->below) search->below = after;
    return search->filter->since_ms ? floor_since(search, err) : 0;
}

/* One run: the ids from `from` up to below. One row beyond the limit shows that there is more. */
static int run(struct search *search, int64_t from, struct err *err) {
    struct breach_page *page = &search->page;
    db_bind_int(search->rows, 1, search->below);
    db_bind_int(search->rows, 2, from);
    db_bind_int(
        search->rows, (int)(6 + 2 * search->filter->term_count), (int64_t)(search->limit - page->count + 1));
    int got;
    while ((got = db_step(search->rows, "read the breaches", err)) > 0) {
        if (page->count == search->limit) {
            page->more = true;
            sqlite3_reset(search->rows);
            return 0;
        }
        struct breach_record record;
        record_of(search->rows, &record);
        page->next = record.id;
        page->count++;
        search->visit(search->arg, &record);
    }
    if (got == 0) search->below = page->next = from;
    return got;
}

static int run_all(struct search *search, struct err *err) {
    int64_t width = RUN_FIRST;
    while (search->below > search->floor && !search->page.more) {
        int64_t from = search->below - search->floor > width ? search->below - width : search->floor;
        int code = run(search, from, err);
        if (code != 0) return code;
        int64_t work = sqlite3_stmt_status(search->rows, SQLITE_STMTSTATUS_VM_STEP, 1);
        search->work += work;
        if (work < WORK_A_RUN) width *= 4;
        if (search->work > WORK_A_PAGE && search->below > search->floor) search->page.more = true;
    }
    return 0;
}

int breaches_query(struct store *store, const struct breach_filter *filter, breach_visit *visit, void *arg,
    struct breach_page *page, struct err *err) {
    struct search search = {.store = store,
        .filter = filter,
        .visit = visit,
        .arg = arg,
        .limit = filter->limit ? filter->limit : BREACHES_LIMIT};
    if (search.limit > BREACHES_LIMIT_MAX)
        return err_set(err, ERR_LIMIT, "a page holds at most %d breaches", BREACHES_LIMIT_MAX);
    int code = terms_check(filter->term_count, err);
    if (code == 0) code = find_bounds(&search, err);
    if (code == 0) code = prepare(&search, err);
    if (code == 0) code = run_all(&search, err);
    sqlite3_finalize(search.rows);
    if (code == 0) *page = search.page;
    return code;
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

int breaches_each_live(
    struct store *store, struct span standard, breach_visit *visit, void *arg, struct err *err) {
    static const char all[] = BREACH_COLUMNS
        "WHERE b.state = 'open' OR (b.kind = 'contact' AND b.state = 'closed') ORDER BY b.standard, b.id";
    static const char one[] =
        BREACH_COLUMNS "WHERE b.standard = ?1 AND (b.state = 'open' OR (b.kind = 'contact'"
                       " AND b.state = 'closed')) ORDER BY b.id";
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(store->reader, standard.p ? one : all, -1, &rows, NULL) != SQLITE_OK)
        return db_fail(store->reader, "read the breaches", err);
    if (standard.p) db_bind_span(rows, 1, standard);
    int got;
    while ((got = db_step(rows, "read the breaches", err)) > 0) {
        struct breach_record record;
        record_of(rows, &record);
        visit(arg, &record);
    }
    sqlite3_finalize(rows);
    return got;
}
