#include "store/appends.h"

#include "store/db.h"
#include "store/later.h"

#define INTO "INSERT INTO events (seq, received, at, contact, event, id, line) VALUES "
#define ROW "(?, ?, ?, ?, ?, ?, ?)"
enum { ROW_PARAMETERS = 7 };

struct append {
    struct later_op op;
    struct journal_row row;
};
static const size_t append_texts[] = {offsetof(struct append, row.contact), offsetof(struct append, row.event),
    offsetof(struct append, row.id), offsetof(struct append, row.line)};

static void bind_row(sqlite3_stmt *insert, int place, const struct journal_row *row) {
    int first = place * ROW_PARAMETERS;
    db_bind_int(insert, first + 1, (int64_t)row->seq);
    db_bind_int(insert, first + 2, row->received_ms);
    db_bind_int(insert, first + 3, row->at_ms);
    db_bind_span(insert, first + 4, row->contact);
    db_bind_span(insert, first + 5, row->event);
    if (row->has_id) db_bind_span(insert, first + 6, row->id);
    else db_bind_null(insert, first + 6);
    db_bind_span(insert, first + 7, row->line);
}

static int insert(sqlite3_stmt *insert, const struct journal_row *const *rows, int count, struct err *err) {
    for (int i = 0; i < count; i++) bind_row(insert, i, rows[i]);
    return db_finish(insert, "append to the journal", err);
}

static int write_all_at_once(struct store *store, struct err *err) {
    sqlite3_stmt *eight;
    int code = db_write(store, STATEMENT_JOURNAL_APPEND_EIGHT, INTO DB_EIGHT(ROW), &eight, err);
    return code ? code : insert(eight, store->appends.rows, APPENDS_AT_ONCE, err);
}
_Static_assert(APPENDS_AT_ONCE == 8, "the statement has as many rows");

static int write_one_by_one(struct store *store, struct err *err) {
    sqlite3_stmt *one;
    int code = db_write(store, STATEMENT_JOURNAL_APPEND, INTO ROW, &one, err);
    for (size_t i = 0; i < store->appends.count && code == 0; i++) code = insert(one, &store->appends.rows[i], 1, err);
    return code;
}

int appends_write(struct store *store, struct err *err) {
    if (!store->appends.count) return 0;
    int code = store->appends.count == APPENDS_AT_ONCE ? write_all_at_once(store, err) : write_one_by_one(store, err);
    store->appends.count = 0;
    return code;
}

static int run_append(struct store *store, const struct later_op *op, struct err *err) {
    struct appends *appends = &store->appends;
    appends->rows[appends->count++] = &((const struct append *)op)->row;
    contacts_collect(store, appends->rows[appends->count - 1]);
    return appends->count == APPENDS_AT_ONCE ? appends_write(store, err) : 0;
}

int appends_add(struct store *store, const struct journal_row *row, struct err *err) {
    struct append append = {{.run = run_append}, *row};
    return later_do(store, &append.op, sizeof append, append_texts, sizeof append_texts / sizeof *append_texts, err);
}
