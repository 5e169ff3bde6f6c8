/* Row by row: a table is read forward as far as it goes. Behind a page that cannot be read a table with numbered rows is
 * read on by halves, so that only what lies on bad pages is lost; one without is read backward from its end. The new file
 * gets the schema from our source and not from the damaged one.
 *
 * Invariant: until everything is in the new file and that is synced, the damaged one has its name. */
#include "slad/store/salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "slad/base/mem.h"
#include "store/db.h"
#include "store/files.h"
#include "store/lock.h"
#include "store/schema.h"

enum { SPANS_MAX = 1000 }; /* of lost numbers, a line of them; beyond it their count alone is told */

/* What there is to keep. The rest is of no use without the daemon that wrote it (changes), or made anew (event_contacts). */
struct table {
    const char *name, *number; /* its INTEGER PRIMARY KEY; NULL: it has another key */
    const char *key;           /* of one that has no number */
};
static const struct table TABLES[] = {{"meta", NULL, "key"}, {"standards", "id", NULL}, {"events", "seq", NULL},
    {"breaches", "id", NULL}, {"warnings", "id", NULL}, {"series", "id", NULL}, {"figures", NULL, "series, at"},
    {"percentiles", NULL, "series, at, q"}, {"inputs", NULL, "inode, birth_ns, device"}, {"data_gaps", "id", NULL},
    {"links", NULL, "name"}, {"notifications", "id", NULL}};

struct saving {
    sqlite3 *from, *to;
    const struct table *table;
    sqlite3_stmt *insert;
    struct buf *lines;
    struct buf spans; /* of lost numbers */
    size_t span_count;
    int64_t kept, lost, lost_from; /* of this table; lost_from: the span that is open, -1: none */
    int64_t last;
    struct salvage result;
};

/* ---------------------------------------------------------------- looking */

static int open_damaged(const char *path, sqlite3 **db, struct err *err) {
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
        return *db ? db_fail(*db, "open the database", err) : err_set(err, ERR_IO, "out of memory");
    (void)sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return db_run(*db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON", "set up", err);
}

/* 1: nothing is wrong. */
static int look(sqlite3 *db, struct err *err) {
    bool is_new = false;
    int64_t version = 0;
    int code = schema_check(db, &is_new, err);
    if (!code) code = db_number(db, "PRAGMA user_version", &version, err);
    if (!code && version != SCHEMA_VERSION)
        code = err_set(err, ERR_INVALID, "a damaged file of schema %lld can only be repaired by the slad that wrote it; or "
            "restore a backup", (long long)version);
    if (code) return code;
    sqlite3_stmt *check = NULL;
    int got = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &check, NULL) == SQLITE_OK ? sqlite3_step(check) : -1;
    bool whole = got == SQLITE_ROW && span_eq(db_span(check, 0), SPAN("ok"));
    sqlite3_finalize(check);
    int64_t contacts = 0;
    return whole && contacts_check(db, &contacts, err) == 0 && contacts == 0;
}

/* ---------------------------------------------------------------- rows */

static void flush_lost(struct saving *s, int64_t until) {
    if (s->lost_from < 0) return;
    if (s->span_count++ < SPANS_MAX) {
        buf_printf(&s->spans, "%s%lld", s->spans.size ? ", " : "", (long long)s->lost_from);
        if (until > s->lost_from) buf_printf(&s->spans, "-%lld", (long long)until);
    }
    s->lost += until - s->lost_from + 1;
    s->lost_from = -1;
}

static void lose(struct saving *s, int64_t from) {
    if (s->lost_from < 0) s->lost_from = from;
}

/* Columns by their order: both tables were made by the same statement. A row that the new file refuses is damaged too. */
static bool keep(struct saving *s, sqlite3_stmt *row) {
    for (int i = 0; i < sqlite3_column_count(row); i++) (void)sqlite3_bind_value(s->insert, i + 1, sqlite3_column_value(row, i));
    bool taken = sqlite3_step(s->insert) == SQLITE_DONE && sqlite3_changes(s->to) == 1;
    sqlite3_reset(s->insert);
    s->kept += taken;
    return taken;
}

static sqlite3_stmt *prepare(struct saving *s, const char *format, const char *more) {
    char sql[256];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof sql, format, s->table->name, more, more);
    return sqlite3_prepare_v2(s->from, sql, -1, &statement, NULL) == SQLITE_OK ? statement : NULL;
}

/* Rows numbered from..to. Journal numbers have no holes but for contacts that were let go, and a page that cannot be read
 * does not say which it held: all numbers of it count as lost. */
static void save_numbered(struct saving *s, sqlite3_stmt *rows, int64_t from, int64_t to) {
    while (from <= to) {
        sqlite3_reset(rows);
        db_bind_int(rows, 1, from);
        db_bind_int(rows, 2, to);
        int got;
        while ((got = sqlite3_step(rows)) == SQLITE_ROW) {
            int64_t number = sqlite3_column_int64(rows, 0);
            if (number < from || number > to) break; /* a page of another table */
            flush_lost(s, number - 1);
            if (!keep(s, rows)) lose(s, number);
            from = number + 1;
        }
        sqlite3_reset(rows);
        if (got == SQLITE_DONE) return;
        if (from > to) return;
        if (from == to) {
            lose(s, from);
            return;
        }
        int64_t middle = from + (to - from) / 2;
        save_numbered(s, rows, from, middle);
        from = middle + 1;
    }
}

static int64_t bound(struct saving *s, const char *direction) {
    char tail[96];
    snprintf(tail, sizeof tail, "ORDER BY %s %s LIMIT 1", s->table->number, direction);
    sqlite3_stmt *row = prepare(s, "SELECT * FROM %s %s", tail);
    int64_t number = row && sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : -1;
    sqlite3_finalize(row);
    return number;
}

/* What the table itself no longer says: the largest number that something else knows. */
static int64_t greatest(struct saving *s) {
    int64_t number = bound(s, "DESC"), known = 0;
    struct err err;
    if (strcmp(s->table->name, "events") != 0) return number;
    static const char *const told[] = {"SELECT max(seq) FROM events INDEXED BY events_id WHERE id IS NOT NULL",
        "SELECT max(seq) FROM event_contacts", "SELECT value FROM meta WHERE key = 'contacts_through'"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (db_number(s->from, told[i], &known, &err) == 0 && known > number) number = known;
    return number;
}

static bool save_by_number(struct saving *s) {
    int64_t first = bound(s, "ASC"), last = greatest(s);
    sqlite3_stmt *rows = prepare(s, "SELECT * FROM %s WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid", "");
    if (!rows) return false;
    if (first < 0) first = 1;
    if (last >= first) save_numbered(s, rows, first, last);
    flush_lost(s, last);
    sqlite3_finalize(rows);
    return true;
}

/* True: it was read to its end. */
static bool save_one_way(struct saving *s, const char *direction) {
    char order[96];
    int got;
    size_t n = 0;
    for (const char *p = s->table->key; *p && n < sizeof order - 8; p++) {
        if (*p == ',') n += (size_t)snprintf(order + n, sizeof order - n, " %s", direction);
        order[n++] = *p;
    }
    snprintf(order + n, sizeof order - n, " %s", direction);
    sqlite3_stmt *rows = prepare(s, "SELECT * FROM %s ORDER BY %s", order);
    if (!rows) return false;
    while ((got = sqlite3_step(rows)) == SQLITE_ROW) (void)keep(s, rows); /* backward, some were kept already */
    sqlite3_finalize(rows);
    return got == SQLITE_DONE;
}

static bool save_by_key(struct saving *s) {
    return save_one_way(s, "ASC") || (save_one_way(s, "DESC"), false);
}

static int prepare_insert(struct saving *s, struct err *err) {
    char sql[256], marks[96] = "?1";
    int64_t columns = 0;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('%s')", s->table->name);
    int code = db_number(s->to, sql, &columns, err);
    for (int64_t i = 2; i <= columns; i++) strcat(marks, ",?");
    snprintf(sql, sizeof sql, "INSERT OR IGNORE INTO %s VALUES (%s)", s->table->name, marks);
    if (!code && sqlite3_prepare_v2(s->to, sql, -1, &s->insert, NULL) != SQLITE_OK) code = db_fail(s->to, "fill the new file", err);
    return code;
}

static int save_table(struct saving *s, struct err *err) {
    s->kept = s->lost = 0;
    s->lost_from = -1;
    s->span_count = 0;
    buf_clear(&s->spans);
    int code = prepare_insert(s, err);
    if (code) return code;
    bool whole = s->table->number ? save_by_number(s) : save_by_key(s);
    sqlite3_finalize(s->insert);
    s->insert = NULL;
    buf_printf(s->lines, "%s: %lld rows kept", s->table->name, (long long)s->kept);
    if (s->lost) buf_printf(s->lines, ", %lld lost: %s", (long long)s->lost, buf_text(&s->spans));
    else if (!whole) buf_add_text(s->lines, "; it could not be read to its end, and how many are lost cannot be told");
    buf_add_char(s->lines, '\n');
    s->result.kept += s->kept;
    s->result.lost += s->lost;
    return 0;
}

/* ---------------------------------------------------------------- files */

static int open_new(const char *path, sqlite3 **db, struct err *err) {
    (void)unlink(path); /* of a repair that was broken off */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) return files_fail("make", path, errno, err);
    close(fd);
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
        return *db ? db_fail(*db, "make the new database", err) : err_set(err, ERR_IO, "out of memory");
    int code = db_run(*db, "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = FULL", "set up", err);
    return code ? code : schema_migrate(*db, err);
}

static int save_all(struct saving *s, struct err *err) {
    int code = db_run(s->to, "BEGIN IMMEDIATE", "begin", err);
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES && !code; i++) {
        s->table = &TABLES[i];
        code = save_table(s, err);
    }
    if (!code) code = contacts_rebuild(s->to, err);
    return code ? code : db_run(s->to, "COMMIT", "commit what was kept", err);
}

/* At no moment is there no file of this name: a start would make an empty one. */
static int replace(const char *path, const char *new, const char *quarantine, struct err *err) {
    if (link(path, quarantine) != 0) return files_fail("make", quarantine, errno, err);
    return rename(new, path) == 0 ? 0 : files_fail("rename", new, errno, err);
}

static int move_beside(const char *path, const char *quarantine, const char *suffix, struct err *err) {
    char *from = files_beside(path, suffix), *to = files_beside(quarantine, suffix);
    int code = rename(from, to) == 0 || errno == ENOENT ? 0 : files_fail("rename", from, errno, err);
    free(from);
    free(to);
    return code;
}

static int exchange(const char *path, const char *new, const char *quarantine, struct err *err) {
    int code = move_beside(path, quarantine, "-wal", err);
    if (!code) code = move_beside(path, quarantine, "-shm", err);
    return code ? code : replace(path, new, quarantine, err);
}

static int salvage(struct saving *s, const char *path, const char *new, struct err *err) {
    int code = open_damaged(path, &s->from, err);
    if (!code) code = look(s->from, err);
    if (!code) code = open_new(new, &s->to, err);
    if (!code) code = save_all(s, err);
    sqlite3_close_v2(s->to);
    sqlite3_close_v2(s->from);
    return code;
}

int salvage_run(const char *path, const char *stamp, struct buf *lines, struct salvage *out, struct err *err) {
    struct saving s = {.lines = lines};
    int lock = -1;
    char *new = files_beside(path, ".repairing"), *lock_path = files_beside(path, ".lock");
    snprintf(s.result.quarantine, sizeof s.result.quarantine, "%s.damaged-%s", path, stamp);
    int code = access(path, F_OK) == 0 ? lock_take(lock_path, &lock, err) : files_fail("open", path, errno, err);
    if (!code) code = salvage(&s, path, new, err);
    if (!code) code = exchange(path, new, s.result.quarantine, err);
    if (code < 0) (void)unlink(new);
    if (!code) *out = s.result;
    if (lock >= 0) close(lock);
    buf_fini(&s.spans);
    free(new);
    free(lock_path);
    return code < 0 ? err_add(err, "%s", path) : code;
}
