/* Invariants:
 *  1. store->series holds the series that were asked for since the store was opened, under their ids in the
 * table.
 *  2. A series in the map is in the table: retention takes it out of both (series_forget()). So an id given out is
 * good within its transaction.
 *  3. After a rollback that may have taken a new series out of the table, the map is empty. */
#include "slad/store/series.h"

#include <assert.h>
#include <stdlib.h>
#include "slad/base/mem.h"
#include "store/db.h"
#include "store/rows.h"

struct series {
    int64_t id;
    struct span standard, group; /* stand in text */
    char text[];
};
struct series_name {
    struct span standard, group;
};

static uint64_t hash_of(const struct series_name *name) {
    return span_hash(name->standard) * UINT64_C(0x9e3779b97f4a7c15) ^ span_hash(name->group);
}

static bool is_named(const void *item, const void *key) {
    const struct series *series = item;
    const struct series_name *name = key;
    return span_eq(series->standard, name->standard) && span_eq(series->group, name->group);
}

static void learn(struct store *store, const struct series_name *name, int64_t id) {
    struct series *series = mem_alloc(sizeof *series + name->standard.n + name->group.n);
    series->id = id;
    series->standard = (struct span){series->text, name->standard.n};
    series->group = (struct span){series->text + name->standard.n, name->group.n};
    memcpy(series->text, name->standard.p, name->standard.n);
    memcpy(series->text + name->standard.n, name->group.p, name->group.n);
    map_add(&store->series, hash_of(name), series);
}

void series_clear(struct store *store) {
    size_t cursor = 0;
    for (struct series *series; (series = map_next(&store->series, &cursor));) free(series);
    map_fini(&store->series);
    store->series = (struct map){0};
    store->series_added = false;
}

void series_forget(struct store *store, struct span standard, struct span group) {
    struct series_name name = {standard, group};
    struct series *known = map_find(&store->series, hash_of(&name), is_named, &name);
    if (known) map_remove(&store->series, hash_of(&name), known);
    free(known);
}

/* 1: found, 0: not there. */
static int find_row(struct store *store, const struct series_name *name, int64_t *id, struct err *err) {
    sqlite3_stmt *find;
    int got = db_write(
        store, STATEMENT_SERIES_FIND, "SELECT id FROM series WHERE standard = ?1 AND grp = ?2", &find, err);
    if (got != 0) return got;
    db_bind_span(find, 1, name->standard);
    db_bind_span(find, 2, name->group);
    got = db_step(find, "find a series", err);
    if (got <= 0) return got;
    *id = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    return 1;
}

static int add_row(struct store *store, const struct series_name *name, int64_t *id, struct err *err) {
    sqlite3_stmt *add;
    int code = db_write(
        store, STATEMENT_SERIES_ADD, "INSERT INTO series (standard, grp) VALUES (?1, ?2)", &add, err);
    if (code != 0) return code;
    db_bind_span(add, 1, name->standard);
    db_bind_span(add, 2, name->group);
    code = db_finish(add, "add a series", err);
    if (code != 0) return code;
    *id = sqlite3_last_insert_rowid(store->writer);
    store->series_added = true;
    return 0;
}

int series_id(struct store *store, struct span standard, struct span group, int64_t *id, struct err *err) {
    assert(db_in_transaction(store));
    struct series_name name = {standard, group};
    const struct series *known = map_find(&store->series, hash_of(&name), is_named, &name);
    if (known) {
        *id = known->id;
        return 0;
    }
    int64_t found = 0;
    int got = find_row(store, &name, &found, err);
    if (got == 0) got = add_row(store, &name, &found, err);
    if (got < 0) return got;
    learn(store, &name, found);
    *id = found;
    return 0;
}

int figures_put(
    struct store *store, int64_t series, int64_t at_ms, const struct figures_row *row, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_FIGURES_PUT,
        "INSERT OR REPLACE INTO figures (series, at, open, state, met, missed, excluded, durations, mean, "
        "min, max)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &put, err);
    if (code != 0) return code;
    db_bind_int(put, 1, series);
    db_bind_int(put, 2, at_ms);
    db_bind_int(put, 3, row->open);
    db_bind_text(put, 4, state_name(row->state));
    db_bind_int(put, 5, row->met);
    db_bind_int(put, 6, row->missed);
    db_bind_int(put, 7, row->excluded);
    db_bind_int(put, 8, row->durations);
    const double reals[] = {row->mean, row->min, row->max};
    for (int i = 0; i < 3; i++) {
        if (row->durations > 0)
            db_bind_real(put, 9 + i, reals[i]);
        else
            db_bind_null(put, 9 + i);
    }
    return db_finish(put, "publish figures", err);
}

int percentiles_put(struct store *store, int64_t series, int64_t at_ms, const struct percentile_row *rows,
    size_t count, struct err *err) {
    assert(db_in_transaction(store));
    sqlite3_stmt *put;
    int code = db_write(store, STATEMENT_PERCENTILES_PUT,
        "INSERT OR REPLACE INTO percentiles (series, at, q, value) VALUES (?1, ?2, ?3, ?4)", &put, err);
    for (size_t i = 0; i < count && code == 0; i++) {
        db_bind_int(put, 1, series);
        db_bind_int(put, 2, at_ms);
        db_bind_real(put, 3, rows[i].q);
        if (rows[i].has_value)
            db_bind_real(put, 4, rows[i].value);
        else
            db_bind_null(put, 4);
        code = db_finish(put, "publish percentiles", err);
    }
    return code;
}

int series_end(struct store *store, int64_t series, int64_t at_ms, struct err *err) {
    struct figures_row nothing = {.state = STATE_NO_DATA};
    sqlite3_stmt *put;
    int code = figures_put(store, series, at_ms, &nothing, err);
    if (code == 0)
        code = db_write(store, STATEMENT_PERCENTILES_END,
            "INSERT OR REPLACE INTO percentiles (series, at, q, value) SELECT series, ?2, q, NULL FROM percentiles"
            " WHERE series = ?1 AND at = (SELECT max(at) FROM percentiles WHERE series = ?1)",
            &put, err);
    if (code != 0) return code;
    db_bind_int(put, 1, series);
    db_bind_int(put, 2, at_ms);
    return db_finish(put, "publish percentiles", err);
}

/* The rows of each series lie together by instant. */
#define CUT(table)                                                                                           \
    "DELETE FROM " table " WHERE (series, at) IN"                                                            \
    " (SELECT t.series, t.at FROM series s CROSS JOIN " table " t ON t.series = s.id AND t.at > ?1)"

int series_cut(struct store *store, int64_t after_ms, struct err *err) {
    assert(store->in_transaction);
    static const char *const doing = "delete what was published by a wrong clock";
    sqlite3_stmt *cut;
    int code = db_write(store, STATEMENT_FIGURES_CUT, CUT("figures"), &cut, err);
    if (code != 0) return code;
    db_bind_int(cut, 1, after_ms);
    code = db_finish(cut, doing, err);
    if (code == 0) code = db_write(store, STATEMENT_PERCENTILES_CUT, CUT("percentiles"), &cut, err);
    if (code != 0) return code;
    db_bind_int(cut, 1, after_ms);
    return db_finish(cut, doing, err);
}
