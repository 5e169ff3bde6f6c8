/* db: the store's two connections, its prepared statements, and what SQLite's answers mean to us.
 * Owns: struct store, which the modules of this room share.
 * Must not know: what the tables are for. */
#ifndef SLAD_STORE_DB_H
#define SLAD_STORE_DB_H

#include <sqlite3.h>
#include "slad/base/map.h"
#include "slad/base/span.h"
#include "slad/model/instant.h"
#include "slad/store/later.h"
#include "slad/store/store.h"
#include "store/anchor.h"
#include "store/appends.h"
#include "store/contacts.h"
#include "store/ids.h"
#include "store/wal.h"

/* One slot for each statement that is prepared once and reused; its text stands at its use. */
enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_META_GET,
    STATEMENT_META_SET,
    STATEMENT_META_DROP,
    STATEMENT_JOURNAL_APPEND,
    STATEMENT_JOURNAL_APPEND_EIGHT,
    STATEMENT_JOURNAL_KEYS,
    STATEMENT_JOURNAL_GET,
    STATEMENT_JOURNAL_CONTACT,
    STATEMENT_JOURNAL_CONTACT_OF,
    STATEMENT_JOURNAL_HAS_CONTACT,
    STATEMENT_JOURNAL_HAS_ID,
    STATEMENT_JOURNAL_KNOWS_ID,
    STATEMENT_CONTACTS_ENTER,
    STATEMENT_CONTACTS_ENTER_EIGHT,
    STATEMENT_CONTACTS_READ,
    STATEMENT_PRUNE_SCAN,
    STATEMENT_PRUNE_LAST_OF,
    STATEMENT_PRUNE_DELETE,
    STATEMENT_PRUNE_FORGET,
    STATEMENT_BREACH_ADD,
    STATEMENT_BREACH_CHANGE,
    STATEMENT_BREACH_FIND,
    STATEMENT_BREACH_WITHDRAW,
    STATEMENT_BREACH_CLOSE,
    STATEMENT_BREACHES_LIVE,
    STATEMENT_BREACHES_LAST,
    STATEMENT_BREACH_EXCUSE,
    STATEMENT_BREACH_GET,
    STATEMENT_BREACH_BOUNDS,
    STATEMENT_BREACH_SINCE,
    STATEMENT_LEVEL_OPEN,
    STATEMENT_LEVEL_FIND,
    STATEMENT_LEVEL_PAST,
    STATEMENT_LEVELS_OPEN,
    STATEMENT_WARNING_PUT,
    STATEMENT_WARNING_CHANGE,
    STATEMENT_WARNING_LEVEL_OPEN,
    STATEMENT_WARNING_LEVEL_CLOSE,
    STATEMENT_WARNING_CLOSE,
    STATEMENT_WARNING_BOUNDS,
    STATEMENT_WARNING_SINCE,
    STATEMENT_WARNING_GET,
    STATEMENT_WARNINGS_OPEN,
    STATEMENT_WARNINGS_OPEN_LEVELS,
    STATEMENT_SERIES_FIND,
    STATEMENT_SERIES_ADD,
    STATEMENT_FIGURES_PUT,
    STATEMENT_PERCENTILES_END,
    STATEMENT_FIGURES_CUT,
    STATEMENT_PERCENTILES_CUT,
    STATEMENT_SERIES_KNOWN,
    STATEMENT_SERIES_LIVE,
    STATEMENT_FIGURES_LAST,
    STATEMENT_FIGURES_HISTORY,
    STATEMENT_PERCENTILES_PUT,
    STATEMENT_PERCENTILES_AT,
    STATEMENT_PERCENTILES_HISTORY,
    STATEMENT_VERSION_BEGIN,
    STATEMENT_VERSION_NOTE,
    STATEMENT_VERSION_END,
    STATEMENT_POSITION_PUT,
    STATEMENT_POSITION_DROP,
    STATEMENT_GAP_OPEN,
    STATEMENT_GAP_END,
    STATEMENT_GAP_TOUCHES,
    STATEMENT_GAPS_DROP,
    STATEMENT_LINK_PUT,
    STATEMENT_LINK_GET,
    STATEMENT_RETAIN_SERIES,
    STATEMENT_RETAIN_FIGURES,
    STATEMENT_RETAIN_PERCENTILES,
    STATEMENT_RETAIN_UNUSED,
    STATEMENT_RETAIN_BREACHES,
    STATEMENT_RETAIN_BREACH,
    STATEMENT_RETAIN_WARNINGS,
    STATEMENT_RETAIN_WARNING,
    STATEMENT_CHANGES_BOUNDS,
    STATEMENT_CHANGES_READ,
    STATEMENT_CHANGES_NOTE,
    STATEMENT_CHANGES_TRIM,
    STATEMENT_COUNT
};

/* What is remembered of the tables between calls. A rollback takes it back to where the transaction began. */
struct marks {
    uint64_t journal_last;   /* the last seq given */
    uint64_t contacts_through; /* event_contacts has those up to here (contacts.c) */
    uint64_t contacts_entering, contacts_read;
    size_t contacts_pieces;
    uint64_t prune_after;    /* journal rows up to here were looked at by journal_prune() */
    int64_t retain_series;   /* retention: series up to here are done in this pass */
    int64_t retain_recorded; /* retention: breaches up to (recorded, id) were looked at in this pass */
    int64_t retain_breach;
    int64_t retain_warned, retain_warning; /* the same of warnings */
    bool retain_figures_done, retain_breaches_done, retain_warnings_done; /* in this pass */
};

struct store {
    char *path;
    int lock_fd;
    struct anchor anchor;
    bool is_snapshot; /* snapshot.h: reader and writer are one connection, within one transaction */
    sqlite3 *writer, *reader;
    struct wal wal;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    bool in_transaction, in_read;
    bool flying;      /* a transaction is being committed, and what became of it was not asked yet */
    bool flown;       /* it was, without a thread */
    struct marks flying_marks;
    bool contact_is_read; /* a cursor of the journal has a statement of the list below */
    struct marks marks, committed;
    struct map series; /* of struct series, by name: those asked for since the store was opened */
    bool series_added; /* in the open transaction */
    bool has_ballast;
    struct ids ids;
    struct contacts contacts;
    struct appends appends;
    struct later *later; /* NULL: there is no thread that writes */
    struct later_found found;             /* committed, and not asked for yet */
    struct later_found found_open;        /* in the transaction that is carried out */
    struct log_facts log;                 /* as of the last commit that was told */
};

/* A connection, set up as all of ours are; *db is to be closed on failure too, unless NULL (store.c). */
int db_open(struct store *store, sqlite3 **db, struct err *err) WARN_UNUSED;

/* The statement in this slot, prepared at its first use on one of the connections. That of the one that writes is the
 * caller's once what was to be written later (later.h) is. */
int db_write(struct store *store, enum statement slot, const char *sql, sqlite3_stmt **out,
    struct err *err) WARN_UNUSED;
int db_read(struct store *store, enum statement slot, const char *sql, sqlite3_stmt **out,
    struct err *err) WARN_UNUSED;

/* Whether writes are allowed: in the open transaction, or, for the thread that writes, in the one it carries out. */
bool db_in_transaction(const struct store *store);
/* The connection that writes, for what has no slot. */
int db_writer(struct store *store, sqlite3 **out, struct err *err) WARN_UNUSED;

/* Of a statement that inserts eight rows: SQLite begins and ends it once. */
#define DB_EIGHT(row) row "," row "," row "," row "," row "," row "," row "," row

/* Steps a statement that returns no rows, and resets it. `doing` completes "cannot …". */
int db_finish(sqlite3_stmt *statement, const char *doing, struct err *err) WARN_UNUSED;
/* Steps: 1 a row, 0 the end (the statement is reset), negative on failure (reset too). */
int db_step(sqlite3_stmt *statement, const char *doing, struct err *err) WARN_UNUSED;
/* Runs SQL text that stands in our source, rows ignored. */
int db_run(sqlite3 *db, const char *sql, const char *doing, struct err *err) WARN_UNUSED;
/* The first column of the first row of such text; 0 when there is no row. */
int db_number(sqlite3 *db, const char *sql, int64_t *out, struct err *err) WARN_UNUSED;
/* Says what the connection's last failure was. Returns the code. */
int db_fail(sqlite3 *db, const char *doing, struct err *err);

/* Texts stay where they are: they must live until the statement was stepped. p == NULL binds NULL. */
void db_bind_span(sqlite3_stmt *statement, int place, struct span text);
void db_bind_text(sqlite3_stmt *statement, int place, const char *text);
void db_bind_int(sqlite3_stmt *statement, int place, int64_t number);
void db_bind_real(sqlite3_stmt *statement, int place, double number);
void db_bind_null(sqlite3_stmt *statement, int place);
void db_bind_instant(sqlite3_stmt *statement, int place, int64_t ms); /* INSTANT_NEVER binds NULL */

struct span db_span(
    sqlite3_stmt *statement, int column); /* p == NULL for NULL; until the next step or reset */
int64_t db_instant(sqlite3_stmt *statement, int column); /* INSTANT_NEVER for NULL */
bool db_is_null(sqlite3_stmt *statement, int column);

#endif
