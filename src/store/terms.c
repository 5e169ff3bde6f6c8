#include "store/terms.h"

void terms_add(struct buf *sql, const char *column, size_t count, int place) {
    for (size_t i = 0; i < count; i++, place += 2)
        buf_printf(sql,
            " AND EXISTS (SELECT 1 FROM json_each(%s) AS term WHERE term.key = ?%d AND term.value IS ?%d)",
            column, place, place + 1);
}

void terms_bind(sqlite3_stmt *statement, const struct group_term *terms, size_t count, int place) {
    for (size_t i = 0; i < count; i++, place += 2) {
        db_bind_span(statement, place, terms[i].attr);
        db_bind_span(statement, place + 1, terms[i].value);
    }
}

int terms_check(size_t count, struct err *err) {
    if (count <= GROUP_TERMS_MAX) return 0;
    return err_set(err, ERR_LIMIT, "more than %d group attributes asked for", GROUP_TERMS_MAX);
}
