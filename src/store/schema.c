#include "store/schema.h"

#include <assert.h>
#include <stdio.h>
#include "store/db.h"

/* The file is read by other programs, some with an older SQLite: no STRICT tables, no generated columns,
 * which would lock them out of the whole file. */

/* Milliseconds to "2026-03-02T09:00:00.000Z"; NULL stays NULL. */
#define ISO(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"
/* {"queue":"q1","team":null} as "queue=q1, team=-": a legend for people. */
#define GROUP_TEXT(column)                                                                                   \
    "(SELECT group_concat(key || '=' || coalesce(value, '-'), ', ') FROM json_each(" column "))"

static const char TABLES_1[] =
    "CREATE TABLE meta ("
    "  key TEXT PRIMARY KEY,"
    "  value INTEGER NOT NULL"
    ") WITHOUT ROWID;"

    "CREATE TABLE events ("
    "  seq INTEGER PRIMARY KEY,"
    "  received INTEGER NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  contact TEXT NOT NULL,"
    "  event TEXT NOT NULL,"
    "  id TEXT,"
    "  line TEXT NOT NULL"
    ");"
    "CREATE INDEX events_contact ON events (contact);"
    "CREATE UNIQUE INDEX events_id ON events (id) WHERE id IS NOT NULL;"

    "CREATE TABLE inputs ("
    "  name TEXT PRIMARY KEY,"
    "  device INTEGER NOT NULL,"
    "  inode INTEGER NOT NULL,"
    "  birth_ns INTEGER NOT NULL,"
    "  head_hash INTEGER NOT NULL,"
    "  head_bytes INTEGER NOT NULL,"
    "  tail_hash INTEGER NOT NULL,"
    "  tail_bytes INTEGER NOT NULL,"
    "  offset INTEGER NOT NULL,"
    "  lines INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL"
    ") WITHOUT ROWID;"

    "CREATE TABLE standards ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  meaning TEXT NOT NULL,"
    "  describe TEXT NOT NULL,"
    "  file TEXT NOT NULL,"
    "  line INTEGER NOT NULL,"
    "  since INTEGER NOT NULL,"
    "  until INTEGER,"
    "  reason TEXT,"
    "  UNIQUE (name, version)"
    ");"
    "CREATE UNIQUE INDEX standards_in_force ON standards (name) WHERE until IS NULL;"

    "CREATE TABLE series ("
    "  id INTEGER PRIMARY KEY,"
    "  standard TEXT NOT NULL,"
    "  grp TEXT NOT NULL,"
    "  UNIQUE (standard, grp)"
    ");"

    "CREATE TABLE figures ("
    "  series INTEGER NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  open INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('no_data', 'met', 'breached')),"
    "  met INTEGER NOT NULL,"
    "  missed INTEGER NOT NULL,"
    "  excluded INTEGER NOT NULL,"
    "  durations INTEGER NOT NULL,"
    "  mean REAL,"
    "  min REAL,"
    "  max REAL,"
    "  PRIMARY KEY (series, at)"
    ") WITHOUT ROWID;"

    "CREATE TABLE percentiles ("
    "  series INTEGER NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  q REAL NOT NULL,"
    "  value REAL,"
    "  PRIMARY KEY (series, at, q)"
    ") WITHOUT ROWID;"

    "CREATE TABLE breaches ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  kind TEXT NOT NULL CHECK (kind IN ('contact', 'level')),"
    "  standard TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  grp TEXT NOT NULL,"
    "  contact TEXT,"
    "  subject TEXT,"
    "  started INTEGER,"
    "  nth INTEGER,"
    "  due INTEGER,"
    "  decided INTEGER,"
    "  ended INTEGER,"
    "  elapsed REAL,"
    "  target TEXT,"
    "  opened INTEGER,"
    "  closed INTEGER,"
    "  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'withdrawn')),"
    "  recorded INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL,"
    "  reason TEXT,"
    "  excused INTEGER,"
    "  excused_by INTEGER,"
    "  excuse TEXT"
    ");"
    "CREATE UNIQUE INDEX breaches_contact ON breaches (standard, subject, started, nth) WHERE kind = "
    "'contact';"
    "CREATE UNIQUE INDEX breaches_level ON breaches (standard, grp, target)"
    "  WHERE kind = 'level' AND state = 'open';"
    "CREATE INDEX breaches_standard ON breaches (standard);"
    "CREATE INDEX breaches_open ON breaches (state) WHERE state = 'open';"
    "CREATE INDEX breaches_instant ON breaches (coalesce(decided, opened));"
    "CREATE INDEX breaches_recorded ON breaches (recorded);"

    "CREATE TABLE notifications ("
    "  id INTEGER PRIMARY KEY,"
    "  created INTEGER NOT NULL,"
    "  breach INTEGER NOT NULL,"
    "  what TEXT NOT NULL,"
    "  sent INTEGER"
    ");"
    "CREATE INDEX notifications_unsent ON notifications (id) WHERE sent IS NULL;";

/* What formats code makes no sense of text between macros. */
/* clang-format off */
static const char VIEWS_1[] =
    "CREATE VIEW event_list AS SELECT"
    "  seq, " ISO("received") " AS received, " ISO("at") " AS at, contact, event, id, line"
    "  FROM events;"

    "CREATE VIEW input_list AS SELECT"
    "  name, offset, lines, " ISO("updated") " AS updated"
    "  FROM inputs;"

    "CREATE VIEW standard_list AS SELECT"
    "  id, name, version, describe, file, line, " ISO("since") " AS since, " ISO("until") " AS until,"
    "  until IS NULL AS in_force, reason, meaning"
    "  FROM standards;"

    "CREATE VIEW figure_list AS SELECT"
    "  s.standard, s.grp, " GROUP_TEXT("s.grp") " AS group_text, " ISO("f.at") " AS at, f.at AS at_ms,"
    "  f.open, f.state, f.met + f.missed AS counted, f.met, f.missed, f.excluded,"
    "  CAST(f.met AS REAL) / nullif(f.met + f.missed, 0) AS attainment,"
    "  f.durations, f.mean, f.min, f.max"
    "  FROM figures f JOIN series s ON s.id = f.series;"

    "CREATE VIEW percentile_list AS SELECT"
    "  s.standard, s.grp, " GROUP_TEXT("s.grp") " AS group_text, " ISO("p.at") " AS at, p.at AS at_ms,"
    "  p.q, p.value"
    "  FROM percentiles p JOIN series s ON s.id = p.series;"

    "CREATE VIEW breach_list AS SELECT"
    "  b.id, b.kind, b.state, b.standard, s.version, b.grp, " GROUP_TEXT("b.grp") " AS group_text,"
    "  b.contact, b.subject, " ISO("b.started") " AS started, " ISO("b.due") " AS due,"
    "  " ISO("b.decided") " AS decided, " ISO("b.ended") " AS ended, b.elapsed,"
    "  b.target, " ISO("b.opened") " AS opened, " ISO("b.closed") " AS closed,"
    "  (b.closed - b.opened) / 1000.0 AS lasted, coalesce(b.decided, b.opened) AS instant_ms,"
    "  " ISO("b.recorded") " AS recorded, " ISO("b.updated") " AS updated, b.reason,"
    "  " ISO("b.excused") " AS excused, b.excused_by, b.excuse"
    "  FROM breaches b LEFT JOIN standards s ON s.id = b.version;"

    "CREATE VIEW notification_list AS SELECT"
    "  id, " ISO("created") " AS created, breach, what, " ISO("sent") " AS sent"
    "  FROM notifications;";
/* clang-format on */

/* What changed, in the order of committing (changes.h); one of the two is there. */
static const char TABLES_CHANGES[] =
    "CREATE TABLE changes ("
    "  seq INTEGER PRIMARY KEY,"
    "  breach INTEGER,"
    "  warning INTEGER,"
    "  created INTEGER NOT NULL"
    ");";

/* `reached` stands for the `opened` of a level. */
static const char TABLES_WARNINGS[] =
    "CREATE TABLE warnings ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  kind TEXT NOT NULL CHECK (kind IN ('contact', 'level')),"
    "  standard TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  grp TEXT NOT NULL,"
    "  warning TEXT NOT NULL,"
    "  contact TEXT,"
    "  subject TEXT,"
    "  started INTEGER,"
    "  nth INTEGER,"
    "  due INTEGER,"
    "  target TEXT,"
    "  reached INTEGER NOT NULL,"
    "  closed INTEGER,"
    "  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'withdrawn')),"
    "  outcome TEXT CHECK (outcome IN ('met', 'missed', 'excluded')),"
    "  recorded INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL,"
    "  reason TEXT"
    ");"
    "CREATE UNIQUE INDEX warnings_contact ON warnings (standard, subject, started, nth, warning)"
    "  WHERE kind = 'contact';"
    "CREATE UNIQUE INDEX warnings_level ON warnings (standard, grp, target) WHERE kind = 'level' AND state = 'open';"
    "CREATE INDEX warnings_open ON warnings (state) WHERE state = 'open';"
    "CREATE INDEX warnings_reached ON warnings (reached);"
    "CREATE INDEX warnings_recorded ON warnings (recorded);";

/* clang-format off */
static const char VIEWS_WARNINGS[] =
    "CREATE VIEW warning_list AS SELECT"
    "  w.id, w.kind, w.state, w.outcome, w.standard, s.version, w.grp, " GROUP_TEXT("w.grp") " AS group_text,"
    "  w.warning, w.contact, w.subject, " ISO("w.started") " AS started, " ISO("w.due") " AS due, w.target,"
    "  " ISO("w.reached") " AS reached, " ISO("w.closed") " AS closed, (w.closed - w.reached) / 1000.0 AS lasted,"
    "  w.reached AS instant_ms, " ISO("w.recorded") " AS recorded, " ISO("w.updated") " AS updated, w.reason"
    "  FROM warnings w LEFT JOIN standards s ON s.id = w.version;";
/* clang-format on */

/* A row a file, whatever it is called: a path has several in turn, and a file keeps its row when it is renamed. Of
 * two old rows that say the same file, the one that came further stays. */
static const char TABLES_INPUTS[] =
    "DROP VIEW input_list;"
    "ALTER TABLE inputs RENAME TO inputs_by_name;"
    "CREATE TABLE inputs ("
    "  name TEXT NOT NULL,"
    "  device INTEGER NOT NULL,"
    "  inode INTEGER NOT NULL,"
    "  birth_ns INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  begun_ns INTEGER NOT NULL,"
    "  head_hash INTEGER NOT NULL,"
    "  head_bytes INTEGER NOT NULL,"
    "  tail_hash INTEGER NOT NULL,"
    "  tail_bytes INTEGER NOT NULL,"
    "  offset INTEGER NOT NULL,"
    "  lines INTEGER NOT NULL,"
    "  done INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL,"
    "  PRIMARY KEY (inode, birth_ns, device)"
    ") WITHOUT ROWID;"
    "INSERT OR REPLACE INTO inputs SELECT name, device, inode, birth_ns, 0, birth_ns, head_hash, head_bytes, tail_hash,"
    "  tail_bytes, offset, lines, 0, updated FROM inputs_by_name ORDER BY offset;"
    "DROP TABLE inputs_by_name;";
static const char VIEWS_INPUTS[] =
    "CREATE VIEW input_list AS SELECT"
    "  name, inode, offset, lines, done, " ISO("updated") " AS updated"
    "  FROM inputs;";

/* Times from which an input's events are missing; and what an input that cannot be read again has to remember. */
static const char TABLES_GAPS[] =
    "CREATE TABLE data_gaps ("
    "  id INTEGER PRIMARY KEY,"
    "  input TEXT NOT NULL,"
    "  since INTEGER NOT NULL,"
    "  until INTEGER,"
    "  reason TEXT NOT NULL"
    ");"
    "CREATE UNIQUE INDEX data_gaps_open ON data_gaps (input) WHERE until IS NULL;"
    "CREATE INDEX data_gaps_until ON data_gaps (until);"
    "CREATE TABLE links ("
    "  name TEXT PRIMARY KEY,"
    "  seen INTEGER NOT NULL,"
    "  calls TEXT NOT NULL"
    ") WITHOUT ROWID;";
static const char VIEWS_GAPS[] =
    "CREATE VIEW data_gap_list AS SELECT"
    "  id, input, " ISO("since") " AS since, " ISO("until") " AS until, (until - since) / 1000.0 AS lasted, reason"
    "  FROM data_gaps;";

/* Who asked for the reload that began a version, and for the one that ended it. */
static const char TABLES_BY_UID[] =
    "DROP VIEW standard_list;"
    "ALTER TABLE standards ADD COLUMN by_uid INTEGER;"
    "ALTER TABLE standards ADD COLUMN ended_by_uid INTEGER;";
static const char VIEWS_BY_UID[] =
    "CREATE VIEW standard_list AS SELECT"
    "  id, name, version, describe, file, line, " ISO("since") " AS since, by_uid, " ISO("until") " AS until, ended_by_uid,"
    "  until IS NULL AS in_force, reason, meaning"
    "  FROM standards;";

/* Which events are of which contact, as contacts.h has it, instead of an index; and what is newest comes together in the
 * indices of identities, so that a commit writes fewer of their pages. */
static const char TABLES_CONTACTS[] =
    "CREATE TABLE event_contacts ("
    "  contact TEXT NOT NULL,"
    "  seq INTEGER NOT NULL,"
    "  PRIMARY KEY (contact, seq)"
    ") WITHOUT ROWID;"
    "INSERT INTO event_contacts (contact, seq) SELECT contact, seq FROM events ORDER BY contact, seq;"
    "INSERT OR REPLACE INTO meta (key, value) SELECT 'contacts_through', seq FROM events"
    "  ORDER BY seq DESC LIMIT 1;"
    "DROP INDEX events_contact;"
    "DROP INDEX breaches_contact;"
    "CREATE UNIQUE INDEX breaches_contact ON breaches (started, standard, subject, nth) WHERE kind = 'contact';"
    "DROP INDEX warnings_contact;"
    "CREATE UNIQUE INDEX warnings_contact ON warnings (started, standard, subject, nth, warning)"
    "  WHERE kind = 'contact';";
static const char VIEWS_CONTACTS[] =
    "CREATE VIEW contact_event_list AS SELECT"
    "  e.seq, " ISO("e.received") " AS received, " ISO("e.at") " AS at, c.contact, e.event, e.id, e.line"
    "  FROM event_contacts AS c JOIN events AS e ON e.seq = c.seq"
    "  UNION ALL SELECT"
    "  seq, " ISO("received") ", " ISO("at") ", contact, event, id, line"
    "  FROM events WHERE seq > coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0);";

/* For other programs: on our own connections no trigger of the file runs (db.c). An engine that was kept beside the database
 * may hold what the journal does not hold any more. */
static const char TRIGGERS_EDITED[] =
    "CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN"
    "  INSERT OR IGNORE INTO meta (key, value) VALUES ('journal_edited', 1); END;"
    "CREATE TRIGGER events_updated AFTER UPDATE ON events BEGIN"
    "  INSERT OR IGNORE INTO meta (key, value) VALUES ('journal_edited', 1); END;";

/* Some of what lies beyond contacts_through is in event_contacts already. */
static const char VIEWS_PIECES[] =
    "DROP VIEW contact_event_list;"
    "CREATE VIEW contact_event_list AS SELECT"
    "  e.seq, " ISO("e.received") " AS received, " ISO("e.at") " AS at, c.contact, e.event, e.id, e.line"
    "  FROM event_contacts AS c JOIN events AS e ON e.seq = c.seq"
    "  WHERE c.seq <= coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0)"
    "  UNION ALL SELECT"
    "  seq, " ISO("received") ", " ISO("at") ", contact, event, id, line"
    "  FROM events WHERE seq > coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0);";

/* `others`: events of the contact that follow in the same row, a JSON array of their seqs; NULL: none. What lies beyond
 * contacts_through will enter in such rows. */
static const char TABLES_OTHERS[] =
    "ALTER TABLE event_contacts ADD COLUMN others TEXT;"
    "DELETE FROM event_contacts WHERE seq > coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0);";
static const char VIEWS_OTHERS[] =
    "DROP VIEW contact_event_list;"
    "CREATE VIEW contact_event_list AS SELECT"
    "  e.seq, " ISO("e.received") " AS received, " ISO("e.at") " AS at, c.contact, e.event, e.id, e.line"
    "  FROM event_contacts AS c JOIN events AS e ON e.seq = c.seq"
    "  WHERE c.seq <= coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0)"
    "  UNION ALL SELECT"
    "  e.seq, " ISO("e.received") ", " ISO("e.at") ", c.contact, e.event, e.id, e.line"
    "  FROM event_contacts AS c JOIN json_each(c.others) AS o JOIN events AS e ON e.seq = o.value"
    "  WHERE c.seq <= coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0)"
    "  UNION ALL SELECT"
    "  seq, " ISO("received") ", " ISO("at") ", contact, event, id, line"
    "  FROM events WHERE seq > coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0);";

/* MIGRATIONS[n] makes version n+1 out of version n. What was released is not changed any more: append. */
static const char *const MIGRATIONS[][2] = {{TABLES_1, VIEWS_1}, {TABLES_CHANGES, ""}, {TABLES_WARNINGS, VIEWS_WARNINGS}, {TABLES_INPUTS, VIEWS_INPUTS}, {TABLES_GAPS, VIEWS_GAPS}, {TABLES_BY_UID, VIEWS_BY_UID}, {TABLES_CONTACTS, VIEWS_CONTACTS}, {TRIGGERS_EDITED, ""}, {"", VIEWS_PIECES}, {TABLES_OTHERS, VIEWS_OTHERS}};
_Static_assert(sizeof MIGRATIONS / sizeof MIGRATIONS[0] == SCHEMA_VERSION, "a migration for each version");

int schema_check(sqlite3 *db, bool *is_new, struct err *err) {
    int64_t application = 0, version = 0, things = 0;
    int code = db_number(db, "PRAGMA application_id", &application, err);
    if (code == 0) code = db_number(db, "PRAGMA user_version", &version, err);
    if (code == 0) code = db_number(db, "SELECT count(*) FROM sqlite_master", &things, err);
    if (code != 0) return code;
    *is_new = application == 0 && version == 0 && things == 0;
    if (*is_new) return 0;
    if (application != SCHEMA_APPLICATION_ID)
        return err_set(err, ERR_INVALID,
            "this is another program's database (application_id %lld, slad's is %d); it is left untouched",
            (long long)application, SCHEMA_APPLICATION_ID);
    if (version > SCHEMA_VERSION)
        return err_set(err, ERR_INVALID,
            "this database was written by a newer slad (schema %lld, this one knows up to %d); it is left "
            "untouched",
            (long long)version, SCHEMA_VERSION);
    if (version < 1) return err_set(err, ERR_CORRUPT, "this database has no schema version");
    return 0;
}

static int step_up(sqlite3 *db, int64_t from, struct err *err) {
    int code = 0;
    for (size_t i = 0; i < 2 && code == 0; i++)
        code = db_run(db, MIGRATIONS[from][i], "change the schema", err);
    return code ? err_add(err, "schema %lld", (long long)from + 1) : 0;
}

int schema_migrate(sqlite3 *db, struct err *err) {
    int64_t version = 0;
    int code = db_number(db, "PRAGMA user_version", &version, err);
    if (code != 0 || version == SCHEMA_VERSION) return code;
    assert(version >= 0 && version < SCHEMA_VERSION); /* schema_check() has seen it */
    code = db_run(db, "BEGIN IMMEDIATE", "begin", err);
    for (; version < SCHEMA_VERSION && code == 0; version++) code = step_up(db, version, err);
    char numbers[96];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d",
        SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
    if (code == 0) code = db_run(db, numbers, "number the schema", err);
    if (code == 0) code = db_run(db, "COMMIT", "commit the schema", err);
    if (code != 0) (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}
