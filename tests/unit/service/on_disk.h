/* on_disk: what a running service has committed, read past it, or altered. */
#ifndef SLAD_TESTS_SERVICE_ON_DISK_H
#define SLAD_TESTS_SERVICE_ON_DISK_H

#include "running.h"

#include <sqlite3.h>

/* The rows as text, a line each. */
static inline char *text_of(struct running *r, const char *sql) {
    struct buf out = {0};
    char path[80];
    sqlite3 *db;
    sqlite3_stmt *rows;
    snprintf(path, sizeof path, "%s/slad.db", r->folder);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL)) fail_msg("%s", sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const char *text = (const char *)sqlite3_column_text(rows, i);
            buf_printf(&out, "%s|", text ? text : "-");
        }
        buf_add_char(&out, '\n');
    }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return out.data ? out.data : mem_dup_text(SPAN(""));
}

static inline void expect(struct running *r, const char *sql, const char *answer) {
    char *text = text_of(r, sql);
    assert_string_equal(text, answer);
    free(text);
}

static inline void alter(struct running *r, const char *sql) {
    char path[80], *why = NULL;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/slad.db", r->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why)) fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
}

/* As it lies on the disk: what a process that is killed leaves. */
static inline void copy(struct running *from, struct running *to, const char *yaml) {
    char command[200];
    memset(to, 0, sizeof *to);
    strcpy(to->folder, "/tmp/slad-service-XXXXXX");
    assert_non_null(mkdtemp(to->folder));
    snprintf(to->config, sizeof to->config, "%s/slad.yaml", to->folder);
    snprintf(command, sizeof command, "cp '%s'/slad.db* '%s' && rm -f '%s/slad.db.lock'", from->folder, to->folder, to->folder);
    assert_int_equal(system(command), 0);
    running_write_config(to, yaml);
}

#endif
