#include "store/pages.h"

#include "slad/base/buf.h"
#include "store/terms.h"

enum {
    RUN_FIRST = 2048,     /* ids in the first run: as a rule they hold the page */
    WORK_A_RUN = 25000,   /* SQLite's steps; a run that took fewer lets the next be larger */
    WORK_A_PAGE = 200000, /* and here a page ends: after 4 to 20 ms, as the rows lie */
    SINCE_ROWS = 20000,   /* rows looked at to find where `since` begins: about 1 ms */
};

struct search {
    struct store *store;
    const struct page_table *table;
    const struct breach_filter *filter;
    sqlite3_stmt *rows;
    size_t limit;
    int64_t below, floor; /* ids still to be looked at: floor <= id < below */
    int64_t work;
    void *arg;
    struct breach_page page;
};

/* The `+` keeps SQLite from choosing an index that would have it sort: the runs go by id. */
static void write_sql(const struct page_table *table, const struct breach_filter *filter, struct buf *sql) {
    buf_printf(sql, "%s", table->select);
    buf_add_text(sql, "WHERE b.id < ?1 AND b.id >= ?2");
    if (filter->standard.p) buf_add_text(sql, " AND b.standard = ?3");
    if (filter->kind) buf_printf(sql, " AND b.kind = '%s'", breach_kind_name(filter->kind));
    if (filter->state) buf_printf(sql, " AND b.state = '%s'", breach_state_name(filter->state));
    if (filter->since_ms) buf_printf(sql, " AND +%s >= ?4", table->instant);
    if (filter->until_ms) buf_printf(sql, " AND +%s < ?5", table->instant);
    terms_add(sql, "b.grp", filter->term_count, 6);
    buf_add_text(sql, " ORDER BY b.id DESC LIMIT ?");
    buf_printf(sql, "%zu", 6 + 2 * filter->term_count);
}

static int prepare(struct search *search, struct err *err) {
    const struct breach_filter *filter = search->filter;
    struct buf sql = {0};
    write_sql(search->table, filter, &sql);
    int rc = sqlite3_prepare_v2(search->store->reader, buf_text(&sql), -1, &search->rows, NULL);
    buf_fini(&sql);
    if (rc != SQLITE_OK) return db_fail(search->store->reader, search->table->doing, err);
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
    int got = db_read(search->store, search->table->since_slot, search->table->since, &since, err);
    if (got != 0) return got;
    db_bind_int(since, 1, search->filter->since_ms);
    db_bind_int(since, 2, SINCE_ROWS);
    got = db_step(since, search->table->doing, err);
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
    int got = db_read(search->store, search->table->bounds_slot, search->table->bounds, &bounds, err);
    if (got != 0) return got;
    got = db_step(bounds, search->table->doing, err);
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
    while ((got = db_step(search->rows, search->table->doing, err)) > 0) {
        if (page->count == search->limit) {
            page->more = true;
            sqlite3_reset(search->rows);
            return 0;
        }
        page->next = sqlite3_column_int64(search->rows, 0);
        page->count++;
        search->table->row(search->arg, search->rows);
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

int pages_query(struct store *store, const struct page_table *table, const struct breach_filter *filter, void *arg,
    struct breach_page *page, struct err *err) {
    struct search search = {.store = store, .table = table, .filter = filter, .arg = arg};
    search.limit = filter->limit ? filter->limit : BREACHES_LIMIT;
    if (search.limit > BREACHES_LIMIT_MAX)
        return err_set(err, ERR_LIMIT, "a page holds at most %d records", BREACHES_LIMIT_MAX);
    int code = terms_check(filter->term_count, err);
    if (code == 0) code = find_bounds(&search, err);
    if (code == 0) code = prepare(&search, err);
    if (code == 0) code = run_all(&search, err);
    sqlite3_finalize(search.rows);
    if (code == 0) *page = search.page;
    return code;
}
