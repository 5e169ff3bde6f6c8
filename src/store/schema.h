/* schema: the tables and views, and how an older file becomes one of today (docs/STORAGE.md describes them).
 * Owns: the SQL that makes them; the numbers by which a file of ours is known.
 * Must not know: what is read from or written to them. */
#ifndef SLAD_STORE_SCHEMA_H
#define SLAD_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include "slad/base/err.h"

enum {
    SCHEMA_APPLICATION_ID = 0x736c6164, /* "slad" */
    SCHEMA_VERSION = 10,
};

/* Whether this is a database of ours that we can work on, without writing to it. *is_new: it is empty.
 * ERR_INVALID says what it is instead. */
int schema_check(sqlite3 *db, bool *is_new, struct err *err) WARN_UNUSED;
/* Brings it to SCHEMA_VERSION in one transaction. */
int schema_migrate(sqlite3 *db, struct err *err) WARN_UNUSED;

#endif
